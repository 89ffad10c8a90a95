using System.Runtime.CompilerServices;
using Criterion.Formulas;

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
    Twin = "torch.nn.PoissonNLLLoss",
    Alternatives = "MSELoss of square roots where counts are large; GaussianNLLLoss where the spread is not that of counts.")]
public sealed record PoissonNLLLoss(bool LogInput = true, bool Full = false, double Epsilon = 1e-8, Reduction Reduction = Reduction.Mean)
    : PointwiseLoss<PoissonNLLLoss.NegativeLogLikelihood>(Reduction)
{
    /// <summary>Keeps ln finite for a rate of 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double Epsilon { get; init => field = Checked(value); } = Checked(Epsilon);

    /// <inheritdoc/>
    protected internal override NegativeLogLikelihood Formula => new(LogInput, Full, Epsilon);

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
            CheckRange(prediction, 0, double.PositiveInfinity, "a rate, 0 or more (set LogInput for logarithms of rates)");
        }
    }

    static double Checked(double epsilon) => Require.NotNegative(epsilon, nameof(PoissonNLLLoss), nameof(Epsilon));

    /// <summary>eˣ − y x, or x − y ln(x + Epsilon), and Stirling's term where asked for.</summary>
    public readonly struct NegativeLogLikelihood(bool logInput, bool full, double epsilon) : IBinaryFormula
    {
        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T loss = logInput ? T.Exp(x) - (y * x) : x - (y * T.Log(x + T.Const(epsilon)));
            return full ? loss + Stirling(y) : loss;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static T Stirling<T>(T y)
            where T : struct, IReal<T>
        {
            // Where it is not wanted the logarithm is taken of 1, so that no infinity gets into the derivatives.
            T small = T.LessOrEqual(y, T.Const(1));
            T log = T.Log(Piecewise.Unless(small, T.Const(1), y));
            T term = (y * log) - y + (T.Const(0.5) * (log + T.Const(Math.Log(2 * Math.PI))));
            return T.Select(small, T.Const(0), term);
        }
    }
}
