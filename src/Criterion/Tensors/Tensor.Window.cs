using Criterion.Kernels;
using Criterion.Memory;

namespace Criterion;

// Pooling, padding and resampling. Averages and bilinear samples are linear along each side: the gradient is the adjoint, whose
// gradient is the operation again. Patches and mirrored borders are chosen by position.
public sealed partial class Tensor
{
    /// <summary>The mean of each window of images [N, C, H, W].</summary>
    /// <param name="kernel">The window.</param>
    /// <param name="stride">Steps between windows; the kernel if not given.</param>
    /// <param name="padding">Zeros around the image, at most half of the kernel; 0.</param>
    /// <param name="countPadding">Whether the zeros count in the mean, as they do in PyTorch by default.</param>
    public Tensor AvgPool2d(Size2 kernel, Size2? stride = null, Size2? padding = null, bool countPadding = true)
    {
        Size2 step = stride ?? kernel;
        Size2 border = padding ?? 0;
        CheckPool("AvgPool2d", kernel, step, border);
        return Floating().Resample(Resampling.Of(
            "avg_pool2d",
            "avg_pool2d gradient",
            new WindowAverage(Shape[2], kernel.Height, step.Height, border.Height, countPadding),
            new WindowAverage(Shape[3], kernel.Width, step.Width, border.Width, countPadding)));
    }

    /// <summary>The largest value of each window of images [N, C, H, W]; the first of equal ones gets the gradient.</summary>
    /// <param name="kernel">The window.</param>
    /// <param name="stride">Steps between windows; the kernel if not given.</param>
    /// <param name="padding">−∞ around the image, at most half of the kernel; 0.</param>
    public Tensor MaxPool2d(Size2 kernel, Size2? stride = null, Size2? padding = null)
    {
        Size2 step = stride ?? kernel;
        Size2 border = padding ?? 0;
        CheckPool("MaxPool2d", kernel, step, border);
        return MaxOver(
            SamplePositions.Clipped(Shape[2], kernel.Height, step.Height, border.Height),
            SamplePositions.Clipped(Shape[3], kernel.Width, step.Width, border.Width));
    }

    /// <summary>The mean of each of <paramref name="output"/> areas that cover images [N, C, H, W] evenly.</summary>
    public Tensor AdaptiveAvgPool2d(Size2 output)
    {
        CheckImages("AdaptiveAvgPool2d");
        CheckResult("AdaptiveAvgPool2d", output, nameof(output));
        return Floating().Resample(Resampling.Of(
            "adaptive_avg_pool2d",
            "adaptive_avg_pool2d gradient",
            new AreaAverage(Shape[2], output.Height),
            new AreaAverage(Shape[3], output.Width)));
    }

    /// <summary>The largest value of each of <paramref name="output"/> areas that cover images [N, C, H, W] evenly.</summary>
    public Tensor AdaptiveMaxPool2d(Size2 output)
    {
        CheckImages("AdaptiveMaxPool2d");
        CheckResult("AdaptiveMaxPool2d", output, nameof(output));
        return MaxOver(SamplePositions.AdaptiveAreas(Shape[2], output.Height), SamplePositions.AdaptiveAreas(Shape[3], output.Width));
    }

    /// <summary>Images [N, C, H, W] enlarged or reduced to a size by taking the nearest pixel, rounding down as PyTorch does.</summary>
    public Tensor UpsampleNearest2d(Size2 size)
    {
        CheckImages("UpsampleNearest2d");
        CheckResult("UpsampleNearest2d", size, nameof(size));
        (int height, int width) = (Shape[2], Shape[3]);
        if (size.Height % height == 0 && size.Width % width == 0)
        {
            // Whole factors, the common case, are a repetition.
            (int down, int across) = (size.Height / height, size.Width / width);
            return Reshape(Shape[0], Shape[1], height, 1, width, 1).Expand(-1, -1, -1, down, -1, across)
                .Reshape(Shape[0], Shape[1], size.Height, size.Width);
        }

        return Indexing.Select(Indexing.Select(this, 2, SamplePositions.Nearest(height, size.Height)), 3, SamplePositions.Nearest(width, size.Width));
    }

