namespace Criterion.Kernels;

/// <summary>
/// The sizes of a two-dimensional convolution: inputs [N, C, H, W], weights [out, in / groups, kernel H, kernel W] and outputs.
/// </summary>
/// <remarks>
/// The output size is stored, never derived: a transposed convolution with output padding has fewer outputs than fit its inputs.
/// </remarks>
internal readonly record struct ConvolutionGeometry(
    int Batch,
    int InChannels,
    int InHeight,
    int InWidth,
    int OutChannels,
    int OutHeight,
    int OutWidth,
    int KernelHeight,
    int KernelWidth,
    int StrideHeight,
    int StrideWidth,
    int PaddingHeight,
    int PaddingWidth,
    int DilationHeight,
    int DilationWidth,
    int Groups)
{
    public int InPixels => InHeight * InWidth;

    public int OutPixels => OutHeight * OutWidth;

    public int Taps => KernelHeight * KernelWidth;

    public int GroupInChannels => InChannels / Groups;

    public int GroupOutChannels => OutChannels / Groups;

    /// <summary>Whether one window covers the whole image: the convolution is then a plain matrix product.</summary>
    public bool IsFullyConnected =>
        Groups == 1 && OutHeight == 1 && OutWidth == 1
        && KernelHeight == InHeight && KernelWidth == InWidth && PaddingHeight == 0 && PaddingWidth == 0;

    /// <summary>Whether each output pixel depends on the input pixel at its place alone, in all channels.</summary>
    public bool IsPointwise =>
        Groups == 1 && Taps == 1 && StrideHeight == 1 && StrideWidth == 1 && PaddingHeight == 0 && PaddingWidth == 0
        && InHeight == OutHeight && InWidth == OutWidth;

    /// <summary>
    /// Returns the same convolution with the smallest value for steps that have no effect: a stride between fewer than two outputs, a
    /// dilation between fewer than two taps. There is a phase for each step of a stride, even if it is empty.
    /// </summary>
    public ConvolutionGeometry Normalized() => this with
    {
        StrideHeight = Math.Min(StrideHeight, Math.Max(1, InHeight + (2 * PaddingHeight))),
        StrideWidth = Math.Min(StrideWidth, Math.Max(1, InWidth + (2 * PaddingWidth))),
        DilationHeight = KernelHeight == 1 ? 1 : DilationHeight,
        DilationWidth = KernelWidth == 1 ? 1 : DilationWidth,
    };

    /// <summary>Returns the number of windows that fit on one side of an image.</summary>
    public static long Windows(int size, int kernel, int stride, int padding, int dilation)
    {
        long room = size + (2L * padding) - Span(kernel, dilation);
        return room < 0 ? 0 : (room / stride) + 1;
    }

    /// <summary>Returns the size of a side on which <paramref name="windows"/> fit exactly.</summary>
    public static long Covered(int windows, int kernel, int stride, int padding, int dilation) =>
        ((windows - 1L) * stride) - (2L * padding) + Span(kernel, dilation);

    /// <summary>Returns the pixels from a kernel's first tap to its last.</summary>
    static long Span(int kernel, int dilation) => (dilation * (kernel - 1L)) + 1;
}
