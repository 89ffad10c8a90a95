namespace Criterion;

/// <summary>The values of black and white in images; always given, never guessed.</summary>
public enum ImageRange
{
    /// <summary>Black is 0, white is 1.</summary>
    ZeroOne,

    /// <summary>Black is −1, white is 1: the range of a generator that ends in tanh.</summary>
    MinusOneOne,

    /// <summary>Black is 0, white is 255, as in files.</summary>
    Byte,
}

/// <summary>The two ends of an <see cref="ImageRange"/>.</summary>
public static class ImageRanges
{
    const double Rounding = 1e-6;

    /// <summary>Returns the value of black.</summary>
    public static double Black(this ImageRange range) => Known(range) == ImageRange.MinusOneOne ? -1 : 0;

    /// <summary>Returns the value of white.</summary>
    public static double White(this ImageRange range) => Known(range) == ImageRange.Byte ? 255 : 1;

    /// <summary>Returns the distance from black to white, R: 1, 2 or 255.</summary>
    public static double Extent(this ImageRange range) => range.White() - range.Black();

    /// <summary>
    /// Returns the least and the largest valid value of an image: a millionth of the range beyond black and white, because weighted sums
    /// of colours and resizing may round to slightly more than white.
    /// </summary>
    public static (double Least, double Largest) Accepted(this ImageRange range)
    {
        double slack = range.Extent() * Rounding;
        return (range.Black() - slack, range.White() + slack);
    }

    static ImageRange Known(ImageRange range) => range is >= ImageRange.ZeroOne and <= ImageRange.Byte
        ? range
        : throw new ArgumentOutOfRangeException(
            nameof(range), range, $"ImageRange: {range} is not a range. Use ZeroOne, MinusOneOne or Byte.");
}
