namespace Criterion;

/// <summary>
/// The base of all exceptions that Criterion defines. Invalid options remain <see cref="ArgumentException"/>, and disk errors
/// <see cref="IOException"/>.
/// </summary>
public abstract class CriterionException : Exception
{
    /// <summary>Initializes an exception with a message.</summary>
    protected CriterionException(string message)
        : base(message)
    {
    }

    /// <summary>Initializes an exception with a message and its cause.</summary>
    protected CriterionException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
