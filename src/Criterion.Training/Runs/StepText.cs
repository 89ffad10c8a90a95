namespace Criterion.Training;

/// <summary>Formats the numbers of a step for the line of progress.</summary>
internal static class StepText
{
    /// <summary>Formats a loss with three decimals, aligned.</summary>
    public static string Column(double value) => NumberText.Fixed(value, 3).PadLeft(6);

    /// <summary>Formats the number of skipped steps; empty if there are none.</summary>
    public static string Skipped(long count) => count > 0 ? $"  skipped {count}" : "";
}
