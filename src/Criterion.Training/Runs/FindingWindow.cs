namespace Criterion.Training;

/// <summary>Examines the latest steps of a training from time to time, and returns each kind of finding once.</summary>
/// <param name="size">The number of steps that are examined.</param>
/// <param name="every">The steps between two examinations.</param>
/// <param name="examine">Finds the problems of the steps.</param>
internal sealed class FindingWindow<TStep>(int size, int every, Func<IReadOnlyList<TStep>, IEnumerable<Finding>> examine)
    where TStep : struct, IRunStep
{
    readonly Queue<TStep> _steps = [];
    readonly HashSet<FindingKind> _reported = [];

    /// <summary>Adds a step.</summary>
    /// <returns>The findings that were not returned before.</returns>
    public IReadOnlyList<Finding> Watch(TStep step)
    {
        _steps.Enqueue(step);
        if (_steps.Count > size)
        {
            _steps.Dequeue();
        }

        return step.Step % every != 0 ? [] : [.. examine([.. _steps]).Where(finding => _reported.Add(finding.Kind))];
    }

    /// <summary>Returns what watching the steps of a <c>losses.csv</c> would have reported, with the step of each finding.</summary>
    public IReadOnlyList<(long Step, Finding Finding)> Replay(CsvTable losses) =>
        [.. TStep.Columns.Read<TStep>(losses).SelectMany(row => Watch(row).Select(finding => (row.Step, finding)))];
}
