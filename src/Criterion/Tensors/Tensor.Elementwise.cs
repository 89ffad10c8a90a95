using Criterion.Drivers;
using Criterion.Formulas;

namespace Criterion;

public sealed partial class Tensor
{
    /// <summary>Computes a + b element by element; shapes are broadcast and types promoted.</summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public static Tensor operator +(Tensor a, Tensor b)
    {
        (Tensor x, Tensor y) = Promote(a, b);
        return Autograd.Record(
            "add",
            Arithmetic("operator +", default(Add), x, y),
            [],
            (X: x.Shape, Y: y.Shape),
            (x, static (g, of) => g.SumTo(of.X)),
            (y, static (g, of) => g.SumTo(of.Y)));
    }

    /// <summary>Computes a − b element by element; shapes are broadcast and types promoted.</summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public static Tensor operator -(Tensor a, Tensor b)
    {
        (Tensor x, Tensor y) = Promote(a, b);
        return Autograd.Record(
            "sub",
            Arithmetic("operator -", default(Subtract), x, y),
            [],
            (X: x.Shape, Y: y.Shape),
            (x, static (g, of) => g.SumTo(of.X)),
            (y, static (g, of) => (-g).SumTo(of.Y)));
    }

    /// <summary>Computes a · b element by element; shapes are broadcast and types promoted.</summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public static Tensor operator *(Tensor a, Tensor b)
    {
        (Tensor x, Tensor y) = Promote(a, b);
        return Autograd.Record(
            "mul",
            Arithmetic("operator *", default(Multiply), x, y),
            [x, y],
            (X: x, Y: y),
            (x, static (g, of) => (g * of.Y).SumTo(of.X.Shape)),
            (y, static (g, of) => (g * of.X).SumTo(of.Y.Shape)));
    }

    /// <summary>Computes a / b element by element; shapes are broadcast, and integers are converted to Float32.</summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public static Tensor operator /(Tensor a, Tensor b)
    {
        (Tensor x, Tensor y) = Promote(NotNull(a).Floating(), NotNull(b).Floating());
        return Autograd.Record(
            "div",
            Arithmetic("operator /", default(Divide), x, y),
            [x, y],
            (X: x, Y: y),
            (x, static (g, of) => (g / of.Y).SumTo(of.X.Shape)),
            (y, static (g, of) => (-(g * (of.X / of.Y)) / of.Y).SumTo(of.Y.Shape)));
    }

    /// <summary>Computes x + c. The number takes the tensor's type; with a fraction it converts integers to Float32.</summary>
    public static Tensor operator +(Tensor x, double c)
    {
        Tensor a = NotNull(x).Meeting(c);
        return Autograd.Record("add", Arithmetic(new Affine(1, c), a), [], c, (a, static (g, _) => g));
    }

    /// <inheritdoc cref="op_Addition(Tensor, double)"/>
    public static Tensor operator +(double c, Tensor x) => x + c;

    /// <summary>Computes x − c.</summary>
    /// <inheritdoc cref="op_Addition(Tensor, double)"/>
    public static Tensor operator -(Tensor x, double c) => x + (-c);

    /// <summary>Computes c − x.</summary>
    /// <inheritdoc cref="op_Addition(Tensor, double)"/>
    public static Tensor operator -(double c, Tensor x)
    {
        Tensor a = NotNull(x).Meeting(c);
        return Autograd.Record("sub", Arithmetic(new Affine(-1, c), a), [], c, (a, static (g, _) => -g));
    }

    /// <summary>Computes c · x. The number takes the tensor's type; with a fraction it converts integers to Float32.</summary>
    public static Tensor operator *(Tensor x, double c)
    {
        Tensor a = NotNull(x).Meeting(c);
        return Autograd.Record("mul", Arithmetic(new Affine(c, 0), a), [], c, (a, static (g, c) => g * c));
    }

    /// <inheritdoc cref="op_Multiply(Tensor, double)"/>
    public static Tensor operator *(double c, Tensor x) => x * c;

    /// <summary>Computes x / c; integers are converted to Float32.</summary>
    public static Tensor operator /(Tensor x, double c)
    {
        Tensor a = NotNull(x).Floating();
        return Autograd.Record("div", Arithmetic(new DividedBy(c), a), [], c, (a, static (g, c) => g / c));
    }

    /// <summary>Computes c / x element by element; integers are converted to Float32.</summary>
    public static Tensor operator /(double c, Tensor x) => TensorFormula.Map(new Quotient(c), NotNull(x).Floating());

    /// <summary>Computes −x; UInt8 and Bool are converted to Int64.</summary>
    public static Tensor operator -(Tensor x)
    {
        Tensor a = NotNull(x).Countable();
        return Autograd.Record("neg", Arithmetic(default(Negate), a), [], default(ValueTuple), (a, static (g, _) => -g));
    }

