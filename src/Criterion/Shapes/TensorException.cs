namespace Criterion;

/// <summary>An operation on tensors could not be carried out: the message names it, the values, and the way out.</summary>
public class TensorException : Exception
{
    /// <summary>An error with a message.</summary>
    public TensorException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and its cause.</summary>
    public TensorException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>Shapes, ranks or dimensions do not fit the operation.</summary>
public sealed class ShapeException(string message) : TensorException(message);

/// <summary>An element type does not fit the operation.</summary>
public sealed class DTypeException(string message) : TensorException(message);

/// <summary>A gradient cannot be taken: the graph was freed, a value changed in place, or nothing requires a gradient.</summary>
public sealed class AutogradException(string message) : TensorException(message);