    /// <summary>Resizes images [N, C, H, W] by bilinear interpolation.</summary>
    /// <param name="size">The new height and width; at least 1.</param>
    /// <param name="alignCorners">Whether the centres of the corner pixels, rather than their outer edges, stay in place. Default: no.</param>
    /// <param name="antialias">
    /// Whether a side that shrinks is averaged with a triangle filter as wide as the factor asks for, as Pillow does, instead of read at
    /// single points. Default: no, as in PyTorch.
    /// </param>
    /// <remarks>
    /// A pixel with weight 0 does not count: a NaN or ∞ reaches only the outputs that depend on it. PyTorch multiplies it by 0, which gives NaN.
    /// </remarks>
    /// <exception cref="ArgumentException">Both <paramref name="alignCorners"/> and <paramref name="antialias"/> are set.</exception>
    /// <exception cref="ShapeException">The tensor is not [N, C, H, W], or its images have no pixels.</exception>
    public Tensor UpsampleBilinear2d(Size2 size, bool alignCorners = false, bool antialias = false)
    {
        const string Operation = "UpsampleBilinear2d";
        CheckImages(Operation);
        CheckResult(Operation, size, nameof(size));
        if (alignCorners && antialias)
        {
            throw new ArgumentException($"{Operation}: antialias works with alignCorners: false only. Leave one of the two out.", nameof(antialias));
        }

        (int height, int width) = (Shape[2], Shape[3]);
        const string Name = "upsample_bilinear2d";
        const string AdjointName = "upsample_bilinear2d gradient";
        return Floating().Resample(antialias
            ? Resampling.Of(Name, AdjointName, new TriangleFilter(height, size.Height), new TriangleFilter(width, size.Width))
            : Resampling.Of(
                Name, AdjointName, new LinearInterpolation(height, size.Height, alignCorners), new LinearInterpolation(width, size.Width, alignCorners)));
    }

    /// <summary>The windows of images [N, C, H, W] as columns: [N, C · h · w, windows].</summary>
    public Tensor Unfold(Size2 kernel, Size2? stride = null, Size2? padding = null, Size2? dilation = null)
    {
        CheckImages("Unfold");
        (Size2 step, Size2 border, Size2 gap) = (stride ?? 1, padding ?? 0, dilation ?? 1);
        kernel.CheckAtLeast(1, "Unfold", nameof(kernel));
        step.CheckAtLeast(1, "Unfold", nameof(stride));
        gap.CheckAtLeast(1, "Unfold", nameof(dilation));
        border.CheckAtLeast(0, "Unfold", nameof(padding));
        long allRows = ConvolutionGeometry.Windows(Shape[2], kernel.Height, step.Height, border.Height, gap.Height);
        long allColumns = ConvolutionGeometry.Windows(Shape[3], kernel.Width, step.Width, border.Width, gap.Width);
        if (allRows < 1 || allColumns < 1)
        {
            throw new ShapeException($"Unfold: the kernel {kernel} with dilation {gap} is larger than {Shape} with padding {border}.");
        }

        long planes = BufferSize.Of(Math.Max(1, Shape[0]), Math.Max(1, Shape[1]));
        if (BufferSize.Of(planes, BufferSize.Of(kernel.Height, kernel.Width), BufferSize.Of(allRows, allColumns)) > Array.MaxLength)
        {
            throw new ShapeException($"Unfold: {allRows}×{allColumns} windows of {kernel} of {Shape} are more elements than one tensor can hold.");
        }

        Tensor padded = Pad([border.Width, border.Width, border.Height, border.Height]);
        int width = padded.Shape[3];
        (int rows, int columns) = ((int)allRows, (int)allColumns);
        long[] places =
        [
            .. from tapRow in Enumerable.Range(0, kernel.Height)
               from tapColumn in Enumerable.Range(0, kernel.Width)
               from row in Enumerable.Range(0, rows)
               from column in Enumerable.Range(0, columns)
               select (long)((((row * step.Height) + (tapRow * gap.Height)) * width) + (column * step.Width) + (tapColumn * gap.Width)),
        ];
        return padded.Flatten(2).IndexSelect(2, From(places, [places.Length])).Reshape(Shape[0], -1, rows * columns);
    }

    /// <summary>The tensor with a border of one value.</summary>
    /// <param name="widths">Before and after the last dimension, then before and after the last but one, and so on; negative widths cut.</param>
    /// <param name="value">The value; 0.</param>
    public Tensor Pad(ReadOnlySpan<int> widths, double value = 0)
    {
        CheckPad("Pad", widths);
        Tensor result = this;
        for (int i = 0; i < widths.Length / 2; i++)
        {
            result = result.PadOne(Rank - 1 - i, widths[2 * i], widths[(2 * i) + 1], value);
        }

        return result;
    }

