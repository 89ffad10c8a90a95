namespace Criterion.Kernels;

/// <summary>
/// Positions along a dimension. Successive positions form one segment, whose slices are contiguous in source and result.
/// </summary>
internal sealed class Selection
{
    Selection(int count, Segment[] segments) => (Count, Segments) = (count, segments);

    /// <summary>The number of positions.</summary>
    public int Count { get; }

    public Segment[] Segments { get; }

    public static Selection Of(ReadOnlySpan<long> positions)
    {
        Segment[] segments = new Segment[CountSegments(positions)];
        for (int segment = 0, i = 0; segment < segments.Length; segment++)
        {
            int length = SegmentLength(positions[i..]);
            segments[segment] = new(i, (int)positions[i], length);
            i += length;
        }

        return new Selection(positions.Length, segments);
    }

    static int CountSegments(ReadOnlySpan<long> positions)
    {
        int segments = 0;
        for (int i = 0; i < positions.Length; i += SegmentLength(positions[i..]))
        {
            segments++;
        }

        return segments;
    }

    static int SegmentLength(ReadOnlySpan<long> positions)
    {
        int length = 1;
        while (length < positions.Length && positions[length] == positions[0] + length)
        {
            length++;
        }

        return length;
    }

    /// <summary>The slices from <paramref name="Position"/> on, which become those from <paramref name="Index"/> on.</summary>
    public readonly record struct Segment(int Index, int Position, int Length);
}
