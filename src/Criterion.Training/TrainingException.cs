namespace Criterion.Training;

/// <summary>Data, options or a run cannot be used for a training. The message describes the problem and the fix.</summary>
public class TrainingException : CriterionException
{
    /// <summary>Creates an exception with a message.</summary>
    public TrainingException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and its cause.</summary>
    public TrainingException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>A loss or gradient became NaN or infinite. The message names the step and the first tensor that is not finite.</summary>
public sealed class NotFiniteException(string message) : TrainingException(message);
