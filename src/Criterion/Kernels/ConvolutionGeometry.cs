namespace Criterion.Kernels;

/// <summary>The sizes of a two-dimensional convolution: images [N, C, H, W], weights [out, in / groups, kernel H, kernel W].</summary>
internal readonly record struct ConvolutionGeometry(
    int Batch,
    int InChannels,
    int InHeight,
    int InWidth,
    int OutChannels,
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
    public int OutHeight => Windows(InHeight, KernelHeight, StrideHeight, PaddingHeight, DilationHeight);

    public int OutWidth => Windows(InWidth, KernelWidth, StrideWidth, PaddingWidth, DilationWidth);

    public int InPixels => InHeight * InWidth;

    public int OutPixels => OutHeight * OutWidth;

    public int Taps => KernelHeight * KernelWidth;

    public int GroupInChannels => InChannels / Groups;

    public int GroupOutChannels => OutChannels / Groups;

    /// <summary>One window that covers the whole image: the convolution is a plain product of matrices.</summary>
    public bool IsFullyConnected =>
        Groups == 1 && KernelHeight == InHeight && KernelWidth == InWidth && PaddingHeight == 0 && PaddingWidth == 0;

    static int Windows(int size, int kernel, int stride, int padding, int dilation)
    {
        int room = size + (2 * padding) - (dilation * (kernel - 1)) - 1;
        return room < 0 ? 0 : (room / stride) + 1;
    }
}
