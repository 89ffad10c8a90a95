namespace Criterion.Training;

/// <summary>
/// The record of one training step: a row of <c>losses.csv</c>, whose columns are the properties with a <see cref="StepColumnAttribute"/>.
/// </summary>
public interface IRunStep
{
    /// <summary>Gets the columns.</summary>
    static abstract StepColumns Columns { get; }

    /// <summary>Gets the number of the step, from 1.</summary>
    long Step { get; init; }

    /// <summary>Gets the number of steps skipped so far because a loss or gradient was not finite.</summary>
    long Skipped { get; init; }

    /// <summary>Gets the duration of the step, in seconds.</summary>
    double Seconds { get; init; }

    /// <summary>Formats the step as a line of progress.</summary>
    string Describe();
}
