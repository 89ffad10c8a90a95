using Criterion.Kernels;

namespace Criterion;

// Convolution, its transpose and its weight gradient are one three-way product seen from its three sides: the gradient of each is
// made of the other two, to any order.
public sealed partial class Tensor
{
    /// <summary>Two-dimensional cross-correlation of images [N, C, H, W] with weights [K, C / groups, h, w], as in PyTorch.</summary>
    /// <param name="weight">One kernel for each output channel.</param>
    /// <param name="bias">[K], added to each output channel, or null.</param>
    /// <param name="stride">Steps between windows; 1.</param>
    /// <param name="padding">Zeros around the image; 0.</param>
    /// <param name="dilation">Steps between the taps of a kernel; 1.</param>
    /// <param name="groups">Parts into which the channels fall, each convolved on its own; 1.</param>
    /// <exception cref="ShapeException">Channels or sizes do not go together, or the image is smaller than the kernel.</exception>
    public Tensor Conv2d(
        Tensor weight, Tensor? bias = null, Size2? stride = null, Size2? padding = null, Size2? dilation = null, int groups = 1)
    {
        (Tensor x, Tensor w) = Promote(Floating(), weight);
        Windows windows = new(stride ?? 1, padding ?? 0, dilation ?? 1, groups);
        ConvolutionGeometry geometry = windows.Forward("Conv2d", x.Shape, w.Shape);
        return Correlate(x, w, geometry, BiasOf("Conv2d", bias, geometry.OutChannels, x.DType));
    }

