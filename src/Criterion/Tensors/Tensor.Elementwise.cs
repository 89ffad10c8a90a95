using Criterion.Drivers;
using Criterion.Formulas;

namespace Criterion;

public sealed partial class Tensor
{
    /// <summary>a + b, element by element.</summary>
    public static Tensor operator +(Tensor a, Tensor b)
    {
        (Tensor x, Tensor y) = Promote(a, b);
        return Autograd.Record(
            "add",
            Arithmetic(default(Add), x, y),
            [],
            (X: x.Shape, Y: y.Shape),
            (x, static (g, of) => g.SumTo(of.X)),
            (y, static (g, of) => g.SumTo(of.Y)));
    }

    /// <summary>a − b, element by element.</summary>
    public static Tensor operator -(Tensor a, Tensor b)
    {
        (Tensor x, Tensor y) = Promote(a, b);
        return Autograd.Record(
            "sub",
            Arithmetic(default(Subtract), x, y),
            [],
            (X: x.Shape, Y: y.Shape),
            (x, static (g, of) => g.SumTo(of.X)),
            (y, static (g, of) => (-g).SumTo(of.Y)));
    }

    /// <summary>a · b, element by element.</summary>
    public static Tensor operator *(Tensor a, Tensor b)
    {
        (Tensor x, Tensor y) = Promote(a, b);
        return Autograd.Record(
            "mul",
            Arithmetic(default(Multiply), x, y),
            [x, y],
            (X: x, Y: y),
            (x, static (g, of) => (g * of.Y).SumTo(of.X.Shape)),
            (y, static (g, of) => (g * of.X).SumTo(of.Y.Shape)));
    }

    /// <summary>a / b, element by element; integers divide to Float32.</summary>
    public static Tensor operator /(Tensor a, Tensor b)
    {
        (Tensor x, Tensor y) = Promote(NotNull(a).Floating(), NotNull(b).Floating());
        return Autograd.Record(
            "div",
            Arithmetic(default(Divide), x, y),
            [x, y],
            (X: x, Y: y),
            (x, static (g, of) => (g / of.Y).SumTo(of.X.Shape)),
            (y, static (g, of) => (-(g * (of.X / of.Y)) / of.Y).SumTo(of.Y.Shape)));
    }

    /// <summary>x + c. A scalar takes the tensor's type; one with a fraction turns integers into Float32.</summary>
    public static Tensor operator +(Tensor x, double c)
    {
        Tensor a = NotNull(x).Meeting(c);
        return Autograd.Record("add", Arithmetic(new Affine(1, c), a), [], c, (a, static (g, _) => g));
    }

    /// <inheritdoc cref="op_Addition(Tensor, double)"/>
    public static Tensor operator +(double c, Tensor x) => x + c;

    /// <summary>x − c.</summary>
    public static Tensor operator -(Tensor x, double c) => x + (-c);

    /// <summary>c − x.</summary>
    public static Tensor operator -(double c, Tensor x)
    {
        Tensor a = NotNull(x).Meeting(c);
        return Autograd.Record("sub", Arithmetic(new Affine(-1, c), a), [], c, (a, static (g, _) => -g));
    }

    /// <summary>c · x.</summary>
    public static Tensor operator *(Tensor x, double c)
    {
        Tensor a = NotNull(x).Meeting(c);
        return Autograd.Record("mul", Arithmetic(new Affine(c, 0), a), [], c, (a, static (g, c) => g * c));
    }

    /// <inheritdoc cref="op_Multiply(Tensor, double)"/>
    public static Tensor operator *(double c, Tensor x) => x * c;

    /// <summary>x / c; integers divide to Float32.</summary>
    public static Tensor operator /(Tensor x, double c)
    {
        Tensor a = NotNull(x).Floating();
        return Autograd.Record("div", Arithmetic(new DividedBy(c), a), [], c, (a, static (g, c) => g / c));
    }

    /// <summary>c / x, element by element.</summary>
    public static Tensor operator /(double c, Tensor x) => TensorFormula.Map(new Quotient(c), NotNull(x).Floating());

    /// <summary>−x.</summary>
    public static Tensor operator -(Tensor x)
    {
        Tensor a = NotNull(x).Countable();
        return Autograd.Record("neg", Arithmetic(default(Negate), a), [], default(ValueTuple), (a, static (g, _) => -g));
    }

    /// <summary>The larger of two, element by element; NaN if either is. Where they are equal, each gets half of the gradient.</summary>
    public static Tensor Maximum(Tensor a, Tensor b) => TensorFormula.Map(default(Larger), a, b);

    /// <summary>The smaller of two, element by element; NaN if either is. Where they are equal, each gets half of the gradient.</summary>
    public static Tensor Minimum(Tensor a, Tensor b) => TensorFormula.Map(default(Smaller), a, b);

