using System.Collections;
using System.Runtime.CompilerServices;

namespace Criterion.Nn;

/// <summary>
/// A list of child modules, named "0", "1", …, for a module that calls them itself. PyTorch equivalent: <c>torch.nn.ModuleList</c>.
/// </summary>
/// <typeparam name="T">The type of the modules.</typeparam>
/// <example><code>_blocks = Child("blocks", new ModuleList&lt;Conv2d&gt;(new Conv2d(3, 8, 3), new Conv2d(8, 8, 3)));</code></example>
[CollectionBuilder(typeof(ModuleList), nameof(ModuleList.Create))]
public sealed class ModuleList<T> : Module, IReadOnlyList<T>
    where T : Module
{
    readonly List<T> _modules = [];

    /// <summary>Initializes a list.</summary>
    public ModuleList(params ReadOnlySpan<T> modules)
    {
        foreach (T module in modules)
        {
            Add(module);
        }
    }

    /// <summary>Gets the number of modules.</summary>
    public int Count => _modules.Count;

    /// <summary>Gets the module at an index.</summary>
    public T this[int index] => _modules[index];

    /// <summary>Appends a module.</summary>
    public void Add(T module) => _modules.Add(Child($"{_modules.Count}", module));

    /// <summary>Throws, as a list has no order of computation.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override Tensor Forward(Tensor input) => throw new NotSupportedException(
        "ModuleList: a list has no Forward. Call its modules in turn, or use Sequential.");

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => _modules.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Creates lists of modules from collection expressions.</summary>
public static class ModuleList
{
    /// <summary>Creates a list of modules; called by <c>[a, b, c]</c>.</summary>
    public static ModuleList<T> Create<T>(ReadOnlySpan<T> modules)
        where T : Module => new(modules);
}
