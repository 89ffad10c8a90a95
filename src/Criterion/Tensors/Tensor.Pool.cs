using System.Numerics;
using Criterion.Kernels;

namespace Criterion;

// Averages are linear along each side: the gradient is the adjoint, whose gradient is the operation again. A maximum is the value at
// its position.
public sealed partial class Tensor
{
    /// <summary>Computes the mean of each window of images <c>[N, C, H, W]</c>.</summary>
    /// <param name="kernel">The height and width of the window.</param>
    /// <param name="stride">The steps between windows. Default: the kernel.</param>
    /// <param name="padding">The zeros around the image, at most half of the kernel. Default: 0.</param>
    /// <param name="countPadding">Whether the zeros count in the mean. Default: true, as in PyTorch.</param>
    /// <returns>Means <c>[N, C, (H + 2 padding − kernel) / stride + 1, …]</c>; integers are converted to Float32.</returns>
    /// <exception cref="ShapeException">
    /// The tensor is not <c>[N, C, H, W]</c>, the kernel is larger than the padded image, or the padding is more than half of the kernel.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The kernel or the stride is less than 1, or the padding is negative.</exception>
    public Tensor AvgPool2d(Size2 kernel, Size2? stride = null, Size2? padding = null, bool countPadding = true)
    {
        Size2 step = stride ?? kernel;
        Size2 border = padding ?? 0;
        CheckPool(nameof(AvgPool2d), kernel, step, border);
        return Floating().Resample(Resampling.Of(
            "avg_pool2d",
            "avg_pool2d gradient",
            new WindowAverage(Shape[2], kernel.Height, step.Height, border.Height, countPadding),
            new WindowAverage(Shape[3], kernel.Width, step.Width, border.Width, countPadding)));
    }

    /// <summary>Computes the largest value of each window of images <c>[N, C, H, W]</c>; NaN if the window contains one.</summary>
    /// <remarks>The first of equal values receives the gradient.</remarks>
    /// <param name="kernel">The height and width of the window.</param>
    /// <param name="stride">The steps between windows. Default: the kernel.</param>
    /// <param name="padding">The border of −∞ around the image, at most half of the kernel. Default: 0.</param>
    /// <inheritdoc cref="AvgPool2d" path="/exception"/>
    public Tensor MaxPool2d(Size2 kernel, Size2? stride = null, Size2? padding = null)
    {
        Size2 step = stride ?? kernel;
        Size2 border = padding ?? 0;
        CheckPool(nameof(MaxPool2d), kernel, step, border);
        return MaxOver(
            SamplePositions.Clipped(Shape[2], kernel.Height, step.Height, border.Height),
            SamplePositions.Clipped(Shape[3], kernel.Width, step.Width, border.Width));
    }

    /// <summary>Computes the means of a grid of areas that cover images <c>[N, C, H, W]</c> evenly.</summary>
    /// <param name="output">The height and width of the result; at least 1.</param>
    /// <exception cref="ShapeException">The tensor is not <c>[N, C, H, W]</c>, or its images have no pixels.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size of <paramref name="output"/> is less than 1.</exception>
    public Tensor AdaptiveAvgPool2d(Size2 output)
    {
        CheckResize(nameof(AdaptiveAvgPool2d), output, nameof(output));
        return Floating().Resample(Resampling.Of(
            "adaptive_avg_pool2d",
            "adaptive_avg_pool2d gradient",
            new AreaAverage(Shape[2], output.Height),
            new AreaAverage(Shape[3], output.Width)));
    }

    /// <summary>Computes the largest values of a grid of areas that cover images <c>[N, C, H, W]</c> evenly.</summary>
    /// <inheritdoc cref="AdaptiveAvgPool2d"/>
    public Tensor AdaptiveMaxPool2d(Size2 output)
    {
        CheckResize(nameof(AdaptiveMaxPool2d), output, nameof(output));
        return MaxOver(
            SamplePositions.AdaptiveAreas(Shape[2], output.Height), SamplePositions.AdaptiveAreas(Shape[3], output.Width));
    }

