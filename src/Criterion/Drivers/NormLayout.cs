namespace Criterion.Drivers;

/// <summary>A tensor as [A, C, L] with statistics for each of C.</summary>
/// <param name="Rows">A, the rows of a channel.</param>
/// <param name="Channels">C.</param>
/// <param name="Length">L, the length of a row.</param>
internal readonly record struct NormLayout(int Rows, int Channels, int Length)
{
    /// <summary>Gets the number of values that share a statistic.</summary>
    public int Count => Rows * Length;
}