    /// <summary><paramref name="a"/> where the condition is true (not 0), else <paramref name="b"/>; all three are broadcast.</summary>
    public static Tensor Where(Tensor condition, Tensor a, Tensor b)
    {
        (Tensor x, Tensor y) = Promote(a, b);
        return TensorFormula.Map(default(Choice), NotNull(condition).Detach().To(x.DType), x, y);
    }

    /// <summary>xʸ, element by element.</summary>
    public Tensor Pow(Tensor exponent) => TensorFormula.Map(default(Power), Floating(), NotNull(exponent).Floating());

    /// <summary>xᵖ; negative x are defined for whole p.</summary>
    public Tensor Pow(double exponent) => TensorFormula.Map(new FixedPower(exponent), Floating());

    /// <summary>eˣ.</summary>
    public Tensor Exp() => TensorFormula.Map(default(Exponential), Floating());

    /// <summary>eˣ − 1, exact near 0.</summary>
    public Tensor Expm1() => TensorFormula.Map(default(ExponentialMinus1), Floating());

    /// <summary>ln x; −∞ at 0, NaN below.</summary>
    public Tensor Log() => TensorFormula.Map(default(Logarithm), Floating());

    /// <summary>ln(1 + x), exact near 0.</summary>
    public Tensor Log1p() => TensorFormula.Map(default(LogarithmOf1Plus), Floating());

    /// <summary>√x. Its gradient at 0 is +∞: for the root of a sum of squares use <see cref="Norm(double)"/>, whose gradient there is 0.</summary>
    public Tensor Sqrt() => TensorFormula.Map(default(SquareRoot), Floating());

    /// <summary>1 / √x.</summary>
    public Tensor Rsqrt() => TensorFormula.Map(default(ReciprocalSquareRoot), Floating());

    /// <summary>|x|; its gradient at 0 is 0.</summary>
    public Tensor Abs() => TensorFormula.Map(default(Absolute), Countable());

    /// <summary>−1, 0 or 1; NaN for NaN. Its gradient is 0.</summary>
    public Tensor Sign() => TensorFormula.Map(default(Signum), Countable());

    /// <summary>sin x, x in radians.</summary>
    public Tensor Sin() => TensorFormula.Map(default(Sine), Floating());

    /// <summary>cos x, x in radians.</summary>
    public Tensor Cos() => TensorFormula.Map(default(Cosine), Floating());

    /// <summary>tanh x.</summary>
    public Tensor Tanh() => TensorFormula.Map(default(HyperbolicTangent), Floating());

    /// <summary>The error function.</summary>
    public Tensor Erf() => TensorFormula.Map(default(ErrorFunction), Floating());

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    public Tensor Sigmoid() => TensorFormula.Map(default(Logistic), Floating());

    /// <summary>ln(1 + e^(βx)) / β, a smooth ReLU; exact for any x, however large.</summary>
    public Tensor Softplus(double beta = 1) => TensorFormula.Map(new SmoothRelu(beta), Floating());

    /// <summary>max(x, 0); its gradient at 0 is 0.</summary>
    public Tensor Relu() => LeakyRelu(0);

    /// <summary>x above 0, slope · x below; the gradient at 0 is the slope.</summary>
    public Tensor LeakyRelu(double slope = 0.01) => slope >= 0
        ? TensorFormula.MapBySlopeOfResult(new Rectifier(slope), Floating())
        : TensorFormula.Map(new Rectifier(slope), Floating());

    /// <summary>x above 0, α(eˣ − 1) below.</summary>
    public Tensor Elu(double alpha = 1) => TensorFormula.Map(new ExponentialRectifier(alpha, 1), Floating());

    /// <summary>The self-normalising ELU (Klambauer et al., 2017).</summary>
    public Tensor Selu() => TensorFormula.Map(new ExponentialRectifier(1.6732632423543772, 1.0507009873554805), Floating());

    /// <summary>x · Φ(x), Φ the normal distribution function; by its tanh approximation if asked.</summary>
    public Tensor Gelu(bool tanh = false) =>
        tanh ? TensorFormula.Map(default(GaussianRectifierByTanh), Floating()) : TensorFormula.Map(default(GaussianRectifier), Floating());

    /// <summary>x · σ(x), also known as swish.</summary>
    public Tensor Silu() => TensorFormula.Map(default(SigmoidRectifier), Floating());

    /// <summary>x held within [low, high]; the gradient passes at the ends and is 0 outside.</summary>
    public Tensor Clamp(double low = double.NegativeInfinity, double high = double.PositiveInfinity) => low <= high
        ? TensorFormula.Map(new Clamped(low, high), Floating())
        : throw new ArgumentOutOfRangeException(nameof(low), $"Clamp: low {low} is above high {high}.");

    /// <summary>Whether x = y, as Bool.</summary>
    public Tensor EqualTo(Tensor other) => Compare(default(IsEqual), this, other);

