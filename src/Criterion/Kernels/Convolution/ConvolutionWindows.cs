namespace Criterion.Kernels;

/// <summary>The placement of windows on an image: checks shapes, and computes the geometry of a convolution.</summary>
internal readonly record struct ConvolutionWindows(Size2 Stride, Size2 Padding, Size2 Dilation, int Groups)
{
    /// <summary>Returns the geometry of a convolution.</summary>
    public ConvolutionGeometry Forward(string operation, Shape image, Shape weight)
    {
        Check(operation, image, weight);
        if (image[1] != (long)weight[1] * Groups || weight[0] % Groups != 0)
        {
            throw new ShapeException(
                $"{operation}: {image[1]} channels of {image} do not match weights {weight} in {Groups} group(s). "
                + "Dim 1 of the weights must be channels / groups, and dim 0 a multiple of the groups.");
        }

        long height = ConvolutionGeometry.Windows(image[2], weight[2], Stride.Height, Padding.Height, Dilation.Height);
        long width = ConvolutionGeometry.Windows(image[3], weight[3], Stride.Width, Padding.Width, Dilation.Width);
        return height > 0 && width > 0
            ? Geometry(operation, weight, new(image[0], image[1], image[2], image[3]), new(image[0], weight[0], height, width))
            : throw new ShapeException(
                $"{operation}: the kernel {new Size2(weight[2], weight[3])} with dilation {Dilation} is larger than the image {image} "
                + $"with padding {Padding}. Use a smaller kernel or a larger padding.");
    }

    /// <summary>Returns the geometry whose gradient of the input is a transposed convolution.</summary>
    public ConvolutionGeometry Transposed(Shape image, Shape weight, Size2 outputPadding)
    {
        const string Operation = "ConvTranspose2d";
        Check(Operation, image, weight);
        outputPadding.CheckAtLeast(0, Operation, nameof(outputPadding));
        if (image[1] != weight[0] || weight[0] % Groups != 0)
        {
            throw new ShapeException(
                $"{Operation}: {image[1]} channels of {image} do not match weights {weight} in {Groups} group(s). "
                + "Dim 0 of the weights must be the channels, a multiple of the groups.");
        }

        if (image[2] == 0 || image[3] == 0)
        {
            throw new ShapeException($"{Operation}: images {image} have no pixels. Height and width must be at least 1.");
        }

        if (outputPadding.Height >= Math.Max(Stride.Height, Dilation.Height)
            || outputPadding.Width >= Math.Max(Stride.Width, Dilation.Width))
        {
            throw new ShapeException(
                $"{Operation}: the output padding {outputPadding} must be smaller than the stride {Stride} or the dilation {Dilation}.");
        }

        long height = outputPadding.Height
            + ConvolutionGeometry.Covered(image[2], weight[2], Stride.Height, Padding.Height, Dilation.Height);
        long width = outputPadding.Width
            + ConvolutionGeometry.Covered(image[3], weight[3], Stride.Width, Padding.Width, Dilation.Width);
        return height > 0 && width > 0
            ? Geometry(
                Operation, weight, new(image[0], (long)weight[1] * Groups, height, width), new(image[0], image[1], image[2], image[3]))
            : throw new ShapeException(
                $"{Operation}: the padding {Padding} crops the whole result of {image} and {weight}. Use a smaller padding.");
    }

    /// <summary>Returns the geometry if the padded inputs and the outputs fit in memory: all offsets into them are then valid.</summary>
    ConvolutionGeometry Geometry(string operation, Shape weight, Planes inputs, Planes outputs)
    {
        double elements = Math.Max(inputs.Elements(Padding), outputs.Elements(0));
        if (elements > Array.MaxLength)
        {
            throw new ShapeException(
                $"{operation}: {inputs} with padding {Padding} and {outputs}, for weights {weight}, have {elements} elements, "
                + $"more than the {Array.MaxLength} that one tensor can hold. Use a smaller image, padding, stride or dilation.");
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
            throw new ShapeException(
                $"{operation}: images must be [N, C, H, W] and weights 4-D, and they are {image} and {weight}. Unsqueeze a missing dim.");
        }

        if (weight[2] == 0 || weight[3] == 0)
        {
            throw new ShapeException($"{operation}: the weights {weight} have no taps. The kernel's height and width must be at least 1.");
        }

        Stride.CheckAtLeast(1, operation, "stride");
        Padding.CheckAtLeast(0, operation, "padding");
        Dilation.CheckAtLeast(1, operation, "dilation");
        ArgumentOutOfRangeException.ThrowIfLessThan(Groups, 1, "groups");
    }

    /// <summary>The sizes of images that may be too large for memory.</summary>
    readonly record struct Planes(int Batch, long Channels, long Height, long Width)
    {
        /// <summary>Returns the elements with a border; empty dims count as 1, so that the others must not overflow.</summary>
        public double Elements(Size2 border) =>
            (double)Math.Max(1, Batch) * Math.Max(1, Channels) * (Height + (2L * border.Height)) * (Width + (2L * border.Width));

        public override string ToString() => $"images [{Batch}, {Channels}, {Height}, {Width}]";
    }
}
