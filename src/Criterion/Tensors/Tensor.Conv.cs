using System.Numerics;
using Criterion.Kernels;
using Criterion.Memory;

namespace Criterion;

// Convolution, its transpose and its weight gradient are one trilinear form: the gradient of each consists of the other two, to any
// order.
public sealed partial class Tensor
{
    /// <summary>
    /// Computes the two-dimensional cross-correlation of images <c>[N, C, H, W]</c> with weights <c>[K, C / groups, h, w]</c>, as in
    /// PyTorch.
    /// </summary>
    /// <param name="weight">A kernel for each output channel, <c>[K, C / groups, h, w]</c>.</param>
    /// <param name="bias">A value for each output channel, <c>[K]</c>. Default: none.</param>
    /// <param name="stride">The steps between windows. Default: 1.</param>
    /// <param name="padding">The zeros around the image. Default: 0.</param>
    /// <param name="dilation">The steps between the taps of a kernel. Default: 1.</param>
    /// <param name="groups">The number of groups of channels that are convolved separately. Default: 1.</param>
    /// <returns>Images <c>[N, K, (H + 2 padding − dilation (h − 1) − 1) / stride + 1, …]</c>.</returns>
    /// <exception cref="ShapeException">Channels or sizes do not match, or the padded image is smaller than the kernel.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A stride, a dilation or the groups are less than 1, or a padding is negative.
    /// </exception>
    public Tensor Conv2d(
        Tensor weight, Tensor? bias = null, Size2? stride = null, Size2? padding = null, Size2? dilation = null, int groups = 1)
    {
        (Tensor x, Tensor w) = Promote(Floating(), weight);
        ConvolutionWindows windows = new(stride ?? 1, padding ?? 0, dilation ?? 1, groups);
        ConvolutionGeometry geometry = windows.Forward("Conv2d", x.Shape, w.Shape);
        return Correlate(x, w, geometry, BiasOf("Conv2d", bias, geometry.OutChannels, x.DType));
    }

    /// <summary>
    /// Computes the transpose of <see cref="Conv2d"/>: images <c>[N, K, H, W]</c> with weights <c>[K, C / groups, h, w]</c> give images
    /// <c>[N, C, (H − 1) stride − 2 padding + dilation (h − 1) + 1 + outputPadding, …]</c>.
    /// </summary>
    /// <param name="weight">A kernel for each input channel, <c>[K, C / groups, h, w]</c>.</param>
    /// <param name="bias">A value for each output channel, <c>[C]</c>. Default: none.</param>
    /// <param name="stride">The steps between windows in the result. Default: 1.</param>
    /// <param name="padding">The rows and columns cropped from each side of the result. Default: 0.</param>
    /// <param name="outputPadding">
    /// The rows and columns added at the end of the result, to choose among the sizes that the stride allows; must be less than the stride
    /// or the dilation. Those that no window reaches contain the bias. Default: 0.
    /// </param>
    /// <param name="dilation">The steps between the taps of a kernel. Default: 1.</param>
    /// <param name="groups">The number of groups of channels. Default: 1.</param>
    /// <exception cref="ShapeException">Channels or sizes do not match.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A stride, a dilation or the groups are less than 1, or a padding is negative.
    /// </exception>
    public Tensor ConvTranspose2d(
        Tensor weight,
        Tensor? bias = null,
        Size2? stride = null,
        Size2? padding = null,
        Size2? outputPadding = null,
        Size2? dilation = null,
        int groups = 1)
    {
        (Tensor x, Tensor w) = Promote(Floating(), weight);
        ConvolutionWindows windows = new(stride ?? 1, padding ?? 0, dilation ?? 1, groups);
        ConvolutionGeometry geometry = windows.Transposed(x.Shape, w.Shape, outputPadding ?? 0);
        return Spread(x, w, geometry, BiasOf("ConvTranspose2d", bias, geometry.InChannels, x.DType));
    }