    /// <summary>Computes the largest value of each area, which alone receives the gradient.</summary>
    Tensor MaxOver((int Start, int End)[] rows, (int Start, int End)[] columns)
    {
        Tensor x = Floating().Contiguous();
        PoolingAreas areas = new(x.Shape[3], x.Shape[2] * x.Shape[3], rows, columns);
        Tensor largest = Empty([x.Shape[0], x.Shape[1], rows.Length, columns.Length], x.DType);
        Tensor positions = Empty(largest.Shape, DType.Int64);
        x.DType.RunFloats(new FindLargest(x, areas, largest, positions));
        return Autograd.Record(
            "max_pool2d", largest, [], (Positions: positions, x.Shape), (x, static (g, of) => g.AddAt(of.Positions, of.Shape)));
    }

    /// <summary>Adds each value at its position to planes of zeros.</summary>
    Tensor AddAt(Tensor positions, Shape shape)
    {
        Tensor x = Contiguous();
        Tensor planes = Zeros(shape, DType);
        DType.RunFloats(new AddAtPositions(planes, shape.CountOf(2, 4), positions, Shape.CountOf(2, 4), x));
        return Autograd.Record("max_pool2d gradient", planes, [], positions, (x, static (g, positions) => g.TakeAt(positions)));
    }

    /// <summary>Takes the value at each position of its plane.</summary>
    Tensor TakeAt(Tensor positions)
    {
        Tensor x = Contiguous();
        Tensor taken = Empty(positions.Shape, DType);
        DType.RunFloats(new TakeAtPositions(x, Shape.CountOf(2, 4), positions, positions.Shape.CountOf(2, 4), taken));
        return Autograd.Record(
            "max_pool2d values", taken, [], (Positions: positions, x.Shape), (x, static (g, of) => g.AddAt(of.Positions, of.Shape)));
    }

    void CheckImages(string operation)
    {
        if (Rank != 4)
        {
            throw new ShapeException($"{operation}: images must be [N, C, H, W], and this is {Shape}. Unsqueeze a missing dim.");
        }
    }

    void CheckPool(string operation, Size2 kernel, Size2 stride, Size2 padding)
    {
        CheckImages(operation);
        kernel.CheckAtLeast(1, operation, nameof(kernel));
        stride.CheckAtLeast(1, operation, nameof(stride));
        padding.CheckAtLeast(0, operation, nameof(padding));
        if (padding.Height > kernel.Height / 2 || padding.Width > kernel.Width / 2)
        {
            throw new ShapeException(
                $"{operation}: the padding {padding} is more than half of the kernel {kernel}, so a window could lie outside the image. "
                + "Use a smaller padding, or Pad the images first.");
        }

        if (Shape[2] + (2L * padding.Height) < kernel.Height || Shape[3] + (2L * padding.Width) < kernel.Width)
        {
            throw new ShapeException(
                $"{operation}: the kernel {kernel} is larger than {Shape} with padding {padding}. Use a smaller kernel.");
        }
    }

    readonly struct FindLargest(Tensor x, PoolingAreas areas, Tensor largest, Tensor positions) : IFloatTask
    {
        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            MaxPooling.Largest(x.Memory<T>(), areas, largest.Memory<T>(), positions.Memory<long>());
    }

    readonly struct AddAtPositions(Tensor planes, int pixels, Tensor positions, int count, Tensor values) : IFloatTask
    {
        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            MaxPooling.Add(planes.Memory<T>(), pixels, positions.Memory<long>(), count, values.Memory<T>());
    }

    readonly struct TakeAtPositions(Tensor planes, int pixels, Tensor positions, int count, Tensor values) : IFloatTask
    {
        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            MaxPooling.Take(planes.Memory<T>(), pixels, positions.Memory<long>(), count, values.Memory<T>());
    }
}