    /// <summary>
    /// Returns the larger of two elements; NaN if either is NaN. Where they are equal, each receives half of the gradient.
    /// </summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public static Tensor Maximum(Tensor a, Tensor b) => TensorFormula.Map(default(Larger), a, b);

    /// <summary>
    /// Returns the smaller of two elements; NaN if either is NaN. Where they are equal, each receives half of the gradient.
    /// </summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public static Tensor Minimum(Tensor a, Tensor b) => TensorFormula.Map(default(Smaller), a, b);

    /// <summary>Computes xʸ element by element; integers are converted to Float32.</summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public Tensor Pow(Tensor exponent) => TensorFormula.Map(default(Power), Floating(), NotNull(exponent).Floating());

    /// <summary>Computes xᵖ; for negative x NaN unless p is an integer.</summary>
    public Tensor Pow(double exponent) => TensorFormula.Map(new FixedPower(exponent), Floating());

    /// <summary>Computes x²; UInt8 and Bool give Int64.</summary>
    public Tensor Square() => TensorFormula.Map(default(Square), Countable());

    /// <summary>Interpolates: x + weight · (end − x), which is <paramref name="end"/> at a weight of 1.</summary>
    /// <param name="end">The end.</param>
    /// <param name="weight">The weight of the end; a number, or a tensor. All three are broadcast.</param>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public Tensor Lerp(Tensor end, Tensor weight) => TensorFormula.Map(default(Interpolation), Floating(), NotNull(end).Floating(), weight);

    /// <summary>Computes eˣ.</summary>
    public Tensor Exp() => TensorFormula.Map(default(Exponential), Floating());

    /// <summary>Computes eˣ − 1 without cancellation near 0.</summary>
    public Tensor Expm1() => TensorFormula.Map(default(ExponentialMinus1), Floating());

    /// <summary>Computes ln x; −∞ at 0, NaN below.</summary>
    public Tensor Log() => TensorFormula.Map(default(Logarithm), Floating());

    /// <summary>Computes ln(1 + x) without cancellation near 0.</summary>
    public Tensor Log1p() => TensorFormula.Map(default(LogarithmOf1Plus), Floating());

    /// <summary>Computes √x.</summary>
    /// <remarks>
    /// The gradient at 0 is +∞: for the root of a sum of squares use <see cref="Norm(ReadOnlySpan{int}, bool, double)"/>, whose gradient at
    /// 0 is 0.
    /// </remarks>
    public Tensor Sqrt() => TensorFormula.Map(default(SquareRoot), Floating());

    /// <summary>Computes 1 / √x.</summary>
    public Tensor Rsqrt() => TensorFormula.Map(default(ReciprocalSquareRoot), Floating());

    /// <summary>Computes |x|; the gradient at 0 is 0.</summary>
    public Tensor Abs() => TensorFormula.Map(default(Absolute), Countable());

    /// <summary>Returns −1, 0 or 1; NaN for NaN. The gradient is 0.</summary>
    public Tensor Sign() => TensorFormula.Map(default(Signum), Countable());

    /// <summary>Computes sin x, x in radians.</summary>
    public Tensor Sin() => TensorFormula.Map(default(Sine), Floating());

    /// <summary>Computes cos x, x in radians.</summary>
    public Tensor Cos() => TensorFormula.Map(default(Cosine), Floating());

    /// <summary>Computes tanh x.</summary>
    public Tensor Tanh() => TensorFormula.Map(default(HyperbolicTangent), Floating());

    /// <summary>Computes the error function, 2/√π ∫₀ˣ e^(−t²) dt.</summary>
    public Tensor Erf() => TensorFormula.Map(default(ErrorFunction), Floating());

    /// <summary>Computes the logistic sigmoid, 1 / (1 + e⁻ˣ).</summary>
    public Tensor Sigmoid() => TensorFormula.Map(default(Logistic), Floating());

    /// <summary>Computes ln(1 + e^(βx)) / β, a smooth ReLU, without overflow.</summary>
    /// <param name="beta">β, the sharpness of the bend. Default: 1.</param>
    public Tensor Softplus(double beta = 1) => TensorFormula.Map(new SmoothRelu(beta), Floating());

    /// <summary>Computes max(x, 0); the gradient at 0 is 0.</summary>
    public Tensor Relu() => LeakyRelu(0);

    /// <summary>Returns x above 0 and slope · x below; the gradient at 0 is the slope.</summary>
    /// <param name="slope">The slope below 0. Default: 0.01.</param>
    public Tensor LeakyRelu(double slope = 0.01) => slope >= 0
        ? TensorFormula.MapBySlopeOfResult(new Rectifier(slope), Floating())
        : TensorFormula.Map(new Rectifier(slope), Floating());

