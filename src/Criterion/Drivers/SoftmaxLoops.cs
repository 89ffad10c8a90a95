using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Formulas;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>The loops of a softmax formula over one row in scratch memory.</summary>
internal static class SoftmaxLoops<TFormula, S, L>
    where TFormula : struct, ISoftmaxFormula
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
    where L : struct, ILane<L, S>
{
    /// <summary>Computes a term with its derivative by one of the two rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Term<TInput, T>(TFormula formula, T a, T p, T b, T q)
        where TInput : struct, IInput
        where T : struct, IReal<T> => formula.Value(
            TInput.Sparse(0, a), TInput.Sparse(0, p).AsExponential(), TInput.Sparse(1, b), TInput.Sparse(1, q).AsExponential());

    /// <summary>Returns the sums of the terms and of their derivatives, which are left in the scratch memory.</summary>
    /// <remarks>The formula is called in one place: a second copy of it would exceed what the JIT inlines.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static (double Value, double Slope) Terms<TInput>(
        TFormula formula, SoftmaxScratch<S> scratch, int length, ExponentialSum ofX, ExponentialSum ofQ)
        where TInput : struct, IInput
    {
        ref S x = ref MemoryMarshal.GetReference(scratch.X);
        ref S ex = ref MemoryMarshal.GetReference(scratch.ExpX);
        ref S q = ref MemoryMarshal.GetReference(scratch.Q);
        ref S eq = ref MemoryMarshal.GetReference(scratch.ExpQ);
        ref S f = ref MemoryMarshal.GetReference(scratch.Slopes);
        L sum = L.Const(0);
        L slopes = sum;
        L value = sum;
        L slope = sum;
        (L logX, L inverseX) = (L.Const(ofX.Log), L.Const(ofX.Inverse));
        (L logQ, L inverseQ) = (L.Const(ofQ.Log), L.Const(ofQ.Inverse));
        int i = 0;
        for (; i < length; i += L.Width)
        {
            sum += value;
            slopes += slope;
            SparseDual<L> term = Term<TInput, L>(
                formula,
                L.Load(in x, i) - logX,
                L.Load(in ex, i) * inverseX,
                L.Load(in q, i) - logQ,
                L.Load(in eq, i) * inverseQ);
            (value, slope) = (term.Value, term.Tangent);
            slope.Store(ref f, i);
        }

        return Totals(sum, slopes, value, slope, length - i + L.Width);
    }

    // The last lane may hold padding. Nothing of the loop is needed after this call: it would be kept in memory within the loop.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static (double Value, double Slope) Totals(L sum, L slopes, L lastValue, L lastSlope, int rest) => (
        double.CreateTruncating(sum.Sum()) + PartialLane<L, S>.Sum(lastValue, rest),
        double.CreateTruncating(slopes.Sum()) + PartialLane<L, S>.Sum(lastSlope, rest));

    /// <summary>Writes scale · slope + along · e from scratch memory to a row of the gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Gradient(Span<S> slopes, Span<S> exponentials, Span<S> gradient, double scale, double along)
    {
        ref S f = ref MemoryMarshal.GetReference(slopes);
        ref S e = ref MemoryMarshal.GetReference(exponentials);
        ref S g = ref MemoryMarshal.GetReference(gradient);
        L k = L.Const(scale);
        L c = L.Const(along);
        bool isAlong = along != 0;
        int i = 0;
        for (; i <= gradient.Length - L.Width; i += L.Width)
        {
            L own = L.Load(in f, i) * k;
            (isAlong ? L.MultiplyAdd(L.Load(in e, i), c, own) : own).Store(ref g, i);
        }

        if (i < gradient.Length)
        {
            L own = L.Load(in f, i) * k;
            PartialLane<L, S>.Store(isAlong ? L.MultiplyAdd(L.Load(in e, i), c, own) : own, gradient[i..]);
        }
    }
}
