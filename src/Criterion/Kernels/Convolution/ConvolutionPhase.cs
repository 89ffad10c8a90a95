namespace Criterion.Kernels;

/// <summary>
/// Along one axis, the input positions that are reached by the same kernel taps. A stride s divides the positions into s phases, and within
/// each the gradient of the input is an ordinary convolution of stride 1 with every s-th tap or so.
/// </summary>
/// <remarks>
/// Output o and tap t meet position i when i + padding = o·stride + t·dilation. With i + padding = q·stride + phase, the taps of
/// the phase are those with t·dilation = r·stride + phase, and then o = q − r.
/// </remarks>
internal readonly struct ConvolutionPhase
{
    readonly int _phase;
    readonly int _stride;
    readonly int _padding;
    readonly int _dilation;
    readonly int _firstTap;

    public ConvolutionPhase(int phase, int size, int kernel, int stride, int padding, int dilation)
    {
        _phase = phase;
        _stride = stride;
        _padding = padding;
        _dilation = dilation;
        TapStep = stride / Gcd(stride, dilation);
        _firstTap = 0;
        while (_firstTap < kernel && _firstTap * dilation % stride != phase)
        {
            _firstTap++;
        }

        Taps = (kernel - _firstTap + TapStep - 1) / TapStep;
        FirstQuotient = Math.Max(0, padding - phase + stride - 1) / stride;
        Positions = Math.Max(0, size - FirstPosition + stride - 1) / stride;
    }

    public static ConvolutionPhase OfRows(in ConvolutionGeometry g, int phase) =>
        new(phase, g.InHeight, g.KernelHeight, g.StrideHeight, g.PaddingHeight, g.DilationHeight);

    public static ConvolutionPhase OfColumns(in ConvolutionGeometry g, int phase) =>
        new(phase, g.InWidth, g.KernelWidth, g.StrideWidth, g.PaddingWidth, g.DilationWidth);

    public int Taps { get; }

    /// <summary>The taps of the phase, in the order of the outputs that they read.</summary>
    public WinogradTaps Reversed => new(Tap(Taps - 1), -TapStep);

    /// <summary>The distance of the taps of the phase, in taps of the kernel.</summary>
    public int TapStep { get; }

    public int Positions { get; }

    public int FirstQuotient { get; }

    public int FirstPosition => (FirstQuotient * _stride) + _phase - _padding;

    /// <summary>Returns the zeros required before the first output, and after the last of <paramref name="outputs"/>.</summary>
    public (int Before, int After) Border(int outputs) =>
        Taps == 0 || Positions == 0
            ? (0, 0)
            : (Math.Max(0, Shift(Taps - 1) - FirstQuotient), Math.Max(0, FirstQuotient + Positions - Shift(0) - outputs));

    public int Tap(int index) => _firstTap + (index * TapStep);

    /// <summary>Returns the distance of a tap's output before the quotient: r in o = q − r.</summary>
    public int Shift(int index) => Tap(index) * _dilation / _stride;

    /// <summary>The increase of the shift from tap to tap.</summary>
    public int ShiftStep => TapStep * _dilation / _stride;

    static int Gcd(int a, int b) => b == 0 ? a : Gcd(b, a % b);
}

/// <summary>The zeros around the output gradient that the windows of all phases require.</summary>
internal readonly record struct PhaseBorder(int Top, int Bottom, int Left, int Right)
{
    public static PhaseBorder Of(in ConvolutionGeometry g)
    {
        PhaseBorder border = default;
        for (int y = 0; y < g.StrideHeight; y++)
        {
            (int before, int after) = ConvolutionPhase.OfRows(g, y).Border(g.OutHeight);
            border = border with { Top = Math.Max(border.Top, before), Bottom = Math.Max(border.Bottom, after) };
        }

        for (int x = 0; x < g.StrideWidth; x++)
        {
            (int before, int after) = ConvolutionPhase.OfColumns(g, x).Border(g.OutWidth);
            border = border with { Left = Math.Max(border.Left, before), Right = Math.Max(border.Right, after) };
        }

        return border;
    }
}
