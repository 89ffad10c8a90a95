namespace Criterion.Training;

/// <summary>
/// The exception for a run whose networks, objective or other parts are defined by a program and are therefore unavailable outside it.
/// </summary>
public sealed class CustomPartException : TrainingException
{
    /// <summary>Creates an exception with a message.</summary>
    public CustomPartException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception for a part that was read from a record.</summary>
    /// <param name="part">The part, such as <c>networks</c>.</param>
    /// <param name="program">The name of the program or assembly that defines it, if known.</param>
    internal static CustomPartException Of(string part, string? program) => new(
        $"The run uses custom {part}, which only the program that defines them{(program is null ? "" : $" ('{program}')")} can create. "
        + $"Continue there: {nameof(GanRun)}.{nameof(GanRun.Open)} resumes the run, draws samples and evaluates them; "
        + $"{nameof(CycleGanRun)}.{nameof(CycleGanRun.Resume)} and {nameof(PairedRun)}.{nameof(PairedRun.Resume)} take the objective.");
}