    /// <summary>Whether x ≠ y, as Bool.</summary>
    public Tensor NotEqualTo(Tensor other) => EqualTo(other).Not();

    /// <summary>Whether x &lt; y, as Bool.</summary>
    public Tensor Less(Tensor other) => Compare(default(IsLess), this, other);

    /// <summary>Whether x ≤ y, as Bool.</summary>
    public Tensor LessOrEqual(Tensor other) => Compare(default(IsLessOrEqual), this, other);

    /// <summary>Whether x &gt; y, as Bool.</summary>
    public Tensor Greater(Tensor other) => Compare(default(IsLess), other, this);

    /// <summary>Whether x ≥ y, as Bool.</summary>
    public Tensor GreaterOrEqual(Tensor other) => Compare(default(IsLessOrEqual), other, this);

    /// <summary>Whether x = c, as Bool.</summary>
    public Tensor EqualTo(double c) => EqualTo(Like(c));

    /// <summary>Whether x &lt; c, as Bool.</summary>
    public Tensor Less(double c) => Less(Like(c));

    /// <summary>Whether x &gt; c, as Bool.</summary>
    public Tensor Greater(double c) => Greater(Like(c));

    /// <summary>Whether x is NaN, as Bool.</summary>
    public Tensor IsNaN() => Map(default(IsNotANumber), Floating().Detach()).To(DType.Bool);

    /// <summary>Whether x is neither infinite nor NaN, as Bool.</summary>
    public Tensor IsFinite() => Map(default(IsFiniteNumber), Floating().Detach()).To(DType.Bool);

    /// <summary>Whether every value lies in [low, high], in one pass; NaN counts as inside.</summary>
    internal bool AllWithin(double low, double high) => TensorFormula.Total(new IsOutside(low, high), this) == 0;

    /// <summary>Whether x is false (0), as Bool.</summary>
    public Tensor Not() => EqualTo(0);

    /// <summary>Both tensors in the type in which they meet.</summary>
    internal static (Tensor A, Tensor B) Promote(Tensor a, Tensor b)
    {
        DType type = DTypes.Promote(NotNull(a).DType, NotNull(b).DType);
        return (a.To(type), b.To(type));
    }

    internal static void CheckUpdate(string operation, Tensor target, params ReadOnlySpan<Tensor> inputs)
    {
        foreach (Tensor input in inputs)
        {
            if (input.DType != target.DType || Shape.Broadcast(input.Shape, target.Shape, operation) != target.Shape)
            {
                throw new ShapeException(
                    $"{operation}: {input.Shape} {input.DType} cannot update {target.Shape} {target.DType} in place; convert or reshape it.");
            }
        }

        target.AboutToChange(operation);
        target.Storage.Updates++;
    }

    /// <summary>This tensor if it holds floats, else its values as Float32.</summary>
    internal Tensor Floating() => DType.IsFloat() ? this : To(DType.Float32);

    static Tensor Compare<TFormula>(TFormula formula, Tensor a, Tensor b)
        where TFormula : struct, IBinaryFormula
    {
        (Tensor x, Tensor y) = Promote(NotNull(a).Detach().Countable(), NotNull(b).Detach().Countable());
        return Arithmetic(formula, x, y).To(DType.Bool);
    }

    // UInt8 and Bool are computed as Int64; UInt8 results wrap as bytes do.
    static Tensor Arithmetic<TFormula>(TFormula formula, Tensor x, Tensor y)
        where TFormula : struct, IBinaryFormula
    {
        Shape shape = x.Shape == y.Shape ? x.Shape : Shape.Broadcast(x.Shape, y.Shape, typeof(TFormula).Name.ToLowerInvariant());
        Tensor result = MapDriver.Run(new OfTwo<TFormula>(formula), shape, x.Countable(), y.Countable(), x.Countable());
        return x.DType == DType.UInt8 && y.DType == DType.UInt8 ? result.To(DType.UInt8) : result;
    }

    static Tensor Arithmetic<TFormula>(TFormula formula, Tensor x)
        where TFormula : struct, IUnaryFormula => Map(formula, x.Countable());

    static Tensor Map<TFormula>(TFormula formula, Tensor x)
        where TFormula : struct, IUnaryFormula => MapDriver.Run(new OfOne<TFormula>(formula), x.Shape, x, x, x);

    /// <summary>This tensor in a type that kernels compute in: bytes and truth values as Int64.</summary>
    Tensor Countable() => DType is DType.Bool or DType.UInt8 ? To(DType.Int64) : this;

    /// <summary>This tensor in the type in which it meets a scalar.</summary>
    Tensor Meeting(double c) => DType.IsFloat() ? this : c == Math.Truncate(c) && Math.Abs(c) < 1L << 53 ? Countable() : To(DType.Float32);

    Tensor Like(double c) => Scalar(c, Meeting(c).DType);
}
