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
        where T : struct, IReal<T> => (T.Const(scale) * x) + T.Const(shift);
}

/// <summary>numerator / x.</summary>
internal readonly struct Quotient(double numerator) : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Const(numerator) / x;
}

internal readonly struct Negate : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => -x;
}

internal readonly struct Power : IBinaryFormula
{
    public T Value<T>(T x, T y)
        where T : struct, IReal<T> => T.Pow(x, y);
}

internal readonly struct FixedPower(double exponent) : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Pow(x, exponent);
}

internal readonly struct Exponential : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Exp(x);
}

internal readonly struct ExponentialMinus1 : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Expm1(x);
}

internal readonly struct Logarithm : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Log(x);
}

internal readonly struct LogarithmOf1Plus : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Log1p(x);
}

internal readonly struct SquareRoot : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Sqrt(x);
}

internal readonly struct ReciprocalSquareRoot : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Const(1) / T.Sqrt(x);
}

internal readonly struct Absolute : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Abs(x);
}

internal readonly struct Signum : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Sign(x);
}

internal readonly struct Sine : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Sin(x);
}

internal readonly struct Cosine : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Cos(x);
}

internal readonly struct HyperbolicTangent : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Tanh(x);
}

internal readonly struct ErrorFunction : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Erf(x);
}

internal readonly struct Logistic : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Sigmoid(x);
}

/// <summary>ln(1 + e^(βx)) / β.</summary>
internal readonly struct SmoothRelu(double beta) : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Softplus(T.Const(beta) * x) / T.Const(beta);
}

/// <summary>x above 0, slope · x below; NaN stays NaN.</summary>
internal readonly struct Rectifier(double slope) : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Select(T.LessOrEqual(x, T.Const(0)), slope == 0 ? T.Const(0) : T.Const(slope) * x, x);
}

/// <summary>scale · (x above 0, alpha · (eˣ − 1) below): ELU, and SELU with its two constants.</summary>
internal readonly struct ExponentialRectifier(double alpha, double scale) : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> =>
        T.Const(scale) * T.Select(T.LessOrEqual(x, T.Const(0)), T.Const(alpha) * T.Expm1(T.Select(T.LessOrEqual(x, T.Const(0)), x, T.Const(0))), x);
}

/// <summary>x · Φ(x).</summary>
internal readonly struct GaussianRectifier : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => x * T.Const(0.5) * (T.Const(1) + T.Erf(x * T.Const(Math.Sqrt(0.5))));
}

/// <summary>x/2 · (1 + tanh(√(2/π)(x + 0.044715 x³))).</summary>
internal readonly struct GaussianRectifierByTanh : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T>
    {
        T inner = T.Const(Math.Sqrt(2 / Math.PI)) * (x + (T.Const(0.044715) * x * x * x));
        return x * T.Const(0.5) * (T.Const(1) + T.Tanh(inner));
    }
}

/// <summary>x · σ(x).</summary>
internal readonly struct SigmoidRectifier : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => x * T.Sigmoid(x);
}

/// <summary>x held within [low, high]; the gradient passes at the ends and is 0 outside.</summary>
internal readonly struct Clamped(double low, double high) : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> =>
        T.Select(T.Less(x, T.Const(low)), T.Const(low), T.Select(T.Less(T.Const(high), x), T.Const(high), x));
}

internal readonly struct Larger : IBinaryFormula
{
    public T Value<T>(T x, T y)
        where T : struct, IReal<T> => T.Max(x, y);
}

internal readonly struct Smaller : IBinaryFormula
{
    public T Value<T>(T x, T y)
        where T : struct, IReal<T> => T.Min(x, y);
}

/// <summary>1 where the comparison holds, else 0.</summary>
internal readonly struct IsLess : IBinaryFormula
{
    public T Value<T>(T x, T y)
        where T : struct, IReal<T> => T.Select(T.Less(x, y), T.Const(1), T.Const(0));
}

internal readonly struct IsLessOrEqual : IBinaryFormula
{
    public T Value<T>(T x, T y)
        where T : struct, IReal<T> => T.Select(T.LessOrEqual(x, y), T.Const(1), T.Const(0));
}

internal readonly struct IsEqual : IBinaryFormula
{
    public T Value<T>(T x, T y)
        where T : struct, IReal<T> => T.Select(T.Equal(x, y), T.Const(1), T.Const(0));
}

internal readonly struct IsNotANumber : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Select(T.Equal(x, x), T.Const(0), T.Const(1));
}

internal readonly struct IsFiniteNumber : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Select(T.Less(T.Abs(x), T.Const(double.PositiveInfinity)), T.Const(1), T.Const(0));
}

/// <summary>1 below low and above high, else 0.</summary>
internal readonly struct IsOutside(double low, double high) : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> =>
        T.Select(T.Less(x, T.Const(low)), T.Const(1), T.Select(T.Less(T.Const(high), x), T.Const(1), T.Const(0)));
}

/// <summary>y where the first is not 0, else z.</summary>
internal readonly struct Choice : ITernaryFormula
{
    public T Value<T>(T x, T y, T z)
        where T : struct, IReal<T> => T.Select(T.Equal(x, T.Const(0)), z, y);
}

/// <summary>xᵖ, p ≤ 1, with the derivative 0 at 0: the root of a sum of powers, whose least subgradient that is.</summary>
internal readonly struct RootOfSum(double power) : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.PowOrZero(x, power);
}

/// <summary>x / divisor.</summary>
internal readonly struct DividedBy(double divisor) : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => x / T.Const(divisor);
}

/// <summary>|x|ᵖ.</summary>
internal readonly struct AbsolutePower(double p) : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.PowOrZero(T.Abs(x), p);
}
