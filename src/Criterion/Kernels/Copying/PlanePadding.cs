using System.Numerics;
using System.Numerics.Tensors;

namespace Criterion.Kernels;

/// <summary>The source of the values of a border.</summary>
internal interface IPaddingMode
{
    /// <summary>Returns whether a border of this width is possible for a side of this size.</summary>
    static abstract bool IsValid(int width, int size);

    /// <summary>Returns the requirement of a border, for errors.</summary>
    static abstract string Rule(int size);

    /// <summary>Returns the position on a side whose value is at position <paramref name="at"/>, which may be outside.</summary>
    static abstract int Source(int at, int size);
}

/// <summary>Mirrors the side at its edge, which is not repeated.</summary>
internal readonly struct ReflectPadding : IPaddingMode
{
    public static bool IsValid(int width, int size) => width >= 0 && width < size;

    public static string Rule(int size) => $"must be from 0 to {size - 1}, one less than the dim of {size}";

    public static int Source(int at, int size)
    {
        int inside = Math.Abs(at);
        return inside < size ? inside : (2 * (size - 1)) - inside;
    }
}

/// <summary>Repeats the edge.</summary>
internal readonly struct ReplicatePadding : IPaddingMode
{
    public static bool IsValid(int width, int size) => width >= 0 && size > 0;

    public static string Rule(int size) => $"must not be negative, and a dim of {size} must not be empty";

    public static int Source(int at, int size) => Math.Clamp(at, 0, size - 1);
}

/// <summary>A border around each of several contiguous planes.</summary>
internal readonly record struct PlanePadding(int Planes, int Height, int Width, int Top, int Bottom, int Left, int Right)
{
    const int ChunkLength = 16384;

    public int OuterHeight => Top + Height + Bottom;

    public int OuterWidth => Left + Width + Right;

    public int OuterPlane => OuterHeight * OuterWidth;

    public int Plane => Height * Width;

    int PlanesPerChunk => Math.Max(1, ChunkLength / Math.Max(1, OuterPlane));

    int Chunks => (Planes + PlanesPerChunk - 1) / PlanesPerChunk;

    /// <summary>Returns the border around the planes of the last two dims, or around the rows of the only one.</summary>
    /// <param name="shape">The shape of the tensor.</param>
    /// <param name="widths">The widths left and right, then, if there are four, top and bottom.</param>
    public static PlanePadding OfPlanes(Shape shape, ReadOnlySpan<int> widths)
    {
        (int top, int bottom) = widths.Length > 2 ? (widths[2], widths[3]) : (0, 0);
        int height = shape.Rank > 1 ? shape[-2] : 1;
        return new(shape.CountOf(0, Math.Max(0, shape.Rank - 2)), height, shape[-1], top, bottom, widths[0], widths[1]);
    }

    /// <summary>Returns the border before and after the rows of all elements within each position along a dim.</summary>
    public static PlanePadding OfRows(Shape shape, int dim, int before, int after) =>
        new(shape.CountOf(0, dim), shape[dim], shape.CountOf(dim + 1, shape.Rank), before, after, 0, 0);

    /// <summary>Returns the shape with the border.</summary>
    /// <param name="shape">The shape without it.</param>
    /// <param name="dim">The dim of the rows of a plane; negative if there is one row.</param>
    public Shape PaddedShape(Shape shape, int dim)
    {
        Shape rows = dim < 0 ? shape : shape.With(dim, OuterHeight);
        return OuterWidth == Width ? rows : rows.With(-1, OuterWidth);
    }

    /// <summary>Copies the planes with the border around them.</summary>
    public void Pad<TBorder, T>(ReadOnlyMemory<T> planes, Memory<T> padded)
        where TBorder : struct, IPaddingMode
        where T : unmanaged => ParallelFor.Run(Chunks, new PadChunks<TBorder, T>(this, planes, padded));

    /// <summary>
    /// Copies the planes, and adds each value of their border to the one that it repeats: the gradient of <see cref="Pad"/>.
    /// </summary>
    public void Fold<TBorder, T>(ReadOnlyMemory<T> padded, Memory<T> planes)
        where TBorder : struct, IPaddingMode
        where T : unmanaged, INumber<T> => ParallelFor.Run(Chunks, new FoldChunks<TBorder, T>(this, padded, planes));

    (int First, int End) PlanesOf(int chunk) => (chunk * PlanesPerChunk, Math.Min(Planes, (chunk + 1) * PlanesPerChunk));

    readonly struct PadChunks<TBorder, T>(PlanePadding border, ReadOnlyMemory<T> planes, Memory<T> padded) : IChunk
        where TBorder : struct, IPaddingMode
        where T : unmanaged
    {
        public void Run(int index)
        {
            (int first, int end) = border.PlanesOf(index);
            for (int plane = first; plane < end; plane++)
            {
                PadPlane(
                    planes.Span.Slice(plane * border.Plane, border.Plane),
                    padded.Span.Slice(plane * border.OuterPlane, border.OuterPlane));
            }
        }

        void PadPlane(ReadOnlySpan<T> inside, Span<T> outside)
        {
            int width = border.Width;
            for (int y = 0; y < border.OuterHeight; y++)
            {
                ReadOnlySpan<T> source = inside.Slice(TBorder.Source(y - border.Top, border.Height) * width, width);
                Span<T> row = outside.Slice(y * border.OuterWidth, border.OuterWidth);
                source.CopyTo(row[border.Left..]);
                for (int x = 0; x < border.Left; x++)
                {
                    row[x] = source[TBorder.Source(x - border.Left, width)];
                }

                for (int x = border.Left + width; x < row.Length; x++)
                {
                    row[x] = source[TBorder.Source(x - border.Left, width)];
                }
            }
        }
    }

    readonly struct FoldChunks<TBorder, T>(PlanePadding border, ReadOnlyMemory<T> padded, Memory<T> planes) : IChunk
        where TBorder : struct, IPaddingMode
        where T : unmanaged, INumber<T>
    {
        public void Run(int index)
        {
            (int first, int end) = border.PlanesOf(index);
            for (int plane = first; plane < end; plane++)
            {
                FoldPlane(
                    padded.Span.Slice(plane * border.OuterPlane, border.OuterPlane),
                    planes.Span.Slice(plane * border.Plane, border.Plane));
            }
        }

        void FoldPlane(ReadOnlySpan<T> outside, Span<T> inside)
        {
            inside.Clear();
            int width = border.Width;
            for (int y = 0; y < border.OuterHeight; y++)
            {
                Span<T> sum = inside.Slice(TBorder.Source(y - border.Top, border.Height) * width, width);
                ReadOnlySpan<T> row = outside.Slice(y * border.OuterWidth, border.OuterWidth);
                TensorPrimitives.Add(sum, row.Slice(border.Left, width), sum);
                for (int x = 0; x < border.Left; x++)
                {
                    sum[TBorder.Source(x - border.Left, width)] += row[x];
                }

                for (int x = border.Left + width; x < row.Length; x++)
                {
                    sum[TBorder.Source(x - border.Left, width)] += row[x];
                }
            }
        }
    }
}
