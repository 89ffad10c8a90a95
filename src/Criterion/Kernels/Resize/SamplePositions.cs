namespace Criterion.Kernels;

/// <summary>The inputs of each output of a pooled or resized side.</summary>
internal static class SamplePositions
{
    /// <summary>Returns the part of each window that is on the side itself, not on its padding.</summary>
    public static (int Start, int End)[] Clipped(int size, int kernel, int stride, int padding)
    {
        int count = ((size + (2 * padding) - kernel) / stride) + 1;
        return
        [
            .. from i in Enumerable.Range(0, count)
               let start = (i * stride) - padding
               select (Math.Max(0, start), Math.Min(size, start + kernel)),
        ];
    }

    /// <summary>Returns the areas: area i of <paramref name="count"/> is from ⌊i·n/count⌋ to ⌈(i+1)·n/count⌉.</summary>
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
