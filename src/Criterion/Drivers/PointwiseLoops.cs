using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Formulas;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>Whether a pass sums values: where it does not, what only the value needs is not computed.</summary>
internal interface IPass
{
    static abstract bool SumsValues { get; }
}

internal readonly struct WithValue : IPass
{
    public static bool SumsValues => true;
}

internal readonly struct GradientOnly : IPass
{
    public static bool SumsValues => false;
}

/// <summary>The loops of a pointwise formula over one chunk.</summary>
internal readonly ref struct PointwiseLoops<TFormula, S, L>
    where TFormula : struct, IPointwiseFormula
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
    where L : struct, ILane<L, S>
{
    public TFormula Formula { get; init; }

    public ReadOnlySpan<S> X { get; init; }

    public ReadOnlySpan<S> Y { get; init; }

    public ReadOnlySpan<S> Z { get; init; }

    public double Scale { get; init; }

    /// <summary>The number of elements in all chunks.</summary>
    public int Count { get; init; }

    int Whole => X.Length - (X.Length % L.Width);

    /// <summary>Returns the sum of the values, scaled.</summary>
    public double Value()
    {
        int whole = Whole;
        double sum = Values(Formula, X, Y, Z);
        sum += whole < X.Length ? PartialValues(Formula, X[whole..], Y[whole..], Z[whole..]) : 0;
        return double.IsFinite(sum * Scale) ? sum * Scale
            : typeof(S) == typeof(float) ? ValuesOneByOne<Real>()
            : ValuesOneByOne<UnboundedReal>();
    }

    /// <summary>
    /// Adds the last elements to the sums of the loop; where they are not finite, computes again what a lane cannot hold.
    /// </summary>
    public PointwiseTotal Finish<TInput, TPass>(PointwiseTotal sum, Span<S> gradient, double offset)
        where TInput : struct, IInput
        where TPass : struct, IPass
    {
        if (Whole < X.Length)
        {
            sum += PartialGradient<TInput>(Whole, gradient, offset);
        }

        return sum.IsFinite ? sum
            : typeof(S) == typeof(float) ? Repair<TInput, TPass, Real>(gradient, offset)
            : Repair<TInput, TPass, UnboundedReal>(gradient, offset);
    }

    // Two properties make these loops fast. The test is at their end: only then does the JIT hoist what is constant, such as an option
    // of the formula made into a lane. And nothing is called after them: what is needed after a call would be kept in memory within the
    // loop too.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static double Values(TFormula formula, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z)
    {
        int last = x.Length - L.Width;
        if (last < 0)
        {
            return 0;
        }

        ref S a = ref MemoryMarshal.GetReference(x);
        ref S b = ref MemoryMarshal.GetReference(y);
        ref S c = ref MemoryMarshal.GetReference(z);
        L sum = L.Const(0);
        int i = 0;
        do
        {
            sum += formula.Value(
                L.Load(in a, i), TFormula.Arity > 1 ? L.Load(in b, i) : default, TFormula.Arity > 2 ? L.Load(in c, i) : default);
            i += L.Width;
        }
        while (i <= last);

        return double.CreateTruncating(sum.Sum());
    }

    // In a method of their own: what is inlined for the last elements would count against the loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static double PartialValues(TFormula formula, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z)
    {
        L value = formula.Value(
            PartialLane<L, S>.Load(x),
            TFormula.Arity > 1 ? PartialLane<L, S>.Load(y) : default,
            TFormula.Arity > 2 ? PartialLane<L, S>.Load(z) : default);
        return PartialLane<L, S>.Sum(value, x.Length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    double ValuesOneByOne<N>()
        where N : struct, IScalar<N>
    {
        N total = N.Const(0);
        for (int i = 0; i < X.Length; i++)
        {
            total += Formula.Value(Number<N>(X[i]), Number<N>(Y[i]), Number<N>(Z[i]));
        }

        return (total * N.Const(Scale)).Value;
    }

    static N Number<N>(S value)
        where N : struct, IScalar<N> => N.Const(double.CreateTruncating(value));

    /// <summary>Writes the gradient of the whole lanes, if it is not empty, and returns the sums, scaled.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public unsafe PointwiseTotal Gradients<TInput, TPass>(Span<S> gradient, double offset)
        where TInput : struct, IInput
        where TPass : struct, IPass
    {
        // Read once: every use would count against what the JIT inlines.
        int width = L.Width;
        int last = X.Length - width;
        if (last < 0)
        {
            return default;
        }

        (TFormula formula, double scale, int count) = (Formula, Scale, Count);
        ref S a = ref MemoryMarshal.GetReference(X);
        ref S b = ref MemoryMarshal.GetReference(Y);
        ref S c = ref MemoryMarshal.GetReference(Z);
        ref S g = ref MemoryMarshal.GetReference(gradient);
        L factor = L.Const(scale);
        L shift = L.Const(offset);
        L sum = L.Const(0);
        L slope = sum;
        int i = 0;
        fixed (S* target = gradient)
        {
            bool stores = !gradient.IsEmpty;
            bool streams = stores && Streaming.Suits<L, S>(target, count);
            do
            {
                Dual<L> value = formula.Value(
                    TInput.Dense(0, L.Load(in a, i)),
                    TInput.Dense(1, TFormula.Arity > 1 ? L.Load(in b, i) : default),
                    TInput.Dense(2, TFormula.Arity > 2 ? L.Load(in c, i) : default));
                if (TPass.SumsValues)
                {
                    sum += value.Value;
                }

                L scaled = L.MultiplyAdd(value.Tangent, factor, shift);
                slope += value.Tangent;
                if (streams)
                {
                    scaled.Stream(target + i);
                }
                else if (stores)
                {
                    scaled.Store(ref g, i);
                }

                i += width;
            }
            while (i <= last);
        }

        return Totals(sum, slope, scale);
    }

    // A call that takes them by value: inlined, it would keep the sums in memory within the loop.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static PointwiseTotal Totals(L sum, L slope, double scale)
    {
        Streaming.End();
        return new(double.CreateTruncating(sum.Sum()) * scale, double.CreateTruncating(slope.Sum()) * scale);
    }

    /// <summary>Computes at most one lane of elements: the values, the derivatives, and the derivatives scaled and shifted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Evaluate<TInput>(
        TFormula formula,
        double scale,
        double offset,
        ReadOnlySpan<S> x,
        ReadOnlySpan<S> y,
        ReadOnlySpan<S> z,
        Span<S> results)
        where TInput : struct, IInput
    {
        Dual<L> value = formula.Value(
            TInput.Dense(0, PartialLane<L, S>.Load(x)),
            TInput.Dense(1, TFormula.Arity > 1 ? PartialLane<L, S>.Load(y) : default),
            TInput.Dense(2, TFormula.Arity > 2 ? PartialLane<L, S>.Load(z) : default));
        ref S result = ref MemoryMarshal.GetReference(results);
        value.Value.Store(ref result, 0);
        value.Tangent.Store(ref result, L.Width);
        L.MultiplyAdd(value.Tangent, L.Const(scale), L.Const(offset)).Store(ref result, 2 * L.Width);
    }

    PointwiseTotal PartialGradient<TInput>(int at, Span<S> gradient, double offset)
        where TInput : struct, IInput
    {
        Span<S> results = stackalloc S[3 * L.Width];
        Evaluate<TInput>(Formula, Scale, offset, X[at..], Y[at..], Z[at..], results);
        if (!gradient.IsEmpty)
        {
            results.Slice(2 * L.Width, X.Length - at).CopyTo(gradient[at..]);
        }

        (double sum, double slope) = (0, 0);
        for (int i = 0; i < X.Length - at; i++)
        {
            (sum, slope) = (sum + double.CreateTruncating(results[i]), slope + double.CreateTruncating(results[L.Width + i]));
        }

        return new(sum * Scale, slope * Scale);
    }

    /// <summary>
    /// Computes again, in wider numbers, each element whose value or derivative is not finite in a lane, and sums all in wider numbers.
    /// The others keep their bits, whatever their neighbours are.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    PointwiseTotal Repair<TInput, TPass, N>(Span<S> gradient, double offset)
        where TInput : struct, IInput
        where TPass : struct, IPass
        where N : struct, IScalar<N>
    {
        Span<S> results = stackalloc S[3 * L.Width];
        (N sum, N slope) = (N.Const(0), N.Const(0));
        for (int i = 0; i < X.Length; i++)
        {
            int lane = i % L.Width;
            if (lane == 0)
            {
                int end = Math.Min(X.Length, i + L.Width);
                Evaluate<TInput>(Formula, Scale, offset, X[i..end], Y[i..end], Z[i..end], results);
            }

            (S ownValue, S ownSlope) = (results[lane], results[L.Width + lane]);
            bool isFinite = S.IsFinite(ownSlope) && (!TPass.SumsValues || S.IsFinite(ownValue));
            SparseDual<N> value = isFinite ? new(Number<N>(ownValue), Number<N>(ownSlope), true) : Wide<TInput, N>(i);
            (sum, slope) = (sum + value.Value, slope + value.Tangent);
            if (!isFinite && !gradient.IsEmpty)
            {
                gradient[i] = S.CreateTruncating(((value.Tangent * N.Const(Scale)) + N.Const(offset)).Value);
            }
        }

        return new((sum * N.Const(Scale)).Value, (slope * N.Const(Scale)).Value);
    }

    SparseDual<N> Wide<TInput, N>(int i)
        where TInput : struct, IInput
        where N : struct, IScalar<N> => Formula.Value(
            TInput.Sparse(0, Number<N>(X[i])), TInput.Sparse(1, Number<N>(Y[i])), TInput.Sparse(2, Number<N>(Z[i])));
}
