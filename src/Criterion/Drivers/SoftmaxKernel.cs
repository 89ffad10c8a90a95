using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>The sum of a row's exponentials, Σ e^(x − peak).</summary>
/// <param name="Peak">The largest element.</param>
/// <param name="Log">The logarithm of the sum.</param>
/// <param name="Inverse">1 over the sum.</param>
/// <param name="Others">The sum less 1, the exponential of the largest element, without cancellation.</param>
internal readonly record struct ExponentialSum(double Peak, double Log, double Inverse, double Others)
{
    public static ExponentialSum None => new(0, 0, 1, 0);

    public static ExponentialSum FromSum(double peak, double sum) => new(peak, Math.Log(sum), 1 / sum, sum - 1);

    public static ExponentialSum FromOthers(double peak, double others) => new(peak, Real.Log1p(others).Value, 1 / (1 + others), others);

    /// <summary>Returns the probability of all elements but one, whose exponential is given.</summary>
    public double Without(double e) => (e == 1 ? Others : Others + (1 - e)) * Inverse;
}

/// <summary>The exponentials of a row of logits, in lanes.</summary>
internal static class SoftmaxKernel<S, L>
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
    where L : struct, ILane<L, S>
{
    // Below this share the exponentials of the other elements would lose digits in a sum with the largest, 1.
    const double Slight = 1.0 / 64;

    /// <summary>The distance of the prefetch of a row from its exponentials, in elements; less where the next row begins sooner.</summary>
    const int MostAhead = 1024;

    /// <summary>Computes x − max x, kept on request, and its exponentials, padded with classes of probability 0.</summary>
    /// <param name="x">The row.</param>
    /// <param name="shifted">Receives x − max x; padded to whole lanes.</param>
    /// <param name="exponentials">Receives the exponentials; padded to whole lanes.</param>
    /// <param name="keepsShifted">Whether <paramref name="shifted"/> is read afterwards.</param>
    /// <param name="written">Memory that is written soon and is prefetched meanwhile; empty for none.</param>
    public static ExponentialSum Exponentials(
        ReadOnlySpan<S> x, Span<S> shifted, Span<S> exponentials, bool keepsShifted, ReadOnlySpan<S> written)
    {
        S peak = Peak(x);
        if (S.IsPositiveInfinity(peak))
        {
            return Limit(x, shifted, exponentials);
        }

        double sum = Exponentials(x, shifted, exponentials, peak, keepsShifted, written);
        return sum - 1 < Slight
            ? ExponentialSum.FromOthers(double.CreateTruncating(peak), Others(exponentials))
            : ExponentialSum.FromSum(double.CreateTruncating(peak), sum);
    }

    /// <summary>Returns the largest element; any number or NaN where one is NaN, which the exponentials show.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static S Peak(ReadOnlySpan<S> x)
    {
        ref S first = ref MemoryMarshal.GetReference(x);
        if (x.Length < L.Width)
        {
            return Largest(x);
        }

        // Two in turn, because one would wait for its own last comparison. The last lane overlaps the one before.
        L largest = L.Load(in first, x.Length - L.Width);
        L other = largest;
        for (int i = 0; i <= x.Length - L.Width; i += L.Width)
        {
            (largest, other) = (other, L.Larger(largest, L.Load(in first, i)));
        }

        return L.Larger(largest, other).Largest();
    }

    static S Largest(ReadOnlySpan<S> values)
    {
        S largest = values[0];
        foreach (S value in values)
        {
            largest = S.MaxNative(largest, value);
        }

        return largest;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Exponentials(
        ReadOnlySpan<S> source, Span<S> row, Span<S> exponentials, S peak, bool keepsShifted, ReadOnlySpan<S> written)
    {
        // The elements after the last whole lane go through one that is padded.
        int whole = source.Length / L.Width * L.Width;
        source[whole..].CopyTo(row[whole..]);
        row[source.Length..].Fill(S.NegativeInfinity);
        ref S from = ref MemoryMarshal.GetReference(source);
        ref S x = ref MemoryMarshal.GetReference(row);
        ref S e = ref MemoryMarshal.GetReference(exponentials);
        ref S soon = ref MemoryMarshal.GetReference(written.IsEmpty ? source : written);
        int ahead = Math.Min(source.Length, MostAhead);
        L shift = L.Const(double.CreateTruncating(peak));
        L sum = L.Const(0);
        for (int i = 0; i < row.Length; i += L.Width)
        {
            L shifted = (i < whole ? L.Load(in from, i) : L.Load(in x, i)) - shift;
            if (keepsShifted)
            {
                shifted.Store(ref x, i);
            }

            // Much is computed here, and little elsewhere: this hides the latency of the next row and of the gradient.
            Prefetch.Line(in from, i + ahead);
            Prefetch.Line(in soon, i);
            L power = L.Exp(shifted);
            power.Store(ref e, i);
            sum += power;
        }

        return double.CreateTruncating(sum.Sum());
    }

    /// <summary>Computes the limit for a row with +∞: its infinite elements share all of the sum.</summary>
    static ExponentialSum Limit(ReadOnlySpan<S> x, Span<S> shifted, Span<S> exponentials)
    {
        shifted.Fill(S.NegativeInfinity);
        exponentials.Clear();
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            if (!(x[i] < S.PositiveInfinity))
            {
                exponentials[i] = S.IsNaN(x[i]) ? x[i] : S.One;
                shifted[i] = S.IsNaN(x[i]) ? x[i] : S.Zero;
                sum += double.CreateTruncating(exponentials[i]);
            }
        }

        return ExponentialSum.FromSum(double.PositiveInfinity, sum);
    }

    /// <summary>Returns the sum of the exponentials without the largest one, 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static double Others(ReadOnlySpan<S> exponentials)
    {
        ref S first = ref MemoryMarshal.GetReference(exponentials);
        (L zero, L one) = (L.Const(0), L.Const(1));
        L sum = zero;
        for (int i = 0; i < exponentials.Length; i += L.Width)
        {
            L e = L.Load(in first, i);
            sum += L.Select(L.Equal(e, one), zero, e);
        }

        return double.CreateTruncating(sum.Sum());
    }
}
