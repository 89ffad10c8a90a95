namespace Criterion.Formats;

/// <summary>
/// Predicts a byte from its decoded neighbors: left, above, and above left. A filter stores the difference, which compresses better than
/// the byte.
/// </summary>
internal interface IPngPredictor
{
    static abstract int Guess(int left, int above, int corner);
}

/// <summary>The five filters of PNG, by the number before each row.</summary>
internal static class PngFilter
{
    /// <summary>The number of filters.</summary>
    public const int Count = 5;

    /// <summary>Decodes a filtered row in place.</summary>
    /// <param name="filter">0 to 4.</param>
    /// <param name="row">The row without its filter byte.</param>
    /// <param name="above">The previous row, decoded; zeros for the first.</param>
    /// <param name="step">The distance of the pixel to the left, in bytes.</param>
    public static void Undo(int filter, Span<byte> row, ReadOnlySpan<byte> above, int step)
    {
        switch (filter)
        {
            case 1:
                Undo<LeftPrediction>(row, above, step);
                break;
            case 2:
                Undo<AbovePrediction>(row, above, step);
                break;
            case 3:
                Undo<AveragePrediction>(row, above, step);
                break;
            case 4:
                Undo<PaethPrediction>(row, above, step);
                break;
        }
    }

    /// <summary>Encodes a row into <paramref name="filtered"/>.</summary>
    /// <returns>The sum of the absolute values of the signed bytes: small sums compress well.</returns>
    public static long Apply(int filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int step, Span<byte> filtered) => filter switch
    {
        0 => Apply<NoPrediction>(row, above, step, filtered),
        1 => Apply<LeftPrediction>(row, above, step, filtered),
        2 => Apply<AbovePrediction>(row, above, step, filtered),
        3 => Apply<AveragePrediction>(row, above, step, filtered),
        _ => Apply<PaethPrediction>(row, above, step, filtered),
    };

    static void Undo<T>(Span<byte> row, ReadOnlySpan<byte> above, int step)
        where T : struct, IPngPredictor
    {
        for (int i = 0; i < row.Length; i++)
        {
            row[i] += Guess<T>(row, above, step, i);
        }
    }

    static long Apply<T>(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int step, Span<byte> filtered)
        where T : struct, IPngPredictor
    {
        long sum = 0;
        for (int i = 0; i < row.Length; i++)
        {
            filtered[i] = (byte)(row[i] - Guess<T>(row, above, step, i));
            sum += Math.Abs((int)(sbyte)filtered[i]);
        }

        return sum;
    }

    static byte Guess<T>(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int step, int i)
        where T : struct, IPngPredictor => i < step
            ? (byte)T.Guess(0, above[i], 0)
            : (byte)T.Guess(row[i - step], above[i], above[i - step]);

    readonly struct NoPrediction : IPngPredictor
    {
        public static int Guess(int left, int above, int corner) => 0;
    }

    readonly struct LeftPrediction : IPngPredictor
    {
        public static int Guess(int left, int above, int corner) => left;
    }

    readonly struct AbovePrediction : IPngPredictor
    {
        public static int Guess(int left, int above, int corner) => above;
    }

    readonly struct AveragePrediction : IPngPredictor
    {
        public static int Guess(int left, int above, int corner) => (left + above) / 2;
    }

    /// <summary>Predicts the neighbor closest to left + above − corner, with ties in the order left, above, corner.</summary>
    readonly struct PaethPrediction : IPngPredictor
    {
        public static int Guess(int left, int above, int corner)
        {
            int toLeft = Math.Abs(above - corner);
            int toAbove = Math.Abs(left - corner);
            int toCorner = Math.Abs(left + above - (2 * corner));
            int nearest = toAbove <= toCorner ? above : corner;
            return toLeft <= toAbove && toLeft <= toCorner ? left : nearest;
        }
    }
}
