namespace Criterion.Nn;

/// <summary>
/// A module that checks the element type of its input and runs hooks around <see cref="Compute"/>: every layer of the library. Derive from
/// it instead of <see cref="Module"/> to give a module of yours hooks.
/// </summary>
/// <remarks>
/// Hooks run in every call of <see cref="Forward"/>, whether by a container or by the code of another module, in the order in which they
/// were added. An exception of a hook leaves <see cref="Forward"/>. Without hooks a call allocates nothing for them. Hooks are not part of
/// the state. Adding and removing one while another thread calls <see cref="Forward"/> is safe: that call runs the hooks from before.
/// </remarks>
/// <example><code>
/// List&lt;Shape&gt; shapes = [];
/// using (conv.OnForward((layer, input, output) =&gt; shapes.Add(output.Shape)))
/// {
///     net.Forward(images);
/// }
/// </code></example>
public abstract class Layer : Module
{
    Func<Tensor, Tensor>[]? _before;
    Func<Tensor, Tensor, Tensor>[]? _after;

    /// <summary>
    /// Gets the type that the input must have, or null for any. Default: the type of this layer's first floating-point parameter or buffer.
    /// </summary>
    protected virtual DType? InputType => OwnFloatType;

    /// <summary>Gets whether functions run before or after <see cref="Compute"/>.</summary>
    internal bool HasHooks => Volatile.Read(ref _before) is not null || Volatile.Read(ref _after) is not null;

    /// <summary>Checks the type of the input, and computes the output with the hooks before and after.</summary>
    /// <param name="input">The input.</param>
    /// <exception cref="DTypeException">The input has another type than the parameters.</exception>
    public sealed override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        input = BeforeCompute(input);
        return AfterCompute(input, Compute(input));
    }

    /// <summary>Calls an action with this layer and its input before each forward call.</summary>
    /// <param name="hook">The action.</param>
    /// <returns>A handle that removes the hook when it is disposed.</returns>
    public IDisposable BeforeForward(Action<Layer, Tensor> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        return ReplaceInput((layer, input) =>
        {
            hook(layer, input);
            return input;
        });
    }

    /// <summary>Calls an action with this layer, its input and its output after each forward call.</summary>
    /// <remarks>
    /// Inside a <see cref="TensorScope"/> the output's memory is released as if there were no hook: call <see cref="Tensor.Keep"/>, or
    /// clone it, to read it later.
    /// </remarks>
    /// <inheritdoc cref="BeforeForward" path="/*[not(self::summary)]"/>
    public IDisposable OnForward(Action<Layer, Tensor, Tensor> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        return ReplaceOutput((layer, input, output) =>
        {
            hook(layer, input, output);
            return output;
        });
    }

    /// <summary>Replaces the input by the result of a function of this layer and its input, before each forward call.</summary>
    /// <param name="hook">The function.</param>
    /// <returns>A handle that removes the hook when it is disposed.</returns>
    public IDisposable ReplaceInput(Func<Layer, Tensor, Tensor> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        Func<Tensor, Tensor> added = input => hook(this, input) ?? throw NoResult(nameof(ReplaceInput));
        Change(ref _before, all => [.. all ?? [], added]);
        return new Handle(() => Change(ref _before, all => Without(all, added)));
    }

    /// <summary>
    /// Replaces the output by the result of a function of this layer, its input and its output, after each forward call.
    /// </summary>
    /// <inheritdoc cref="ReplaceInput" path="/*[not(self::summary)]"/>
    public IDisposable ReplaceOutput(Func<Layer, Tensor, Tensor, Tensor> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        Func<Tensor, Tensor, Tensor> added = (input, output) => hook(this, input, output) ?? throw NoResult(nameof(ReplaceOutput));
        Change(ref _after, all => [.. all ?? [], added]);
        return new Handle(() => Change(ref _after, all => Without(all, added)));
    }

    /// <summary>Computes the output of an input that was checked.</summary>
    /// <param name="input">The input, not null and of the type <see cref="InputType"/>.</param>
    protected abstract Tensor Compute(Tensor input);

    /// <summary>Runs the hooks before, and checks the type of what they return.</summary>
    private protected Tensor BeforeCompute(Tensor input)
    {
        foreach (Func<Tensor, Tensor> hook in Volatile.Read(ref _before) ?? [])
        {
            input = hook(input);
        }

        CheckType(input, "input");
        return input;
    }

    /// <summary>Runs the hooks after.</summary>
    private protected Tensor AfterCompute(Tensor input, Tensor output)
    {
        foreach (Func<Tensor, Tensor, Tensor> hook in Volatile.Read(ref _after) ?? [])
        {
            output = hook(input, output);
        }

        return output;
    }

    /// <exception cref="DTypeException">The tensor has another type than the parameters.</exception>
    private protected void CheckType(Tensor value, string name)
    {
        if (InputType is { } type && value.DType != type)
        {
            string other = value.DType.IsFloat() && type.IsFloat() ? $", or the model with .To(DType.{value.DType})" : "";
            throw new DTypeException(
                $"{GetType().Name}: the {name} is {value.DType} and the layer {(OwnFloatType == type ? "is" : "takes")} {type}. "
                + $"Convert the {name} with .To(DType.{type}){other}.");
        }
    }

    static void Change<T>(ref T[]? hooks, Func<T[]?, T[]?> change)
    {
        T[]? before;
        do
        {
            before = hooks;
        }
        while (Interlocked.CompareExchange(ref hooks, change(before), before) != before);
    }

    static T[]? Without<T>(T[]? hooks, T removed)
        where T : Delegate => hooks is null or { Length: 1 } ? null : [.. hooks.Where(hook => !ReferenceEquals(hook, removed))];

    TensorException NoResult(string method) =>
        new($"{GetType().Name}: a function passed to {method} returned null. Return a tensor, such as the one that it was given.");

    sealed class Handle(Action remove) : IDisposable
    {
        Action? _remove = remove;

        public void Dispose() => Interlocked.Exchange(ref _remove, null)?.Invoke();
    }
}