    /// <summary>The tensor with a border that mirrors its content without repeating the edge.</summary>
    /// <inheritdoc cref="Pad"/>
    /// <param name="widths">Before and after the last dimension, then before and after the last but one, and so on.</param>
    /// <exception cref="ShapeException">A border is as wide as the dimension.</exception>
    public Tensor PadReflect(params ReadOnlySpan<int> widths) => PadBy<Mirrored>("PadReflect", widths);

    /// <summary>The tensor with a border that repeats its edge.</summary>
    /// <param name="widths">Before and after the last dimension, then before and after the last but one, and so on.</param>
    public Tensor PadReplicate(params ReadOnlySpan<int> widths) => PadBy<Repeated>("PadReplicate", widths);

    /// <summary>Each plane of images with both of its sides resampled.</summary>
    internal Tensor Resample(Resampling map)
    {
        Tensor result = Empty([Shape[0], Shape[1], map.Rows.Outputs, map.Columns.Outputs], DType);
        Tensor planes = Contiguous();
        if (DType == DType.Float32)
        {
            Resample<float>.Run(planes.Memory<float>(), map.Rows, map.Columns, result.Memory<float>());
        }
        else
        {
            Resample<double>.Run(planes.Memory<double>(), map.Rows, map.Columns, result.Memory<double>());
        }

        return Autograd.Record(map.Name, result, [], map, (this, static (g, of) => g.Resample(of.Adjoint)));
    }

    /// <summary>The largest value of each area, which alone gets the gradient.</summary>
    Tensor MaxOver((int Start, int End)[] rows, (int Start, int End)[] columns)
    {
        Tensor x = Floating().Contiguous();
        PoolingAreas areas = new(x.Shape[3], x.Shape[2] * x.Shape[3], rows, columns);
        Tensor largest = Empty([x.Shape[0], x.Shape[1], rows.Length, columns.Length], x.DType);
        Tensor places = Empty(largest.Shape, DType.Int64);
        if (x.DType == DType.Float32)
        {
            MaxPooling.Largest(x.Memory<float>(), areas, largest.Memory<float>(), places.Memory<long>());
        }
        else
        {
            MaxPooling.Largest(x.Memory<double>(), areas, largest.Memory<double>(), places.Memory<long>());
        }

        return Autograd.Record(
            "max_pool2d", largest, [], (Places: places, x.Shape), (x, static (g, of) => g.Spread(of.Places, of.Shape)));
    }

    /// <summary>Planes of zeros with each value of this added at its place.</summary>
    Tensor Spread(Tensor places, Shape shape)
    {
        Tensor x = Contiguous();
        Tensor planes = Zeros(shape, DType);
        (int pixels, int count) = (shape.CountOf(2, 4), Shape.CountOf(2, 4));
        if (DType == DType.Float32)
        {
            MaxPooling.Spread(planes.Memory<float>(), pixels, places.Memory<long>(), count, x.Memory<float>());
        }
        else
        {
            MaxPooling.Spread(planes.Memory<double>(), pixels, places.Memory<long>(), count, x.Memory<double>());
        }

        return Autograd.Record("max_pool2d gradient", planes, [], places, (x, static (g, places) => g.Pick(places)));
    }

