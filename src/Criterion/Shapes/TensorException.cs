namespace Criterion;

/// <summary>The error of an operation on tensors. The message names the operation, the values and the fix.</summary>
public class TensorException : CriterionException
{
    /// <summary>Creates an error with a message.</summary>
    public TensorException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an error with a message and its cause.</summary>
    public TensorException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>The error of shapes, ranks or dimensions that an operation does not accept.</summary>
public sealed class ShapeException(string message) : TensorException(message);

/// <summary>The error of an element type that an operation does not accept.</summary>
public sealed class DTypeException(string message) : TensorException(message);

/// <summary>The error of a gradient: the graph was freed, a value was changed in place, or nothing requires a gradient.</summary>
public sealed class AutogradException(string message) : TensorException(message);
