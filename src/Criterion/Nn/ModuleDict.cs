using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Criterion.Nn;

/// <summary>
/// Child modules by name, in the order of their addition, for a module that calls them itself. PyTorch equivalent:
/// <c>torch.nn.ModuleDict</c>.
/// </summary>
/// <typeparam name="T">The type of the modules.</typeparam>
/// <example><code>_heads = Child("heads", new ModuleDict&lt;Linear&gt; { { "age", new Linear(64, 1) } });</code></example>
public sealed class ModuleDict<T> : Module, IReadOnlyDictionary<string, T>
    where T : Module
{
    readonly OrderedDictionary<string, T> _modules = [];

    /// <summary>Gets the number of modules.</summary>
    public int Count => _modules.Count;

    /// <summary>Gets the names.</summary>
    public IEnumerable<string> Keys => _modules.Keys;

    /// <summary>Gets the modules.</summary>
    public IEnumerable<T> Values => _modules.Values;

    /// <summary>Gets the module of a name.</summary>
    public T this[string key] => _modules[key];

    /// <summary>Adds a module.</summary>
    /// <param name="name">The name; must be new, not empty, and without a dot.</param>
    /// <param name="module">The module.</param>
    /// <exception cref="ArgumentException">The name is taken, is empty, or contains a dot.</exception>
    public void Add(string name, T module) => _modules.Add(name, Child(name, module));

    /// <summary>Throws, as a dictionary has no order of computation.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override Tensor Forward(Tensor input) => throw new NotSupportedException(
        "ModuleDict: a dictionary has no Forward. Call the module that you need by its name.");

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _modules.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) => _modules.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => _modules.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