    /// <summary>Returns x above 0 and α(eˣ − 1) below.</summary>
    /// <param name="alpha">α, the negative of the limit at −∞. Default: 1.</param>
    public Tensor Elu(double alpha = 1) => TensorFormula.Map(new ExponentialRectifier(alpha, 1), Floating());

    /// <summary>Computes the self-normalizing ELU (Klambauer et al., 2017).</summary>
    public Tensor Selu() => TensorFormula.Map(new ExponentialRectifier(1.6732632423543772, 1.0507009873554805), Floating());

    /// <summary>Computes x · Φ(x), where Φ is the normal distribution function.</summary>
    /// <param name="tanh">Whether Φ is approximated by a hyperbolic tangent, as in GPT-2. Default: false.</param>
    public Tensor Gelu(bool tanh = false) =>
        tanh ? TensorFormula.Map(default(GaussianRectifierByTanh), Floating()) : TensorFormula.Map(default(GaussianRectifier), Floating());

    /// <summary>Computes x · σ(x), also known as swish.</summary>
    public Tensor Silu() => TensorFormula.Map(default(SigmoidRectifier), Floating());

    /// <summary>Limits x to [low, high]; the gradient is 1 inside and at the ends, and 0 outside.</summary>
    /// <param name="low">The lower limit. Default: none.</param>
    /// <param name="high">The upper limit. Default: none.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="low"/> is above <paramref name="high"/>.</exception>
    public Tensor Clamp(double low = double.NegativeInfinity, double high = double.PositiveInfinity) => low <= high
        ? TensorFormula.Map(new Clamped(low, high), Floating())
        : throw new ArgumentOutOfRangeException(nameof(low), $"Clamp: low {low} is above high {high}. Exchange them.");

    /// <summary>Returns whether every value is in [low, high], in one pass; NaN counts as inside.</summary>
    internal bool AllWithin(double low, double high) => TensorFormula.Total(new IsOutside(low, high), this) == 0;

    /// <summary>Converts both tensors to their common type.</summary>
    internal static (Tensor A, Tensor B) Promote(Tensor a, Tensor b)
    {
        if (NotNull(a).DType == NotNull(b).DType)
        {
            return (a, b);
        }

        DType type = a.IsNumber ? b.Meeting(a.Item()).DType
            : b.IsNumber ? a.Meeting(b.Item()).DType
            : DTypes.Promote(a.DType, b.DType);
        return (a.To(type), b.To(type));
    }

    internal static void CheckUpdate(string operation, Tensor target, params ReadOnlySpan<Tensor> inputs)
    {
        foreach (Tensor input in inputs)
        {
            if (input.DType != target.DType || Shape.Broadcast(input.Shape, target.Shape, operation) != target.Shape)
            {
                throw new ShapeException(
                    $"{operation}: {input.Shape} {input.DType} cannot update {target.Shape} {target.DType} in place. "
                    + "Convert or reshape it.");
            }
        }

        if (!target.DType.IsFloat())
        {
            throw new DTypeException(
                $"{operation}: a tensor that is updated must be Float32 or Float64, but {target.Shape} is {target.DType}. "
                + "Convert it with .To(DType.Float32).");
        }

        target.AboutToChange(operation);
        target.Storage.Updates++;
    }

    /// <summary>Returns this tensor if it is floating-point, else its values as Float32.</summary>
    internal Tensor Floating() => DType.IsFloat() ? this : To(DType.Float32);

    // UInt8 and Bool are computed as Int64; UInt8 results wrap as bytes do.
    static Tensor Arithmetic<TFormula>(string operation, TFormula formula, Tensor x, Tensor y)
        where TFormula : struct, IBinaryFormula
    {
        Shape shape = x.Shape == y.Shape ? x.Shape : Shape.Broadcast(x.Shape, y.Shape, operation);
        Tensor result = TensorFormula.MapUnrecorded(new Binary<TFormula>(formula), shape, x.Countable(), y.Countable());
        return x.DType == DType.UInt8 && y.DType == DType.UInt8 ? result.To(DType.UInt8) : result;
    }

    static Tensor Arithmetic<TFormula>(TFormula formula, Tensor x)
        where TFormula : struct, IUnaryFormula => Map(formula, x.Countable());

    static Tensor Map<TFormula>(TFormula formula, Tensor x)
        where TFormula : struct, IUnaryFormula => TensorFormula.MapUnrecorded(new Unary<TFormula>(formula), x.Shape, x);

    /// <summary>Returns this tensor in a type that kernels compute in: UInt8 and Bool as Int64.</summary>
    Tensor Countable() => DType is DType.Bool or DType.UInt8 ? To(DType.Int64) : this;

    /// <summary>Returns this tensor in its common type with a number.</summary>
    Tensor Meeting(double c) =>
        DType.IsFloat() ? this : c == Math.Truncate(c) && Math.Abs(c) < 1L << 53 ? Countable() : To(DType.Float32);
}
