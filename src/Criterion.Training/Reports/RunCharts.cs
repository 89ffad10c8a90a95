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

    /// <summary>Returns the title of the chart of a column.</summary>
    public static string Title(StepColumnAttribute column) => column.Chart ?? DisplayName.Title(column);

    /// <summary>Returns the caption of the chart of some columns.</summary>
    public static string Note(params IReadOnlyList<StepColumnAttribute> columns) =>
        columns.FirstOrDefault(static column => column.IsExplained) is { } explained ? $"{explained.Description}." : "";

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
