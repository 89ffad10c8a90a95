using Criterion.Numbers;

namespace Criterion.Formulas;

/// <summary>
/// A formula of windows: ℓₚ = f(W∗s₁, …, W∗s_K) at every position p of an image, where the statistics s are pointwise in two images and
/// W∗s is their weighted mean over the window around p. Example: structural similarity, with s = (x, y, x² + y², x y).
/// </summary>
public interface IWindowFormula
{
    /// <summary>The number of statistics that are used: 1 to 4.</summary>
    static abstract int StatisticCount { get; }

    /// <summary>Computes the statistics of one pixel; unused ones are default.</summary>
    Statistics<T> Terms<T>(T x, T y)
        where T : struct, IReal<T>;

    /// <summary>Computes the loss of one window from the means of its statistics.</summary>
    T Value<T>(Statistics<T> means)
        where T : struct, IReal<T>;
}

/// <summary>The values of an image beyond its edge.</summary>
public enum WindowBorder
{
    /// <summary>None: only windows within the image count.</summary>
    Valid,

    /// <summary>The image mirrored without repeating its edge; there is a window around every pixel.</summary>
    Reflect,

    /// <summary>Zeros as statistics, which count in the mean; there is a window around every pixel.</summary>
    Zero,
}

/// <summary>A square window with the same weights along both sides, which add up to 1.</summary>
public readonly record struct BlurWindow
{
    /// <summary>Initializes the window.</summary>
    /// <param name="size">The side, in pixels; odd.</param>
    /// <param name="sigma">The standard deviation of a Gaussian window, in pixels. Default: null, for equal weights.</param>
    /// <param name="border">The values beyond the edge. Default: none.</param>
    /// <param name="stride">The distance between windows, in pixels. Default: 1.</param>
    public BlurWindow(int size, double? sigma = null, WindowBorder border = WindowBorder.Valid, int stride = 1) =>
        (Size, Sigma, Border, Stride) = (size, sigma, border, stride);

    /// <summary><inheritdoc cref="BlurWindow(int, double?, WindowBorder, int)" path="/param[@name='border']/node()"/></summary>
    public WindowBorder Border { get; init; }

    /// <summary><inheritdoc cref="BlurWindow(int, double?, WindowBorder, int)" path="/param[@name='size']/node()"/></summary>
    public int Size { get; init => field = CheckedSize(value); }

    /// <summary><inheritdoc cref="BlurWindow(int, double?, WindowBorder, int)" path="/param[@name='sigma']/node()"/></summary>
    public double? Sigma { get; init => field = CheckedSigma(value); }

    /// <summary><inheritdoc cref="BlurWindow(int, double?, WindowBorder, int)" path="/param[@name='stride']/node()"/></summary>
    public int Stride { get; init => field = CheckedStride(value); }

    /// <summary>Gets the least side of an image for this window, in pixels.</summary>
    public int LeastSide => Border switch
    {
        WindowBorder.Valid => Size,
        WindowBorder.Reflect => (Size / 2) + 1,
        _ => 1,
    };

    /// <summary>Gets the number of pixels by which a window extends beyond the edge.</summary>
    internal int Padding => Border == WindowBorder.Valid ? 0 : Size / 2;

    static int CheckedSize(int size) => size >= 1 && size % 2 == 1
        ? size
        : throw new ArgumentOutOfRangeException(nameof(Size), size, "BlurWindow: Size must be odd and at least 1.");

    static double? CheckedSigma(double? sigma) => sigma is null or > 0
        ? sigma
        : throw new ArgumentOutOfRangeException(nameof(Sigma), sigma, "BlurWindow: Sigma must be positive, or null for equal weights.");

    static int CheckedStride(int stride) => stride >= 1
        ? stride
        : throw new ArgumentOutOfRangeException(nameof(Stride), stride, "BlurWindow: Stride must be at least 1 pixel.");

    /// <summary>Returns the weights along a side.</summary>
    internal double[] Weights()
    {
        double[] weights = new double[Size];
        for (int i = 0; i < Size; i++)
        {
            double distance = i - (Size / 2);
            weights[i] = Sigma is { } sigma ? Math.Exp(-distance * distance / (2 * sigma * sigma)) : 1;
        }

        double sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }

    /// <summary>Returns the number of windows along a side.</summary>
    internal int Places(int side) => ((side + (2 * Padding) - Size) / Stride) + 1;

    /// <summary>Returns the source of pixel <paramref name="at"/>, which may lie beyond the edge; −1 for zeros.</summary>
    internal int Source(int at, int side)
    {
        if (at >= 0 && at < side)
        {
            return at;
        }

        return Border == WindowBorder.Reflect ? at < 0 ? -at : (2 * (side - 1)) - at : -1;
    }
}
