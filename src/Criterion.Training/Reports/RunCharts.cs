namespace Criterion.Training;

/// <summary>The charts of a run, as the columns of its steps declare them.</summary>
internal static class RunCharts
{
    /// <summary>
    /// Creates the charts: first one for each measure, then those of the losses, then one for each column of another version.
    /// </summary>
    public static IEnumerable<Chart> Of(StepColumns columns, CsvTable losses, CsvTable measures) =>
    [
        .. measures.Names.Where(static name => name != "step").Select(name => Single(measures, name)),
        .. columns.Where(column => IsDrawn(column, losses)).GroupBy(Title).Select(group => Together(group.Key, [.. group], losses)),
        .. losses.Names.Except(columns.Select(static column => column.Name)).Select(name => Single(losses, name)),
    ];

    /// <summary>Creates charts that compare runs: one for each measure and each column, with a curve for each run.</summary>
    public static IEnumerable<Chart> Compare(IReadOnlyList<(string Name, StepColumns Columns, CsvTable Losses, CsvTable Measures)> runs) =>
    [
        .. runs.SelectMany(static run => run.Measures.Names).Where(static name => name != "step").Distinct()
            .Select(name => Compared(DisplayName.Title(name), runs.Select(run => (run.Name, run.Measures)), name)),
        .. runs.SelectMany(static run => run.Columns.Where(column => IsDrawn(column, run.Losses))).DistinctBy(static column => column.Name)
            .Select(column => Compared(DisplayName.Title(column), runs.Select(static run => (run.Name, run.Losses)), column.Name) with
            {
                MayBeLog = column.MayBeLog,
                Note = $"{column.Description}.",
            }),
    ];

    /// <summary>Returns the title of the chart of a column.</summary>
    public static string Title(StepColumnAttribute column) => column.Chart ?? DisplayName.Title(column);

    /// <summary>Returns the caption of the chart of some columns.</summary>
    public static string Note(params IReadOnlyList<StepColumnAttribute> columns) =>
        columns.FirstOrDefault(static column => column.IsExplained) is { } explained ? $"{explained.Description}." : "";

    // A run without the column keeps its colour in the other charts.
    static Chart Compared(string title, IEnumerable<(string Name, CsvTable Table)> runs, string column) => new(
        title,
        [.. runs.Select(run => run.Table.Names.Contains(column)
            ? new Series(run.Name, run.Table.Steps, run.Table[column])
            : new Series(run.Name, [], []))])
    {
        Plain = true,
    };

    static Chart Together(string title, IReadOnlyList<StepColumnAttribute> columns, CsvTable table) =>
        new(title, [.. columns.Select(column => new Series(DisplayName.Of(column), table.Steps, table[column.Name]))])
        {
            MayBeLog = columns.Any(static column => column.MayBeLog),
            Note = Note(columns),
        };

    static Chart Single(CsvTable table, string name) => new(DisplayName.Title(name), [new(DisplayName.Of(name), table.Steps, table[name])]);

    static bool IsDrawn(StepColumnAttribute column, CsvTable table) =>
        column.IsCharted && table.Names.Contains(column.Name) && table.Count > 0
        && !(column.IsOmittedWhenZero && table[column.Name].All(static value => value == 0));
}
