using System.Runtime.CompilerServices;
using Criterion.Numbers;

namespace Criterion.Formulas;

// The pointwise operations of tensors, each as its formula; their derivatives are in Dual.

internal readonly struct Add : IBinaryFormula
{
    public T Value<T>(T x, T y)
        where T : struct, IReal<T> => x + y;
}

internal readonly struct Subtract : IBinaryFormula
{
    public T Value<T>(T x, T y)
        where T : struct, IReal<T> => x - y;
}

internal readonly struct Multiply : IBinaryFormula
{
    public T Value<T>(T x, T y)
        where T : struct, IReal<T> => x * y;
}

internal readonly struct Divide : IBinaryFormula
{
    public T Value<T>(T x, T y)
        where T : struct, IReal<T> => x / y;
}

/// <summary>scale · x + shift.</summary>
internal readonly struct Affine(double scale, double shift) : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => (scale * x) + shift;
}

/// <summary>numerator / x.</summary>
[Operation("operator /")]
internal readonly struct Quotient(double numerator) : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => numerator / x;
}

internal readonly struct Negate : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => -x;
}

[Operation("Pow")]
internal readonly struct Power : IBinaryFormula
{
    public T Value<T>(T x, T y)
        where T : struct, IReal<T> => T.Pow(x, y);
}

[Operation("Pow")]
internal readonly struct FixedPower(double exponent) : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Pow(x, exponent);
}

[Operation("Square")]
internal readonly struct Square : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => x * x;
}

/// <summary>x + z(y − x), from the nearer end, so that it is y at z = 1.</summary>
[Operation("Lerp")]
internal readonly struct Interpolation : ITernaryFormula
{
    public T Value<T>(T x, T y, T z)
        where T : struct, IReal<T> => T.Select(T.Abs(z) < 0.5, x + (z * (y - x)), y - ((y - x) * (1 - z)));
}

[Operation("Exp")]
internal readonly struct Exponential : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Exp(x);
}

[Operation("Expm1")]
internal readonly struct ExponentialMinus1 : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Expm1(x);
}

[Operation("Log")]
internal readonly struct Logarithm : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Log(x);
}

[Operation("Log1p")]
internal readonly struct LogarithmOf1Plus : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Log1p(x);
}

[Operation("Sqrt")]
internal readonly struct SquareRoot : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Sqrt(x);
}

[Operation("Rsqrt")]
internal readonly struct ReciprocalSquareRoot : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => 1 / T.Sqrt(x);
}

[Operation("Abs")]
internal readonly struct Absolute : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Abs(x);
}

[Operation("Sign")]
internal readonly struct Signum : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Sign(x);
}

[Operation("Sin")]
internal readonly struct Sine : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Sin(x);
}

[Operation("Cos")]
internal readonly struct Cosine : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Cos(x);
}

[Operation("Tanh")]
internal readonly struct HyperbolicTangent : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Tanh(x);
}

[Operation("Erf")]
internal readonly struct ErrorFunction : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Erf(x);
}

[Operation("Sigmoid")]
internal readonly struct Logistic : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Sigmoid(x);
}

internal readonly struct NormalDistribution : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.NormalCdf(x);
}

internal readonly struct ExponentialOfSquare(double factor) : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.ExpOfSquare(x, factor);
}

internal readonly struct Hypotenuse : IBinaryFormula
{
    public T Value<T>(T x, T y)
        where T : struct, IReal<T> => T.Hypot(x, y);
}

/// <summary>x clamped to [low, high]; its derivative is 1 at the ends and 0 outside.</summary>
[Operation("Clamp")]
internal readonly struct Clamped(double low, double high) : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> =>
        T.Select(x < low, low, T.Select(x > high, high, x));
}

[Operation("Maximum")]
internal readonly struct Larger : IBinaryFormula
{
    public T Value<T>(T x, T y)
        where T : struct, IReal<T> => T.Max(x, y);
}

[Operation("Minimum")]
internal readonly struct Smaller : IBinaryFormula
{
    public T Value<T>(T x, T y)
        where T : struct, IReal<T> => T.Min(x, y);
}

/// <summary>1 where the comparison is true, else 0.</summary>
internal readonly struct IsLess : IBinaryFormula
{
    public T Value<T>(T x, T y)
        where T : struct, IReal<T> => T.Select(x < y, 1, 0);
}

internal readonly struct IsLessOrEqual : IBinaryFormula
{
    public T Value<T>(T x, T y)
        where T : struct, IReal<T> => T.Select(x <= y, 1, 0);
}

internal readonly struct IsEqual : IBinaryFormula
{
    public T Value<T>(T x, T y)
        where T : struct, IReal<T> => T.Select(T.Equal(x, y), 1, 0);
}

internal readonly struct IsNotANumber : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Select(T.Equal(x, x), 0, 1);
}

internal readonly struct IsFiniteNumber : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Select(T.Abs(x) < double.PositiveInfinity, 1, 0);
}

internal readonly struct IsInfiniteNumber : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Select(T.Equal(T.Abs(x), T.Const(double.PositiveInfinity)), 1, 0);
}

/// <summary>1 where x = y, or both are finite and |x − y| ≤ absolute + relative · |y|, else 0.</summary>
internal readonly struct IsNear(double relative, double absolute) : IBinaryFormula
{
    public T Value<T>(T x, T y)
        where T : struct, IReal<T>
    {
        T isWithin = T.Select(T.Abs(x - y) <= absolute + (relative * T.Abs(y)), 1, 0);
        return T.Select(T.Equal(x, y), 1, T.Select(T.Abs(y) < double.PositiveInfinity, isWithin, 0));
    }
}

/// <summary>1 below low and above high, else 0.</summary>
internal readonly struct IsOutside(double low, double high) : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> =>
        T.Select(x < low, 1, T.Select(x > high, 1, 0));
}

/// <summary>y where x is not 0, else z.</summary>
[Operation("Where")]
internal readonly struct Choice : ITernaryFormula
{
    public T Value<T>(T x, T y, T z)
        where T : struct, IReal<T> => T.Select(T.Equal(x, T.Zero), z, y);
}

/// <summary>xᵖ, p ≤ 1, with the derivative 0 at 0: the minimum-norm subgradient of the root of a sum of powers.</summary>
internal readonly struct RootOfSum(double power) : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.PowOrZero(x, power);
}

/// <summary>x / divisor.</summary>
internal readonly struct DividedBy(double divisor) : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => x / divisor;
}

/// <summary>The derivative of the p-norm y by one of its elements x: sign(x) (|x| / y)^(p − 1), and 0 where y is 0.</summary>
internal readonly struct Direction(double p) : IBinaryFormula
{
    public T Value<T>(T x, T y)
        where T : struct, IReal<T>
    {
        T isZero = T.Equal(y, T.Zero);
        T ratio = T.Select(isZero, 0, x / T.Select(isZero, 1, y));
        return p == 2 ? ratio : T.Sign(ratio) * T.PowOrZero(T.Abs(ratio), p - 1);
    }
}

/// <summary>√(Σ x²).</summary>
internal readonly struct EuclideanNorm : IRowFormula
{
    public static int Arity => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Statistics<T> Terms<T>(T a, T b, T c)
        where T : struct, IReal<T> => Statistics<T>.Of(a * a);

    public T Value<T>(Statistics<T> sums, T t)
        where T : struct, IReal<T> => T.PowOrZero(sums.First, 0.5);
}

/// <summary>|x|ᵖ.</summary>
internal readonly struct AbsolutePower(double p) : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.PowOrZero(T.Abs(x), p);
}
