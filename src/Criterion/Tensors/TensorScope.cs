using Criterion.Memory;

namespace Criterion;

/// <summary>
/// A block of code whose tensors use pooled memory: it is returned to the pool when the scope ends, so that a training step allocates
/// nothing once it is warm.
/// </summary>
/// <remarks>
/// <para><see cref="Keep"/> takes a tensor out of the scope; the gradients of leaves are kept automatically. Two kinds of tensors are
/// released before the scope ends, when they have been read for the last time: the intermediate gradients of a backward pass, and the
/// activations between the modules of a <c>Sequential</c> or <c>Residual</c>. A released tensor throws when it is used; the error names
/// what released it and how to keep it.</para>
/// <para>Scopes nest. A scope belongs to the thread that opened it and owns nothing that other threads create. It is a ref struct: the
/// compiler does not allow it across <c>await</c> or <c>yield</c>, in a lambda or in a field.</para>
/// <para>A static field is initialised when it is first read. If that is inside a scope, its tensor is released with the scope:
/// initialise it with <see cref="Outside"/>. Modules, optimizers, data sets, feature sets and galleries keep theirs.</para>
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

    /// <summary>Leaves every scope until disposed: tensors created meanwhile live as long as they are referenced.</summary>
    public static Suspension Suspend() => new(ThreadContext.Current);

    /// <summary>
    /// Calls a function outside every scope and with recording on: for tensors that are created on first use and shared, such as static
    /// ones.
    /// </summary>
    /// <param name="make">The function.</param>
    /// <returns>The result of the function.</returns>
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

    /// <summary>Takes the memory of a tensor out of this scope, so that it lives as long as it is referenced.</summary>
    /// <param name="tensor">The tensor. One that was created in a scope around this one still belongs to that.</param>
    /// <returns>The same tensor.</returns>
    /// <exception cref="TensorException">The tensor was released, or its scope belongs to another thread.</exception>
    public Tensor Keep(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        tensor.Storage.Keep(_change.IsOpen ? _memory! : MemoryScope.None);
        return tensor;
    }

    /// <summary>Ends the scope: returns the memory of all tensors that were created in it and not kept to the pool.</summary>
    /// <exception cref="TensorException">A scope or mode opened later on this thread was still open; it is closed too.</exception>
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

    /// <summary>A block of code outside every scope; ends when disposed.</summary>
    public readonly ref struct Suspension : IDisposable
    {
        readonly SettingsChange _change;

        internal Suspension(ThreadContext thread)
        {
            _change = new SettingsChange(thread);
            thread.Settings.Scope = null;
        }

        /// <summary>Returns to the scope from before.</summary>
        /// <exception cref="TensorException">A scope or mode opened later on this thread was still open; it is closed too.</exception>
        public void Dispose() => _change.Undo("TensorScope.Suspension");
    }
}