    /// <summary>The value at each place of its plane.</summary>
    Tensor Pick(Tensor places)
    {
        Tensor x = Contiguous();
        Tensor picked = Empty(places.Shape, DType);
        (int pixels, int count) = (Shape.CountOf(2, 4), places.Shape.CountOf(2, 4));
        if (DType == DType.Float32)
        {
            MaxPooling.Pick(x.Memory<float>(), pixels, places.Memory<long>(), count, picked.Memory<float>());
        }
        else
        {
            MaxPooling.Pick(x.Memory<double>(), pixels, places.Memory<long>(), count, picked.Memory<double>());
        }

        return Autograd.Record(
            "max_pool2d values", picked, [], (Places: places, x.Shape), (x, static (g, of) => g.Spread(of.Places, of.Shape)));
    }

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
                $"Pad: widths of {before} and {after} leave dim {dim} of {Shape} with {padded} elements; what is cut must lie within the dim, and at most {Array.MaxLength} can be left.");
        }

        Tensor kept = Slice(dim, (int)first, (int)end);
        List<Tensor> parts = [];
        AddBorder(before);
        parts.Add(kept);
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
        where TBorder : struct, IBorder
    {
        CheckPad(operation, widths);
        for (int i = 0; i < widths.Length; i++)
        {
            int size = Shape[Rank - 1 - (i / 2)];
            if (!TBorder.Fits(widths[i], size))
            {
                throw new ShapeException($"{operation}: a border of {widths[i]} {TBorder.Rule(size)}.");
            }

            if ((long)size + widths[i] + widths[i ^ 1] > Array.MaxLength)
            {
                throw new ShapeException($"{operation}: borders of {widths[i]} and {widths[i ^ 1]} make the dim of {size} of {Shape} longer than {Array.MaxLength}.");
            }
        }

        // The last two dims in one go, then each further one, as rows of all that lies within it.
        Tensor result = widths.IsEmpty ? this : Framed<TBorder>(Border.OfPlanes(Shape, widths[..Math.Min(4, widths.Length)]), Rank - 2);
        for (int i = 4; i < widths.Length; i += 2)
        {
            int dim = Rank - 1 - (i / 2);
            result = result.Framed<TBorder>(Border.OfRows(result.Shape, dim, widths[i], widths[i + 1]), dim);
        }

        return result;
    }

    /// <summary>This tensor with a border around its planes, whose rows lie along <paramref name="dim"/>.</summary>
    Tensor Framed<TBorder>(Border border, int dim)
        where TBorder : struct, IBorder
    {
        Tensor result = Empty(border.Around(Shape, dim), DType);
        Tensor planes = Contiguous();
        switch (DType)
        {
            case DType.Float32:
                border.Put<TBorder, float>(planes.Memory<float>(), result.Memory<float>());
                break;
            case DType.Float64:
                border.Put<TBorder, double>(planes.Memory<double>(), result.Memory<double>());
                break;
            case DType.Int64:
                border.Put<TBorder, long>(planes.Memory<long>(), result.Memory<long>());
                break;
            case DType.UInt8:
                border.Put<TBorder, byte>(planes.Memory<byte>(), result.Memory<byte>());
                break;
            default:
                border.Put<TBorder, bool>(planes.Memory<bool>(), result.Memory<bool>());
                break;
        }

        return Autograd.Record(
            "pad", result, [], (Shape, Border: border, Dim: dim), (this, static (g, of) => g.Folded<TBorder>(of.Shape, of.Border, of.Dim)));
    }

    /// <summary>What lies in the border added to where it comes from: the gradient of <see cref="Framed"/>.</summary>
    Tensor Folded<TBorder>(Shape shape, Border border, int dim)
        where TBorder : struct, IBorder
    {
        Tensor result = Empty(shape, DType);
        Tensor framed = Contiguous();
        if (DType == DType.Float32)
        {
            border.Fold<TBorder, float>(framed.Memory<float>(), result.Memory<float>());
        }
        else
        {
            border.Fold<TBorder, double>(framed.Memory<double>(), result.Memory<double>());
        }

        return Autograd.Record(
            "unpad", result, [], (Border: border, Dim: dim), (this, static (g, of) => g.Framed<TBorder>(of.Border, of.Dim)));
    }

    void CheckPad(string operation, ReadOnlySpan<int> widths)
    {
        if (widths.Length % 2 != 0 || widths.Length > 2 * Rank)
        {
            throw new ShapeException($"{operation}: {widths.Length} widths are given for {Shape}; give two for each padded dim, from the last one on.");
        }
    }

    void CheckImages(string operation)
    {
        if (Rank != 4)
        {
            throw new ShapeException($"{operation}: images must be [N, C, H, W], and this is {Shape}. Unsqueeze a missing dim.");
        }
    }

    /// <summary>Checks the size that images are brought to: it needs pixels to come from, and memory.</summary>
    void CheckResult(string operation, Size2 size, string name)
    {
        size.CheckAtLeast(1, operation, name);
        if (Shape[2] == 0 || Shape[3] == 0)
        {
            throw new ShapeException($"{operation}: images {Shape} have no pixels. Height and width must be at least 1.");
        }

        _ = new Shape(Shape[0], Shape[1], size.Height, size.Width);
    }

    void CheckPool(string operation, Size2 kernel, Size2 stride, Size2 padding)
    {
        CheckImages(operation);
        kernel.CheckAtLeast(1, operation, nameof(kernel));
        stride.CheckAtLeast(1, operation, nameof(stride));
        padding.CheckAtLeast(0, operation, nameof(padding));
        if (padding.Height > kernel.Height / 2 || padding.Width > kernel.Width / 2)
        {
            throw new ShapeException($"{operation}: the padding {padding} is more than half of the kernel {kernel}: a window could lie outside the image.");
        }

        if (Shape[2] + (2L * padding.Height) < kernel.Height || Shape[3] + (2L * padding.Width) < kernel.Width)
        {
            throw new ShapeException($"{operation}: the kernel {kernel} is larger than {Shape} with padding {padding}.");
        }
    }
}
