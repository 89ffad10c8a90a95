using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// Tensors by dotted name in the order of computation, so that the first one that is not finite shows where the problem began.
/// </summary>
internal sealed class NanSearch
{
    readonly List<(string Name, Tensor Value)> _tensors = [];

    /// <summary>Adds tensors.</summary>
    public NanSearch Add(string name, params ReadOnlySpan<Tensor> values)
    {
        foreach (Tensor value in values)
        {
            _tensors.Add((name, value));
        }

        return this;
    }

    /// <summary>Adds the parameters of a network.</summary>
    public NanSearch Add(string name, Module network)
    {
        _tensors.AddRange(network.NamedParameters().Select(parameter => ($"{name}.{parameter.Name}", parameter.Value)));
        return this;
    }

    /// <summary>Describes the first tensor with a NaN or an infinity, and the number of such values.</summary>
    public string Describe()
    {
        foreach ((string name, Tensor value) in _tensors)
        {
            using TensorScope scope = new();
            double finite = value.Detach().IsFinite().To(DType.Float32).Sum().Item();
            if (finite < value.Count)
            {
                return $"The first tensor that is not finite is {name} {value.Shape}: {value.Count - finite} of {value.Count} values.";
            }
        }

        return "Data, weights and activations are all finite: the problem arose in the loss or its gradient.";
    }
}
