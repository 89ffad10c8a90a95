using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Negative log-likelihood of counts under a Poisson distribution: ℓ = eˣ − y x for a log-rate x, or ℓ = x − y ln(x + Epsilon) for a rate
/// x.
/// </summary>
/// <remarks>
/// Both omit ln y!, so the loss may be negative. Full adds Stirling's approximation of it, y ln y − y + ½ ln(2π y), for targets above 1;
/// the gradient by the target jumps at 1. PyTorch equivalent: <c>torch.nn.PoissonNLLLoss</c>; unlike it, a negative target or rate throws.
/// </remarks>
[Catalogue(
    LossFamily.Regression,
    Shapes = "prediction, target of one shape → scalar",
    Source = "Stirling's term: de Moivre, Stirling, 1730",
    PyTorch = "torch.nn.PoissonNLLLoss",
    Alternatives = "MSELoss of square roots where counts are large; GaussianNLLLoss where the variance does not equal the mean.")]
public sealed record PoissonNLLLoss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="logInput">Whether the prediction is a log-rate (any number) rather than a rate (0 or more). Default: true.</param>
    /// <param name="full">Whether Stirling's term is added. Default: false.</param>
    /// <param name="epsilon">
    /// Keeps the logarithm finite for a rate of 0; must be 0 or more. Used without LogInput only. Default: 1e-8.
    /// </param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public PoissonNLLLoss(bool logInput = true, bool full = false, double epsilon = 1e-8, Reduction reduction = Reduction.Mean)
        : base(reduction) => (LogInput, Full, Epsilon) = (logInput, full, epsilon);

    /// <summary><inheritdoc cref="PoissonNLLLoss(bool, bool, double, Reduction)" path="/param[@name='logInput']/node()"/></summary>
    public bool LogInput { get; init; }

    /// <summary><inheritdoc cref="PoissonNLLLoss(bool, bool, double, Reduction)" path="/param[@name='full']/node()"/></summary>
    public bool Full { get; init; }

    /// <summary><inheritdoc cref="PoissonNLLLoss(bool, bool, double, Reduction)" path="/param[@name='epsilon']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Epsilon { get; init => field = Require.NonNegative(value, nameof(PoissonNLLLoss)); }

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

    /// <summary>eˣ − y x, or x − y ln(x + Epsilon), plus Stirling's term with full.</summary>
    internal readonly struct NegativeLogLikelihood(Flag logInput, Flag full, double epsilon) : IBinaryFormula
    {
        // Above this eˣ may overflow though the loss does not.
        const double Large = 64;
        const double Infinite = 1e30;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            if (T.IsText)
            {
                T loss = logInput ? T.Exp(x) - (y * x) : x - (y * T.Log(x + epsilon));
                return full ? loss + Stirling(y) : loss;
            }

            if (full)
            {
                return Full(x, y);
            }

            T isFar = T.Abs(x) > Large;
            return logInput && !T.Any(isFar) ? T.Exp(x) - (y * x) : Plain(x, y);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        T Plain<T>(T x, T y)
            where T : struct, IReal<T> => logInput ? LogRateLoss(x, y) : RateLoss(x, y);

        T RateLoss<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T rate = x + epsilon;
            T log = Guards.Weighable(T.Log(rate), y);
            T share = y / T.Select(T.Equal(y, T.Zero), 1, rate);
            return T.WithSlope(T.WithSlope(T.Detach(x - (y * log)), x, 1 - share), y, -log);
        }

        // 0 · ∞ is 0: with a rate of 0 the count is 0 with certainty. For large x the loss is x (eˣ/x − y), with √eˣ as a factor twice.
        static T LogRateLoss<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T isLarge = x > Large;
            T bounded = T.Select(isLarge, Guards.Clamp(Infinite, x), 1);
            T e = T.Exp(T.Select(isLarge, 0.5 * x, x));
            T loss = T.Select(isLarge, bounded * ((e / bounded * e) - y), e - (y * Guards.Weighable(x, y)));
            T slope = T.Select(isLarge, e * (e - (y / T.Select(isLarge, e, 1))), e - y);
            slope = T.WithSlope(T.WithSlope(T.Detach(slope), x, T.Select(isLarge, e * e, e)), y, T.Const(-1));
            return T.WithSlope(T.WithSlope(T.Detach(loss), x, slope), y, -x);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        T Full<T>(T x, T y)
            where T : struct, IReal<T>
        {
            // Each branch gets its own prediction: an overflow in the branch not taken would be NaN in the derivatives.
            T isSmall = y <= 1;
            (T zero, T one) = (T.Zero, T.One);
            T plain = Plain(T.Select(isSmall, x, zero), T.Select(isSmall, y, zero));
            (T prediction, T count) = (T.Select(isSmall, one, x), T.Select(isSmall, one, y));
            return T.Select(isSmall, plain, logInput ? FullLogRateLoss(prediction, count) : FullRateLoss(prediction, count));
        }

        // With Stirling's term: y (e^d − 1 − d) + ½ ln(2π y), d = x − ln y: separate terms would cancel at large counts.
        static T FullLogRateLoss<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T distance = x - T.Log(y);
            T relative = T.Expm1(distance);

            // For large distances eˣ is accurate to the digits of x, not of the difference.
            T isDirect = T.Select(distance > 1, x < Large, T.Less(x, x));
            T excess = T.Select(isDirect, T.Exp(T.Select(isDirect, x, 0)) - y, y * relative);
            T loss = T.Select(isDirect, excess - (y * distance), y * (relative - distance)) + HalfLog(y);
            return T.WithSlope(T.WithSlope(T.Detach(loss), x, excess), y, (0.5 / y) - distance);
        }

        // Likewise (x − y) − y ln((x + ε) / y) + ½ ln(2π y).
        T FullRateLoss<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T rate = x + epsilon;
            T excess = x - y;
            T relative = (excess + epsilon) / y;
            T isLow = relative < -0.5;
            T log = T.Select(isLow, T.Log(rate) - T.Log(y), T.Log1p(T.Select(isLow, 0, relative)));
            T loss = (y * ((excess / y) - log)) + HalfLog(y);
            return T.WithSlope(T.WithSlope(T.Detach(loss), x, (excess + epsilon) / rate), y, (0.5 / y) - log);
        }

        static T HalfLog<T>(T y)
            where T : struct, IReal<T> => 0.5 * (T.Log(y) + Math.Log(2 * Math.PI));

        static T Stirling<T>(T y)
            where T : struct, IReal<T> => T.Select(y <= 1, 0, (y * T.Log(y)) - y + HalfLog(y));
    }
}
