namespace Criterion.Kernels;

/// <summary>Where the samples of a pooled or resized side come from.</summary>
internal static class SamplePositions
{
    /// <summary>The part of each window that lies on the side itself, not on its padding.</summary>
    public static (int Start, int End)[] Clipped(int size, int kernel, int stride, int padding)
    {
        int count = ((size + (2 * padding) - kernel) / stride) + 1;
        return [.. Enumerable.Range(0, count).Select(i => (i * stride) - padding).Select(start => (Math.Max(0, start), Math.Min(size, start + kernel)))];
    }

    /// <summary>Area i of <paramref name="count"/> goes from ⌊i·n/count⌋ to ⌈(i+1)·n/count⌉.</summary>
    public static (int Start, int End)[] AdaptiveAreas(int size, int count) =>
        [.. Enumerable.Range(0, count).Select(i => ((int)((long)i * size / count), (int)((((i + 1L) * size) + count - 1) / count)))];

    public static Selection Nearest(int size, int count)
    {
        Span<long> positions = count <= 1024 ? stackalloc long[count] : new long[count];
        for (int i = 0; i < count; i++)
        {
            positions[i] = Math.Min((long)i * size / count, size - 1);
        }

        return Selection.Of(positions);
    }
}
