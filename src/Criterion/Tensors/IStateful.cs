namespace Criterion;

/// <summary>
/// An object whose state a checkpoint stores as tensors by name: a module, an optimizer, a learning rate schedule, an average, a random
/// stream.
/// </summary>
public interface IStateful
{
    /// <summary>Returns the state. The tensors may be those of the object itself: clone them for a snapshot.</summary>
    IReadOnlyDictionary<string, Tensor> StateDict();

    /// <summary>Loads a saved state; the values are copied.</summary>
    /// <param name="state">Tensors by name, as <see cref="StateDict"/> returned them.</param>
    /// <exception cref="CriterionException">The state is of another kind of object, or names or shapes do not match.</exception>
    void LoadStateDict(IReadOnlyDictionary<string, Tensor> state);
}

/// <summary>The exception for a state that does not match the object it is loaded into. The message lists the names.</summary>
public sealed class StateDictException : TensorException
{
    /// <summary>Initializes an exception with a message.</summary>
    public StateDictException(string message)
        : base(message)
    {
    }

    /// <summary>Initializes an exception with a message and its cause.</summary>
    public StateDictException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
