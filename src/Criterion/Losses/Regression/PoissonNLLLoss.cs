using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Negative log-likelihood of counts under Poisson's distribution: ℓ = eˣ − y x for the logarithm x of a rate, or ℓ = x − y ln(x +
/// Epsilon) for a rate x itself.
/// </summary>
/// <remarks>
/// Both leave out ln y!, so that the loss may be negative; Full adds Stirling's approximation of it, y ln y − y + ½ ln(2π y), for
/// targets above 1 (where that begins, the gradient by the target jumps). Twin of <c>torch.nn.PoissonNLLLoss</c>; unlike there, a
/// negative target or rate is an error.
/// </remarks>
/// <param name="LogInput">Whether the prediction is the logarithm of the rate, any number, rather than the rate, 0 or more.</param>
/// <param name="Full">Whether Stirling's term is added.</param>
/// <param name="Epsilon">Keeps ln finite for a rate of 0; used without LogInput only.</param>
/// <param name="Reduction">What becomes of the losses of single elements.</param>
[Catalogue(
    LossFamily.Regression,
    Shapes = "prediction, target of one shape → scalar",
    Source = "Stirling's term: de Moivre, Stirling, 1730",
    PyTorch = "torch.nn.PoissonNLLLoss",
    Alternatives = "MSELoss of square roots where counts are large; GaussianNLLLoss where the spread is not that of counts.")]
public sealed record PoissonNLLLoss(bool LogInput = true, bool Full = false, double Epsilon = 1e-8, Reduction Reduction = Reduction.Mean)
    : PointwiseLoss(Reduction)
{
    /// <summary>Keeps ln finite for a rate of 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double Epsilon { get; init => field = Require.NonNegative(value, nameof(PoissonNLLLoss)); } =
        Require.NonNegative(Epsilon, nameof(PoissonNLLLoss));

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(new NegativeLogLikelihood(LogInput, Full, Epsilon));

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => LogInput
        ? [Curve("y = 1", 1), Curve("y = 5", 5)]
        : [Curve("y = 1", 1, 0.05, 8), Curve("y = 5", 5, 0.05, 8)];

    /// <inheritdoc/>
    protected override void Check(Tensor prediction, Tensor target)
    {
        CheckRange(target, 0, double.PositiveInfinity, "a count, 0 or more");
        if (!LogInput)
        {
            CheckRange(prediction, 0, double.PositiveInfinity, "a rate, 0 or more", "Set LogInput for log-rates.");
        }
    }

    /// <summary>eˣ − y x, or x − y ln(x + Epsilon), and Stirling's term where asked for.</summary>
    internal readonly struct NegativeLogLikelihood(bool logInput, bool full, double epsilon) : IBinaryFormula
    {
        // From here on eˣ may overflow though the loss does not.
        const double Large = 64;
        const double Infinite = 1e30;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            if (typeof(T) == typeof(Latex))
            {
                T loss = logInput ? T.Exp(x) - (y * x) : x - (y * T.Log(x + T.Const(epsilon)));
                return full ? loss + Stirling(y) : loss;
            }

            if (full)
            {
                return Full(x, y);
            }

            T isFar = T.Less(T.Const(Large), T.Abs(x));
            return logInput && !T.Any(isFar) ? T.Exp(x) - (y * x) : Plain(x, y);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        T Plain<T>(T x, T y)
            where T : struct, IReal<T> => logInput ? OfLogarithm(x, y) : OfRate(x, y);

        T OfRate<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T rate = x + T.Const(epsilon);
            T log = Guards.Weighable(T.Log(rate), y);
            T share = y / T.Select(T.Equal(y, T.Const(0)), T.Const(1), rate);
            return T.WithSlope(T.WithSlope(T.Detach(x - (y * log)), x, T.Const(1) - share), y, -log);
        }

        // 0 · ∞ is 0: a rate of 0 gives no count for certain. Of large x it is x (eˣ/x − y), with the root of eˣ taken twice.
        static T OfLogarithm<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T isLarge = T.Less(T.Const(Large), x);
            T held = T.Select(isLarge, Guards.Within(Infinite, x), T.Const(1));
            T e = T.Exp(T.Select(isLarge, T.Const(0.5) * x, x));
            T loss = T.Select(isLarge, held * ((e / held * e) - y), e - (y * Guards.Weighable(x, y)));
            T slope = T.Select(isLarge, e * (e - (y / T.Select(isLarge, e, T.Const(1)))), e - y);
            slope = T.WithSlope(T.WithSlope(T.Detach(slope), x, T.Select(isLarge, e * e, e)), y, T.Const(-1));
            return T.WithSlope(T.WithSlope(T.Detach(loss), x, slope), y, -x);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        T Full<T>(T x, T y)
            where T : struct, IReal<T>
        {
            // Each branch gets a prediction that is its own: what overflows in the one not taken would be a NaN in the derivatives.
            T isSmall = T.LessOrEqual(y, T.Const(1));
            (T zero, T one) = (T.Const(0), T.Const(1));
            T plain = Plain(T.Select(isSmall, x, zero), T.Select(isSmall, y, zero));
            (T prediction, T count) = (T.Select(isSmall, one, x), T.Select(isSmall, one, y));
            return T.Select(isSmall, plain, logInput ? FullOfLogarithm(prediction, count) : FullOfRate(prediction, count));
        }

        // With Stirling's term y (e^d − 1 − d) + ½ ln(2π y), d = x − ln y: separate terms would cancel at large counts.
        static T FullOfLogarithm<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T distance = x - T.Log(y);
            T relative = T.Expm1(distance);

            // Far off the digits of eˣ are those of x, and not of the difference.
            T isDirect = T.Select(T.Less(T.Const(1), distance), T.Less(x, T.Const(Large)), T.Less(x, x));
            T excess = T.Select(isDirect, T.Exp(T.Select(isDirect, x, T.Const(0))) - y, y * relative);
            T loss = T.Select(isDirect, excess - (y * distance), y * (relative - distance)) + HalfLog(y);
            return T.WithSlope(T.WithSlope(T.Detach(loss), x, excess), y, (T.Const(0.5) / y) - distance);
        }

        // Likewise (x − y) − y ln((x + ε) / y) + ½ ln(2π y).
        T FullOfRate<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T rate = x + T.Const(epsilon);
            T excess = x - y;
            T relative = (excess + T.Const(epsilon)) / y;
            T isLow = T.Less(relative, T.Const(-0.5));
            T log = T.Select(isLow, T.Log(rate) - T.Log(y), T.Log1p(T.Select(isLow, T.Const(0), relative)));
            T loss = (y * ((excess / y) - log)) + HalfLog(y);
            return T.WithSlope(T.WithSlope(T.Detach(loss), x, (excess + T.Const(epsilon)) / rate), y, (T.Const(0.5) / y) - log);
        }

        static T HalfLog<T>(T y)
            where T : struct, IReal<T> => T.Const(0.5) * (T.Log(y) + T.Const(Math.Log(2 * Math.PI)));

        static T Stirling<T>(T y)
            where T : struct, IReal<T> => T.Select(T.LessOrEqual(y, T.Const(1)), T.Const(0), (y * T.Log(y)) - y + HalfLog(y));
    }
}
