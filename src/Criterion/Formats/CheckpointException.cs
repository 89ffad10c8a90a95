namespace Criterion.Formats;

/// <summary>A checkpoint cannot be used. The message describes the problem and the fix.</summary>
public sealed class CheckpointException : CriterionException
{
    /// <summary>Initializes an exception with a message.</summary>
    public CheckpointException(string message)
        : base(message)
    {
    }

    /// <summary>Initializes an exception with a message and its cause.</summary>
    public CheckpointException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
