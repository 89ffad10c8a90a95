using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>What a row's Σ e^(x − peak) comes to.</summary>
/// <param name="Peak">The largest element.</param>
/// <param name="Log">The logarithm of the sum.</param>
/// <param name="Inverse">1 over the sum.</param>
/// <param name="Others">The sum less 1, the exponential of the largest element, without cancellation.</param>
internal readonly record struct Normal(double Peak, double Log, double Inverse, double Others)
{
    public static Normal None => new(0, 0, 1, 0);

    public static Normal OfSum(double peak, double sum) => new(peak, Math.Log(sum), 1 / sum, sum - 1);

    public static Normal OfOthers(double peak, double others) => new(peak, Real.Log1p(others).Value, 1 / (1 + others), others);

    /// <summary>The probability of all elements but one, whose exponential is given.</summary>
    public double Without(double e) => (e == 1 ? Others : Others + (1 - e)) * Inverse;
}

/// <summary>The exponentials of a row of logits, in lanes.</summary>
internal static class SoftmaxKernel<S, L>
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
    where L : struct, ILane<L, S>
{
    // Where the largest element outweighs the others by more than this, their part would lose digits in the sum.
    const double Slight = 1.0 / 64;

    /// <summary>How many elements ahead of its exponentials a row is asked for; less where the next row begins sooner.</summary>
    const int MostAhead = 1024;

    /// <summary>x − max x, if it is to be kept, and its exponentials, padded with classes of probability 0.</summary>
    public static Normal Exponentials(ReadOnlySpan<S> x, Span<S> shifted, Span<S> exponentials, bool keeps, ReadOnlySpan<S> written)
    {
        S peak = Peak(x);
        if (S.IsPositiveInfinity(peak))
        {
            return Limit(x, shifted, exponentials);
        }

        double sum = Exponentials(x, shifted, exponentials, peak, keeps, written);
        return sum - 1 < Slight ? Normal.OfOthers(double.CreateTruncating(peak), Others(exponentials)) : Normal.OfSum(double.CreateTruncating(peak), sum);
    }

    /// <summary>The largest element; any number or NaN where one is NaN, which the exponentials show.</summary>
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
    public static double Exponentials(ReadOnlySpan<S> source, Span<S> row, Span<S> exponentials, S peak, bool keeps, ReadOnlySpan<S> written)
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
            if (keeps)
            {
                shifted.Store(ref x, i);
            }

            // Much is computed here, and little elsewhere: the time for the next row and the gradient to arrive.
            Prefetch.Line(in from, i + ahead);
            Prefetch.Line(in soon, i);
            L power = L.Exp(shifted);
            power.Store(ref e, i);
            sum += power;
        }

        return double.CreateTruncating(sum.Sum());
    }

    /// <summary>A row with +∞: its infinite elements share all of the sum.</summary>
    static Normal Limit(ReadOnlySpan<S> x, Span<S> shifted, Span<S> exponentials)
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

        return Normal.OfSum(double.PositiveInfinity, sum);
    }

    /// <summary>The sum of the exponentials but for the largest one, 1.</summary>
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
