using System.Collections;
using System.Runtime.CompilerServices;
using Criterion.Memory;

namespace Criterion.Nn;

/// <summary>A chain of modules, named "0", "1", …. PyTorch equivalent: <c>torch.nn.Sequential</c>.</summary>
/// <remarks>
/// Inside a <see cref="TensorScope"/> the memory of intermediate results returns to the pool when the last gradient that reads it is
/// computed, or at once if there is none. A module that returns a tensor and reads it again later must keep it with
/// <see cref="Tensor.Keep"/>.
/// </remarks>
/// <example><code>Sequential net = [new Linear(784, 128), new ReLU(), new Linear(128, 10)];</code></example>
[CollectionBuilder(typeof(Sequential), nameof(Create))]
public sealed class Sequential : Layer, IReadOnlyList<Module>
{
    readonly Module[] _modules;

    /// <summary>Initializes a chain of modules.</summary>
    public Sequential(params ReadOnlySpan<Module> modules)
    {
        _modules = modules.ToArray();
        for (int i = 0; i < _modules.Length; i++)
        {
            Child($"{i}", _modules[i]);
        }
    }

    /// <summary>Gets the number of modules.</summary>
    public int Count => _modules.Length;

    /// <summary>Gets the module at an index.</summary>
    public Module this[int index] => _modules[index];

    /// <summary>Creates a chain of modules; called by <c>[a, b, c]</c>.</summary>
    public static Sequential Create(ReadOnlySpan<Module> modules) => new(modules);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        ScopeSection activations = ScopeSection.Begin();
        foreach (Module module in _modules)
        {
            Tensor output = module.Forward(input);
            activations.ReleaseInput(input.Storage, output.Storage, module.GetType());
            input = output;
        }

        return input;
    }

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) =>
        _modules.Aggregate(input, (value, module) => graph.Add(module, value));

    /// <inheritdoc/>
    public IEnumerator<Module> GetEnumerator() => ((IEnumerable<Module>)_modules).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
