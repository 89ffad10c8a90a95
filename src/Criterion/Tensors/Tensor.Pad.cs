using System.Numerics;
using Criterion.Kernels;

namespace Criterion;

public sealed partial class Tensor
{
    /// <summary>Adds a border of one value.</summary>
    /// <param name="widths">
    /// The widths before and after the last dimension, then before and after the last but one, and so on; negative widths crop.
    /// </param>
    /// <param name="value">The value of the border. Default: 0.</param>
    /// <exception cref="ShapeException">
    /// The number of widths is odd or more than two for each dimension, more is cropped than there is, or the result is too large.
    /// </exception>
    public Tensor Pad(ReadOnlySpan<int> widths, double value = 0)
    {
        CheckWidths(nameof(Pad), widths);
        Tensor result = this;
        for (int i = 0; i < widths.Length / 2; i++)
        {
            result = result.PadOne(Rank - 1 - i, widths[2 * i], widths[(2 * i) + 1], value);
        }

        return result;
    }

    /// <summary>Adds a border that mirrors the content without repeating the edge.</summary>
    /// <param name="widths">
    /// The widths before and after the last dimension, then before and after the last but one, and so on; each less than its dimension.
    /// </param>
    /// <exception cref="ShapeException">
    /// A width is negative or not less than its dimension, the number of widths is odd or more than two for each dimension, or the result
    /// is too large.
    /// </exception>
    public Tensor PadReflect(params ReadOnlySpan<int> widths) => PadBy<ReflectPadding>(nameof(PadReflect), widths);

    /// <summary>Adds a border that repeats the edge.</summary>
    /// <param name="widths">The widths before and after the last dimension, then before and after the last but one, and so on.</param>
    /// <exception cref="ShapeException">
    /// A width is negative, a padded dimension is empty, the number of widths is odd or more than two for each dimension, or the result is
    /// too large.
    /// </exception>
    public Tensor PadReplicate(params ReadOnlySpan<int> widths) => PadBy<ReplicatePadding>(nameof(PadReplicate), widths);

    Tensor PadOne(int dim, int before, int after, double value)
    {
        if (before == 0 && after == 0)
        {
            return this;
        }

        int size = Shape[dim];
        long padded = (long)size + before + after;
        long first = Math.Max(0, -(long)before);
        long end = size + Math.Min(0L, after);
        if (padded < 0 || padded > Array.MaxLength || first > end)
        {
            throw new ShapeException(
                $"Pad: widths of {before} and {after} leave dim {dim} of {Shape} with {padded} elements. "
                + $"Crop no more than the dim, and leave at most {Array.MaxLength} elements.");
        }

        List<Tensor> parts = [];
        AddBorder(before);
        parts.Add(Slice(dim, (int)first, (int)end));
        AddBorder(after);
        return Cat(parts.ToArray(), dim);

        void AddBorder(int width)
        {
            if (width > 0)
            {
                parts.Add(Full(Shape.With(dim, width), value, DType));
            }
        }
    }

    Tensor PadBy<TBorder>(string operation, ReadOnlySpan<int> widths)
        where TBorder : struct, IPaddingMode
    {
        CheckWidths(operation, widths);
        for (int i = 0; i < widths.Length; i++)
        {
            CheckWidth<TBorder>(operation, Shape[Rank - 1 - (i / 2)], widths[i], widths[i ^ 1]);
        }

        // The last two dims at once, then each further one, as rows of all that lies within it.
        Tensor result = widths.IsEmpty
            ? this
            : Framed<TBorder>(PlanePadding.OfPlanes(Shape, widths[..Math.Min(4, widths.Length)]), Rank - 2);
        for (int i = 4; i < widths.Length; i += 2)
        {
            int dim = Rank - 1 - (i / 2);
            result = result.Framed<TBorder>(PlanePadding.OfRows(result.Shape, dim, widths[i], widths[i + 1]), dim);
        }

        return result;
    }

    /// <summary>Pads planes whose rows are along <paramref name="dim"/>.</summary>
    Tensor Framed<TBorder>(PlanePadding border, int dim)
        where TBorder : struct, IPaddingMode
    {
        Tensor result = Empty(border.PaddedShape(Shape, dim), DType);
        DType.RunElements(new PadPlanes<TBorder>(border, Contiguous(), result));
        return Autograd.Record(
            "pad", result, [], (Shape, Border: border, Dim: dim), (this, static (g, of) => g.Folded<TBorder>(of.Shape, of.Border, of.Dim)));
    }

    /// <summary>Adds the border to the elements that it repeats: the gradient of <see cref="Framed"/>.</summary>
    Tensor Folded<TBorder>(Shape shape, PlanePadding border, int dim)
        where TBorder : struct, IPaddingMode
    {
        Tensor result = Empty(shape, DType);
        DType.RunFloats(new PadGradient<TBorder>(border, Contiguous(), result));
        return Autograd.Record(
            "unpad", result, [], (Border: border, Dim: dim), (this, static (g, of) => g.Framed<TBorder>(of.Border, of.Dim)));
    }

    void CheckWidths(string operation, ReadOnlySpan<int> widths)
    {
        if (widths.Length % 2 != 0 || widths.Length > 2 * Rank)
        {
            throw new ShapeException(
                $"{operation}: {widths.Length} widths are given for {Shape}. Pass two for each padded dim, from the last dim on.");
        }
    }

    void CheckWidth<TBorder>(string operation, int size, int width, int opposite)
        where TBorder : struct, IPaddingMode
    {
        if (!TBorder.IsValid(width, size))
        {
            throw new ShapeException($"{operation}: a border of {width} {TBorder.Rule(size)}.");
        }

        if ((long)size + width + opposite > Array.MaxLength)
        {
            throw new ShapeException(
                $"{operation}: borders of {width} and {opposite} make the dim of {size} of {Shape} longer than {Array.MaxLength}. "
                + "Use a smaller border.");
        }
    }

    readonly struct PadPlanes<TBorder>(PlanePadding border, Tensor planes, Tensor padded) : IElementTask
        where TBorder : struct, IPaddingMode
    {
        public void Run<T>()
            where T : unmanaged => border.Pad<TBorder, T>(planes.Memory<T>(), padded.Memory<T>());
    }

    readonly struct PadGradient<TBorder>(PlanePadding border, Tensor padded, Tensor planes) : IFloatTask
        where TBorder : struct, IPaddingMode
    {
        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => border.Fold<TBorder, T>(padded.Memory<T>(), planes.Memory<T>());
    }
}
