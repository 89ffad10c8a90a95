using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The result of a comparison for a terminal.</summary>
internal static class ComparisonTable
{
    /// <summary>The table, columns under one another.</summary>
    public static string Of(ComparisonRecord record)
    {
        (string[] head, IReadOnlyList<string[]> rows) = ComparisonReport.Table(record);
        string[][] all = [head, .. rows];
        int[] widths = [.. head.Select((_, i) => all.Max(row => row[i].Length))];
        return string.Join('\n', all.Select(row => string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd()));
    }
}