    /// <summary>The transpose of <see cref="Conv2d"/>: images [N, K, H, W] with weights [K, C / groups, h, w] to larger ones [N, C, ..].</summary>
    /// <param name="weight">One kernel for each input channel.</param>
    /// <param name="bias">[C], added to each output channel, or null.</param>
    /// <param name="stride">Steps between windows in the result; 1.</param>
    /// <param name="padding">Rows and columns cut from each side of the result; 0.</param>
    /// <param name="outputPadding">
    /// Rows and columns added at the end of the result, to choose among the sizes that the stride allows; must be smaller than the stride or
    /// the dilation. Those that no window reaches hold the bias. Default: 0.
    /// </param>
    /// <param name="dilation">Steps between the taps of a kernel; 1.</param>
    /// <param name="groups">Parts into which the channels fall; 1.</param>
    /// <exception cref="ShapeException">Channels or sizes do not go together.</exception>
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
        Windows windows = new(stride ?? 1, padding ?? 0, dilation ?? 1, groups);
        ConvolutionGeometry geometry = windows.Transposed(x.Shape, w.Shape, outputPadding ?? 0);
        return Spread(x, w, geometry, BiasOf("ConvTranspose2d", bias, geometry.InChannels, x.DType));
    }

    static Tensor Correlate(Tensor x, Tensor w, ConvolutionGeometry geometry, Tensor? bias = null)
    {
        Tensor result = Empty([geometry.Batch, geometry.OutChannels, geometry.OutHeight, geometry.OutWidth], x.DType);
        (Tensor input, Tensor kernel) = (x.Contiguous(), w.Contiguous());
        if (x.DType == DType.Float32)
        {
            Convolution.Forward<float>(geometry, input.Memory<float>(), kernel.Memory<float>(), Values<float>(bias), result.Memory<float>());
        }
        else
        {
            Convolution.Forward<double>(geometry, input.Memory<double>(), kernel.Memory<double>(), Values<double>(bias), result.Memory<double>());
        }

        return Autograd.Record(
            "conv2d",
            result,
            [x, w],
            (X: x, W: w, Geometry: geometry),
            (x, static (g, of) => Spread(g, of.W, of.Geometry)),
            (w, static (g, of) => CorrelateWindows(of.X, g, of.Geometry)),
            (bias, static (g, _) => g.Sum([0, 2, 3])));
    }

    /// <summary>Each value of y times the kernel, added up where it came from: the gradient of a convolution by its input.</summary>
    static Tensor Spread(Tensor y, Tensor w, ConvolutionGeometry geometry, Tensor? bias = null)
    {
        Tensor result = Empty([geometry.Batch, geometry.InChannels, geometry.InHeight, geometry.InWidth], y.DType);
        (Tensor output, Tensor kernel) = (y.Contiguous(), w.Contiguous());
        if (y.DType == DType.Float32)
        {
            Convolution.InputGradient<float>(geometry, output.Memory<float>(), kernel.Memory<float>(), Values<float>(bias), result.Memory<float>());
        }
        else
        {
            Convolution.InputGradient<double>(geometry, output.Memory<double>(), kernel.Memory<double>(), Values<double>(bias), result.Memory<double>());
        }

        return Autograd.Record(
            "conv_transpose2d",
            result,
            [y, w],
            (Y: y, W: w, Geometry: geometry),
            (y, static (g, of) => Correlate(g, of.W, of.Geometry)),
            (w, static (g, of) => CorrelateWindows(g, of.Y, of.Geometry)),
            (bias, static (g, _) => g.Sum([0, 2, 3])));
    }

    /// <summary>Every window of x times its value of y, added up: the gradient of a convolution by its weights.</summary>
    static Tensor CorrelateWindows(Tensor x, Tensor y, ConvolutionGeometry geometry)
    {
        Tensor result = Empty(
            [geometry.OutChannels, geometry.GroupInChannels, geometry.KernelHeight, geometry.KernelWidth], x.DType);
        (Tensor input, Tensor output) = (x.Contiguous(), y.Contiguous());
        if (x.DType == DType.Float32)
        {
            Convolution.WeightGradient<float>(geometry, input.Memory<float>(), output.Memory<float>(), result.Memory<float>());
        }
        else
        {
            Convolution.WeightGradient<double>(geometry, input.Memory<double>(), output.Memory<double>(), result.Memory<double>());
        }

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
            : throw new ShapeException($"{operation}: the bias {bias.Shape} must have one value for each of the {channels} output channels.");

    static Memory<S> Values<S>(Tensor? bias)
        where S : unmanaged => bias is null ? default : bias.Contiguous().Memory<S>();

    /// <summary>How windows lie on an image.</summary>
    readonly record struct Windows(Size2 Stride, Size2 Padding, Size2 Dilation, int Groups)
    {
        public ConvolutionGeometry Forward(string operation, Shape image, Shape weight)
        {
            Check(operation, image, weight);
            if (image[1] != (long)weight[1] * Groups || weight[0] % Groups != 0)
            {
                throw new ShapeException(
                    $"{operation}: {image[1]} channels of {image} do not go with weights {weight} in {Groups} group(s): dim 1 of the weights must be channels / groups, and dim 0 a multiple of the groups.");
            }

            long height = ConvolutionGeometry.Windows(image[2], weight[2], Stride.Height, Padding.Height, Dilation.Height);
            long width = ConvolutionGeometry.Windows(image[3], weight[3], Stride.Width, Padding.Width, Dilation.Width);
            return height > 0 && width > 0
                ? Geometry(operation, weight, new(image[0], image[1], image[2], image[3]), new(image[0], weight[0], height, width))
                : throw new ShapeException(
                    $"{operation}: the kernel {new Size2(weight[2], weight[3])} with dilation {Dilation} is larger than the image {image} with padding {Padding}.");
        }

        public ConvolutionGeometry Transposed(Shape image, Shape weight, Size2 outputPadding)
        {
            const string Operation = "ConvTranspose2d";
            Check(Operation, image, weight);
            outputPadding.CheckAtLeast(0, Operation, nameof(outputPadding));
            if (image[1] != weight[0] || weight[0] % Groups != 0)
            {
                throw new ShapeException(
                    $"{Operation}: {image[1]} channels of {image} do not go with weights {weight} in {Groups} group(s): dim 0 of the weights must be the channels, a multiple of the groups.");
            }

            if (image[2] == 0 || image[3] == 0)
            {
                throw new ShapeException($"{Operation}: images {image} have no pixels; height and width must be at least 1.");
            }

            if (outputPadding.Height >= Math.Max(Stride.Height, Dilation.Height) || outputPadding.Width >= Math.Max(Stride.Width, Dilation.Width))
            {
                throw new ShapeException($"{Operation}: the output padding {outputPadding} must be smaller than the stride {Stride} or the dilation {Dilation}.");
            }

            long height = ConvolutionGeometry.Covered(image[2], weight[2], Stride.Height, Padding.Height, Dilation.Height) + outputPadding.Height;
            long width = ConvolutionGeometry.Covered(image[3], weight[3], Stride.Width, Padding.Width, Dilation.Width) + outputPadding.Width;
            return height > 0 && width > 0
                ? Geometry(Operation, weight, new(image[0], (long)weight[1] * Groups, height, width), new(image[0], image[1], image[2], image[3]))
                : throw new ShapeException($"{Operation}: the padding {Padding} leaves nothing of the result of {image} and {weight}.");
        }

        /// <summary>The geometry, if the padded inputs and the outputs fit into memory: then all offsets into them are valid.</summary>
        ConvolutionGeometry Geometry(string operation, Shape weight, Planes inputs, Planes outputs)
        {
            double elements = Math.Max(inputs.Elements(Padding), outputs.Elements(0));
            if (elements > Array.MaxLength)
            {
                throw new ShapeException(
                    $"{operation}: {inputs} with padding {Padding} and {outputs}, for weights {weight}, take {elements} elements, more than the {Array.MaxLength} that one tensor can hold. Use a smaller image, padding, stride or dilation.");
            }

            return new ConvolutionGeometry(
                inputs.Batch, (int)inputs.Channels, (int)inputs.Height, (int)inputs.Width,
                (int)outputs.Channels, (int)outputs.Height, (int)outputs.Width, weight[2], weight[3],
                Stride.Height, Stride.Width, Padding.Height, Padding.Width, Dilation.Height, Dilation.Width, Groups).Normalized();
        }

        void Check(string operation, Shape image, Shape weight)
        {
            if (image.Rank != 4 || weight.Rank != 4)
            {
                throw new ShapeException($"{operation}: images must be [N, C, H, W] and weights 4-D, and they are {image} and {weight}. Unsqueeze a missing dim.");
            }

            if (weight[2] == 0 || weight[3] == 0)
            {
                throw new ShapeException($"{operation}: the weights {weight} have no taps; the kernel's height and width must be at least 1.");
            }

            Stride.CheckAtLeast(1, operation, "stride");
            Padding.CheckAtLeast(0, operation, "padding");
            Dilation.CheckAtLeast(1, operation, "dilation");
            ArgumentOutOfRangeException.ThrowIfLessThan(Groups, 1, "groups");
        }
    }

    /// <summary>The sizes of images that may be too large to exist.</summary>
    readonly record struct Planes(int Batch, long Channels, long Height, long Width)
    {
        /// <summary>How many elements they have with a border; empty dims do not excuse the others.</summary>
        public double Elements(Size2 border) =>
            (double)Math.Max(1, Batch) * Math.Max(1, Channels) * (Height + (2L * border.Height)) * (Width + (2L * border.Width));

        public override string ToString() => $"images [{Batch}, {Channels}, {Height}, {Width}]";
    }
}
