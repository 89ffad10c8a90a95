using System.Collections.Concurrent;

namespace Criterion.Kernels;

/// <summary>A way to pool or resize one side of an image by weighted sums.</summary>
internal interface IResampling
{
    ResampleAxis Build();
}

/// <summary>The map of both sides of an image, and the names of it and its adjoint in the graph.</summary>
internal readonly record struct Resampling(ResampleAxis Rows, ResampleAxis Columns, string Name, string AdjointName)
{
    public Resampling Adjoint => new(Rows.Adjoint, Columns.Adjoint, AdjointName, Name);

    public static Resampling Of<TSide>(string name, string adjointName, TSide rows, TSide columns)
        where TSide : struct, IResampling => new(ResamplingCache<TSide>.Get(rows), ResamplingCache<TSide>.Get(columns), name, adjointName);
}

/// <summary>A cache of maps: training uses the same few again and again.</summary>
file static class ResamplingCache<TSide>
    where TSide : struct, IResampling
{
    const int Most = 256;

    static readonly ConcurrentDictionary<TSide, ResampleAxis> Axes = new();

    public static ResampleAxis Get(TSide side)
    {
        if (Axes.TryGetValue(side, out ResampleAxis? axis))
        {
            return axis;
        }

        if (Axes.Count >= Most)
        {
            Axes.Clear();
        }

        return Axes.GetOrAdd(side, static side => side.Build());
    }
}

/// <summary>Means of windows, with or without the zeros of the padding.</summary>
internal readonly record struct WindowAverage(int Size, int Kernel, int Stride, int Padding, bool CountPadding) : IResampling
{
    public ResampleAxis Build()
    {
        WindowAverage side = this;
        (int Start, int End)[] windows = SamplePositions.Clipped(Size, Kernel, Stride, Padding);
        return ResampleAxis.Of(
            Size,
            windows.Length,
            i => Weights.Mean(windows[i], side.CountPadding ? side.Kernel : windows[i].End - windows[i].Start));
    }
}

/// <summary>Means of areas that cover the side evenly.</summary>
internal readonly record struct AreaAverage(int Size, int Count) : IResampling
{
    public ResampleAxis Build()
    {
        (int Start, int End)[] areas = SamplePositions.AdaptiveAreas(Size, Count);
        return ResampleAxis.Of(Size, Count, i => Weights.Mean(areas[i], areas[i].End - areas[i].Start));
    }
}

/// <summary>The two nearest pixels, weighted by their distance.</summary>
internal readonly record struct LinearInterpolation(int Size, int Count, bool AlignCorners) : IResampling
{
    public ResampleAxis Build() => ResampleAxis.Of(Size, Count, Window);

    (int Start, double[] Weights) Window(int index)
    {
        double at = AlignCorners
            ? Count == 1 ? 0 : index * (Size - 1.0) / (Count - 1)
            : Math.Max(0, ((index + 0.5) * Size / Count) - 0.5);
        int left = Math.Min((int)at, Size - 1);
        return left == Size - 1 ? (left, [1]) : (left, [1 - (at - left), at - left]);
    }
}

/// <summary>
/// A triangle around each sample that widens with the factor by which the side shrinks, as in Pillow and in PyTorch's
/// <c>interpolate(…, antialias=True)</c>. An enlarged side is interpolated linearly.
/// </summary>
internal readonly record struct TriangleFilter(int Size, int Count) : IResampling
{
    public ResampleAxis Build() => ResampleAxis.Of(Size, Count, Window);

    (int Start, double[] Weights) Window(int index)
    {
        double scale = (double)Size / Count;
        double support = Math.Max(1, scale);
        double centre = (index + 0.5) * scale;
        int start = Math.Max(0, (int)(centre - support + 0.5));
        int end = Math.Min(Size, (int)(centre + support + 0.5));
        double[] weights = [.. Enumerable.Range(start, end - start).Select(i => Math.Max(0, 1 - (Math.Abs(i + 0.5 - centre) / support)))];
        double sum = weights.Sum();
        return (start, [.. weights.Select(w => w / sum)]);
    }
}

file static class Weights
{
    public static (int Start, double[] Weights) Mean((int Start, int End) window, int count)
    {
        double[] weights = new double[Math.Max(0, window.End - window.Start)];
        weights.AsSpan().Fill(1.0 / count);
        return (window.Start, weights);
    }
}
