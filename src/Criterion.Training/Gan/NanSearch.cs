using Criterion.Nn;

namespace Criterion.Training;

/// <summary>Tensors by dotted name in the order in which they come about, so that the first without a number is where it began.</summary>
internal sealed class NanSearch
{
    readonly List<(string Name, Tensor Value)> _tensors = [];

    /// <summary>Tensors more.</summary>
    public NanSearch Add(string name, params ReadOnlySpan<Tensor> values)
    {
        foreach (Tensor value in values)
        {
            _tensors.Add((name, value));
        }

        return this;
    }

    /// <summary>A network's parameters.</summary>
    public NanSearch Add(string name, Module network)
    {
        _tensors.AddRange(network.NamedParameters().Select(parameter => ($"{name}.{parameter.Name}", parameter.Value)));
        return this;
    }

    /// <summary>What to say of the first tensor that holds a NaN or an infinity, and of how much of it.</summary>
    public string First()
    {
        foreach ((string name, Tensor value) in _tensors)
        {
            using TensorScope scope = new();
            double whole = value.Detach().IsFinite().To(DType.Float32).Sum().Item();
            if (whole < value.Count)
            {
                return $"The first tensor without a number is {name} {value.Shape}: {value.Count - whole} of {value.Count} values.";
            }
        }

        return "Data, weights and what was made of them were all numbers: it arose in the loss or its gradient.";
    }
}
