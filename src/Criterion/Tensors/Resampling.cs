namespace Criterion;

/// <summary>Where the samples of a resized, pooled or padded side come from: matrices [output, input] of weights, or positions.</summary>
internal static class Resampling
{
    /// <summary>Where windows begin on a side with its padding.</summary>
    public static int[] Starts(int size, int kernel, int stride, int padding) =>
        [.. Enumerable.Range(0, ((size + (2 * padding) - kernel) / stride) + 1).Select(i => i * stride)];

    /// <summary>The part of each window that lies on the side itself.</summary>
    public static (int Start, int End)[] Clipped(int size, int kernel, int stride, int padding) =>
        [.. Starts(size, kernel, stride, padding).Select(start => (Math.Max(0, start - padding), Math.Min(size, start - padding + kernel)))];

    /// <summary>Area i of <paramref name="count"/> goes from ⌊i·n/count⌋ to ⌈(i+1)·n/count⌉.</summary>
    public static (int Start, int End)[] AdaptiveAreas(int size, int count) =>
        [.. Enumerable.Range(0, count).Select(i => ((int)((long)i * size / count), (int)((((i + 1L) * size) + count - 1) / count)))];

    public static Tensor Average(int size, int kernel, int stride, int padding, bool countPadding)
    {
        int[] starts = Starts(size, kernel, stride, padding);
        return Weights(starts.Length, size, (row, weights) =>
        {
            int from = Math.Max(0, starts[row] - padding);
            int to = Math.Min(size, starts[row] - padding + kernel);
            weights[from..to].Fill(1.0 / (countPadding ? kernel : to - from));
        });
    }

    public static Tensor AdaptiveAverage(int size, int count)
    {
        (int Start, int End)[] areas = AdaptiveAreas(size, count);
        return Weights(count, size, (row, weights) => weights[areas[row].Start..areas[row].End].Fill(1.0 / (areas[row].End - areas[row].Start)));
    }

    public static Tensor Linear(int size, int count, bool alignCorners) => Weights(count, size, (row, weights) =>
    {
        double at = alignCorners
            ? count == 1 ? 0 : row * (size - 1.0) / (count - 1)
            : Math.Max(0, ((row + 0.5) * size / count) - 0.5);
        int left = Math.Min((int)at, size - 1);
        int right = Math.Min(left + 1, size - 1);
        weights[left] += 1 - (at - left);
        weights[right] += at - left;
    });

    public static Selection Nearest(int size, int count)
    {
        Span<long> positions = count <= 1024 ? stackalloc long[count] : new long[count];
        for (int i = 0; i < count; i++)
        {
            positions[i] = Math.Min((long)i * size / count, size - 1);
        }

        return Selection.Of(positions);
    }

    static Tensor Weights(int rows, int columns, FillRow fill)
    {
        double[] weights = new double[rows * columns];
        for (int row = 0; row < rows; row++)
        {
            fill(row, weights.AsSpan(row * columns, columns));
        }

        return Tensor.From(weights, [rows, columns]);
    }

    delegate void FillRow(int row, Span<double> weights);
}
