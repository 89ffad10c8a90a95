namespace Criterion;

/// <summary>What black and white are in images that are held as numbers: always stated, never guessed.</summary>
public enum ImageRange
{
    /// <summary>Black is 0, white is 1.</summary>
    ZeroOne,

    /// <summary>Black is −1, white is 1: what a generator that ends in tanh makes.</summary>
    MinusOneOne,

    /// <summary>Black is 0, white is 255, as in files.</summary>
    Byte,
}

/// <summary>The two ends of an <see cref="ImageRange"/>.</summary>
public static class ImageRanges
{
    const double Rounding = 1e-6;

    /// <summary>The number that black is.</summary>
    public static double Black(this ImageRange range) => Known(range) == ImageRange.MinusOneOne ? -1 : 0;

    /// <summary>The number that white is.</summary>
    public static double White(this ImageRange range) => Known(range) == ImageRange.Byte ? 255 : 1;

    /// <summary>The distance from black to white, R: 1, 2 or 255.</summary>
    public static double Extent(this ImageRange range) => range.White() - range.Black();

    /// <summary>
    /// The least and the largest value that an image of this range may hold: a millionth of the range beyond black and white, for
    /// sums of weighted colours and resizing round a little over white.
    /// </summary>
    public static (double Least, double Largest) Accepted(this ImageRange range)
    {
        double slack = range.Extent() * Rounding;
        return (range.Black() - slack, range.White() + slack);
    }

    static ImageRange Known(ImageRange range) => range is >= ImageRange.ZeroOne and <= ImageRange.Byte
        ? range
        : throw new ArgumentOutOfRangeException(nameof(range), range, "ImageRange: take ZeroOne, MinusOneOne or Byte.");
}