    /// <summary>Copies the windows of images <c>[N, C, H, W]</c> to columns <c>[N, C · h · w, windows]</c>.</summary>
    /// <param name="kernel">The height and width of the window.</param>
    /// <param name="stride">The steps between windows. Default: 1.</param>
    /// <param name="padding">The zeros around the image. Default: 0.</param>
    /// <param name="dilation">The steps between the taps of a window. Default: 1.</param>
    /// <exception cref="ShapeException">The padded image is smaller than the kernel, or the result is too large.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size, a stride or a dilation is less than 1, or a padding is negative.</exception>
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
            throw new ShapeException(
                $"Unfold: the kernel {kernel} with dilation {gap} is larger than {Shape} with padding {border}. Use a smaller kernel.");
        }

        long planes = BufferSize.Of(Math.Max(1, Shape[0]), Math.Max(1, Shape[1]));
        if (BufferSize.Of(planes, BufferSize.Of(kernel.Height, kernel.Width), BufferSize.Of(allRows, allColumns)) > Array.MaxLength)
        {
            throw new ShapeException(
                $"Unfold: {allRows}×{allColumns} windows of {kernel} of {Shape} have more elements than one tensor can hold. "
                + "Use a larger stride or fewer images.");
        }

        Tensor padded = Pad([border.Width, border.Width, border.Height, border.Height]);
        int width = padded.Shape[3];
        (int rows, int columns) = ((int)allRows, (int)allColumns);
        long[] positions =
        [
            .. from tapRow in Enumerable.Range(0, kernel.Height)
               from tapColumn in Enumerable.Range(0, kernel.Width)
               from row in Enumerable.Range(0, rows)
               from column in Enumerable.Range(0, columns)
               let y = (row * step.Height) + (tapRow * gap.Height)
               let x = (column * step.Width) + (tapColumn * gap.Width)
               select (long)((y * width) + x),
        ];
        return padded.Flatten(2).IndexSelect(2, From(positions, [positions.Length])).Reshape(Shape[0], -1, rows * columns);
    }

    static Tensor Correlate(Tensor x, Tensor w, ConvolutionGeometry geometry, Tensor? bias = null)
    {
        Tensor result = Empty([geometry.Batch, geometry.OutChannels, geometry.OutHeight, geometry.OutWidth], x.DType);
        x.DType.RunFloats(new CorrelateTask(geometry, x.Contiguous(), w.Contiguous(), bias?.Contiguous(), result));

        return Autograd.Record(
            "conv2d",
            result,
            [x, w],
            (X: x, W: w, Geometry: geometry),
            (x, static (g, of) => Spread(g, of.W, of.Geometry)),
            (w, static (g, of) => CorrelateWindows(of.X, g, of.Geometry)),
            (bias, static (g, _) => g.Sum([0, 2, 3])));
    }

    /// <summary>Adds each value of y times the kernel at the pixels of its window: the gradient of a convolution by its input.</summary>
    static Tensor Spread(Tensor y, Tensor w, ConvolutionGeometry geometry, Tensor? bias = null)
    {
        Tensor result = Empty([geometry.Batch, geometry.InChannels, geometry.InHeight, geometry.InWidth], y.DType);
        y.DType.RunFloats(new SpreadTask(geometry, y.Contiguous(), w.Contiguous(), bias?.Contiguous(), result));

        return Autograd.Record(
            "conv_transpose2d",
            result,
            [y, w],
            (Y: y, W: w, Geometry: geometry),
            (y, static (g, of) => Correlate(g, of.W, of.Geometry)),
            (w, static (g, of) => CorrelateWindows(g, of.Y, of.Geometry)),
            (bias, static (g, _) => g.Sum([0, 2, 3])));
    }

    /// <summary>Sums every window of x times its value of y: the gradient of a convolution by its weights.</summary>
    static Tensor CorrelateWindows(Tensor x, Tensor y, ConvolutionGeometry geometry)
    {
        Tensor result = Empty(
            [geometry.OutChannels, geometry.GroupInChannels, geometry.KernelHeight, geometry.KernelWidth], x.DType);
        x.DType.RunFloats(new CorrelateWindowsTask(geometry, x.Contiguous(), y.Contiguous(), result));

        return Autograd.Record(
            "conv2d_weight",
            result,
            [x, y],
            (X: x, Y: y, Geometry: geometry),
            (x, static (g, of) => Spread(of.Y, g, of.Geometry)),
            (y, static (g, of) => Correlate(of.X, g, of.Geometry)));
    }

    static Tensor? BiasOf(string operation, Tensor? bias, int channels, DType type) =>
        bias is null || bias.Shape == [channels]
            ? bias?.To(type)
            : throw new ShapeException(
                $"{operation}: the bias {bias.Shape} must have one value for each of the {channels} output channels. "
                + $"Reshape it to [{channels}].");

    readonly struct CorrelateTask(ConvolutionGeometry geometry, Tensor x, Tensor w, Tensor? bias, Tensor result) : IFloatTask
    {
        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => Convolution.Forward<T>(
                geometry, x.Memory<T>(), w.Memory<T>(), bias is null ? default : bias.Memory<T>(), result.Memory<T>());
    }

    readonly struct SpreadTask(ConvolutionGeometry geometry, Tensor y, Tensor w, Tensor? bias, Tensor result) : IFloatTask
    {
        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => Convolution.InputGradient<T>(
                geometry, y.Memory<T>(), w.Memory<T>(), bias is null ? default : bias.Memory<T>(), result.Memory<T>());
    }

    readonly struct CorrelateWindowsTask(ConvolutionGeometry geometry, Tensor x, Tensor y, Tensor result) : IFloatTask
    {
        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            Convolution.WeightGradient<T>(geometry, x.Memory<T>(), y.Memory<T>(), result.Memory<T>());
    }
}
