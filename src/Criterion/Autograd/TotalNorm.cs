using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion;

/// <summary>The p-norm of several tensors as one vector, Scale · Relative, computed without overflow or underflow of powers.</summary>
/// <param name="Scale">The divisor of the elements.</param>
/// <param name="Relative">The norm of the quotients; NaN or infinite only where an element is.</param>
internal readonly record struct TotalNorm(double Scale, double Relative)
{
    // A sum of squares within these bounds did not overflow, and squares that underflowed are below its rounding error.
    const double LeastSum = 1e-20;
    const double LargestSum = 1e30;

    /// <summary>Gets the norm; infinite if it is out of the range of a double.</summary>
    public double Value => Scale * Relative;

    /// <param name="tensors">Floats of any shape.</param>
    /// <param name="p">2, any other positive number, or infinity.</param>
    public static TotalNorm Of(ReadOnlySpan<Tensor> tensors, double p = 2)
    {
        if (p == 2 && Sum(default(Square), tensors, 0) is >= LeastSum and <= LargestSum and double squares)
        {
            return new(1, Math.Sqrt(squares));
        }

        double peak = Peak(tensors);
        return peak == 0 || !double.IsFinite(peak) || double.IsInfinity(p)
            ? new(1, peak)
            : new(peak, Math.Pow(Sum(new RelativePower(peak, p), tensors, peak), 1 / p));
    }

    static double Sum<TFormula>(TFormula formula, ReadOnlySpan<Tensor> tensors, double peak)
        where TFormula : struct, IUnaryFormula
    {
        double sum = 0;
        foreach (Tensor tensor in tensors)
        {
            // Where the largest of all is below single precision, single precision holds zeros only.
            bool isZero = tensor.DType == DType.Float32 && peak > 0 && peak < float.Epsilon;
            sum += isZero ? 0 : TensorFormula.Total(formula, tensor);
        }

        return sum;
    }

    static double Peak(ReadOnlySpan<Tensor> tensors)
    {
        double peak = 0;
        foreach (Tensor tensor in tensors)
        {
            peak = tensor.Count == 0 ? peak : Math.Max(peak, tensor.Detach().Abs().Max().Item());
        }

        return peak;
    }

    internal readonly struct Square : IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x)
            where T : struct, IReal<T> => x * x;
    }

    readonly struct RelativePower(double peak, double p) : IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x)
            where T : struct, IReal<T>
        {
            T ratio = T.Abs(x / peak);
            return p == 2 ? ratio * ratio : T.PowOrZero(ratio, p);
        }
    }
}
