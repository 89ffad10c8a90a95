namespace Criterion.Training;

/// <summary>A checkpoint can't be used: the message says why, and what can be done.</summary>
public sealed class CheckpointException : TrainingException
{
    /// <summary>An error with a message.</summary>
    public CheckpointException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and its cause.</summary>
    public CheckpointException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
