namespace Criterion.Training;

/// <summary>Data, options or a run are not as training needs them: the message says what is wrong and the way out.</summary>
public class TrainingException : Exception
{
    /// <summary>An error with a message.</summary>
    public TrainingException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and its cause.</summary>
    public TrainingException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
