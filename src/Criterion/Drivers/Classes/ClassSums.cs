namespace Criterion.Drivers;

/// <summary>
/// Running sums of exponentials of rows, in double precision: for each row the largest logit and Σ e^(x − largest) of its own classes, and
/// both of the others.
/// </summary>
internal static class ClassSums
{
    public static void Clear(Span<double> sums)
    {
        for (int i = 0; i < sums.Length; i += 2)
        {
            (sums[i], sums[i + 1]) = (double.NegativeInfinity, 0);
        }
    }

    /// <summary>Adds a sum relative to its own largest logit.</summary>
    public static void Add(Span<double> pair, double largest, double sum)
    {
        if (largest > pair[0])
        {
            pair[1] = (pair[1] * Math.Exp(pair[0] - largest)) + sum;
            pair[0] = largest;
        }
        else
        {
            pair[1] += sum * Math.Exp(largest - pair[0]);
        }
    }

    /// <summary>Writes ln Σ eˣ of each pair; −∞ where nothing was added.</summary>
    public static void Logarithms(ReadOnlySpan<double> sums, Span<double> logarithms)
    {
        for (int i = 0; i < logarithms.Length; i++)
        {
            logarithms[i] = sums[2 * i] + Math.Log(sums[(2 * i) + 1]);
        }
    }
}
