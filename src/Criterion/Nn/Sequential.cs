using System.Collections;
using System.Runtime.CompilerServices;
using Criterion.Memory;

namespace Criterion.Nn;

/// <summary>Modules one after another; their names are "0", "1", …. PyTorch equivalent: <c>torch.nn.Sequential</c>.</summary>
/// <remarks>
/// Inside of a <see cref="TensorScope"/> the memory of what passes between them goes back to the pool when the last gradient that reads
/// it is known, or at once if none will. A module that hands on a tensor and reads it again later keeps it with <see cref="Tensor.Keep"/>.
/// </remarks>
/// <example><code>Sequential net = [new Linear(784, 128), new ReLU(), new Linear(128, 10)];</code></example>
[CollectionBuilder(typeof(Sequential), nameof(Create))]
public sealed class Sequential : Module, IReadOnlyList<Module>
{
    readonly Module[] _modules;

    /// <summary>A chain of modules.</summary>
    public Sequential(params ReadOnlySpan<Module> modules)
    {
        _modules = modules.ToArray();
        for (int i = 0; i < _modules.Length; i++)
        {
            Child($"{i}", _modules[i]);
        }
    }

    /// <summary>The number of modules.</summary>
    public int Count => _modules.Length;

    /// <summary>The module at a position.</summary>
    public Module this[int index] => _modules[index];

    /// <summary>A chain of modules; what <c>[a, b, c]</c> calls.</summary>
    public static Sequential Create(ReadOnlySpan<Module> modules) => new(modules);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
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
    public IEnumerator<Module> GetEnumerator() => ((IEnumerable<Module>)_modules).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
