using Criterion.Memory;

namespace Criterion;

/// <summary>
/// While a scope is open, what is made on its thread lives in pooled memory that is returned when the scope ends, so that a
/// training step allocates nothing once it is warm.
/// </summary>
/// <remarks>
/// <para><see cref="Keep"/> takes a tensor out; the gradients of leaves are taken out by themselves. A tensor used after its scope
/// ended throws. Gradients on their way through a backward pass, and what passes between the modules of a network, are returned before
/// that, when they have been read.</para>
/// <para>Scopes nest. A scope belongs to the thread that opened it and adopts nothing that other threads make. As a ref struct it cannot
/// be held across <c>await</c> or <c>yield</c>, captured by a lambda, or stored in a field: the compiler refuses.</para>
/// <para>A static field is initialised when it is first read. If that is inside a scope, its tensor ends with the scope: initialise it
/// with <see cref="Outside"/>. Modules, optimizers, data sets, feature sets and galleries keep theirs.</para>
/// </remarks>
/// <example><code>
/// using (var scope = new TensorScope())
/// {
///     loss = scope.Keep(model.Forward(batch).Mean());
/// }
/// </code></example>
public readonly ref struct TensorScope : IDisposable
{
    readonly MemoryScope? _memory;
    readonly SettingsChange _change;

    /// <summary>Opens a scope on this thread.</summary>
    public TensorScope()
    {
        ThreadContext thread = ThreadContext.Current;
        _change = new SettingsChange(thread);
        thread.Settings.Scope = _memory = MemoryScope.Open();
    }

    /// <summary>Leaves every scope until disposed: what is made meanwhile lives as long as it is referenced.</summary>
    public static Suspension Suspend() => new(ThreadContext.Current);

    /// <summary>
    /// Calls a function outside every scope, recording as usual: for what is made once, by whoever needs it first, and shared from then
    /// on, such as a static tensor.
    /// </summary>
    /// <example><code>static readonly Tensor Kernel = TensorScope.Outside(static () => Tensor.From(1f, 2, 1) / 4);</code></example>
    public static T Outside<T>(Func<T> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        using (Suspend())
        using (Autograd.EnableGrad())
        {
            return make();
        }
    }

    /// <summary>Takes a tensor's memory out of this scope, so that it lives as long as it is referenced.</summary>
    /// <returns>The same tensor.</returns>
    /// <exception cref="TensorException">The tensor's scope has ended, or is one of another thread.</exception>
    public Tensor Keep(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        tensor.Storage.Keep(_change.IsOpen ? _memory! : MemoryScope.None);
        return tensor;
    }

    /// <summary>Ends the scope: the memory of all that was made in it and not kept is returned to the pool.</summary>
    /// <exception cref="TensorException">A scope or mode opened later on this thread is still open; it is closed too.</exception>
    public void Dispose()
    {
        if (!_change.IsOpen)
        {
            return;
        }

        try
        {
            _memory!.End();
        }
        finally
        {
            _change.Undo(nameof(TensorScope));
        }
    }

    /// <summary>A stretch of code outside every scope; ends when disposed.</summary>
    public readonly ref struct Suspension : IDisposable
    {
        readonly SettingsChange _change;

        internal Suspension(ThreadContext thread)
        {
            _change = new SettingsChange(thread);
            thread.Settings.Scope = null;
        }

        /// <summary>Returns to the scope that was left.</summary>
        /// <exception cref="TensorException">A scope or mode opened later on this thread is still open; it is closed too.</exception>
        public void Dispose() => _change.Undo("TensorScope.Suspension");
    }
}
