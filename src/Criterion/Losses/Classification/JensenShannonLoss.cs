using System.Runtime.CompilerServices;
using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// The Jensen–Shannon divergence of two rows of logits: ℓ = ½ Σⱼ pⱼ ln(pⱼ / mⱼ) + ½ Σⱼ qⱼ ln(qⱼ / mⱼ), m = (p + q) / 2, p and q their
/// softmax.
/// </summary>
/// <remarks>
/// Symmetric, in [0, ln 2] and always finite: a class that one side excludes with a logit of −∞ adds at most ln 2. Far from the target the
/// gradient vanishes, unlike that of <see cref="KlFromLogitsLoss"/>.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction, target [N, C, ...] or [C] of logits → scalar",
    Source = "Lin, Divergence measures based on the Shannon entropy, 1991",
    Alternatives = "KlFromLogitsLoss for a fixed target that the prediction must cover; its gradient does not vanish far from the target.")]
public sealed record JensenShannonLoss : SoftmaxLoss, IPredictionLoss, IDivergenceLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="dim">The class dimension; for [C] the only one. Default: 1.</param>
    /// <param name="reduction">How per-element losses are reduced; the mean is over rows, never over classes. Default: Mean.</param>
    public JensenShannonLoss(int dim = 1, Reduction reduction = Reduction.Mean)
        : base(reduction) => Dim = dim;

    /// <summary><inheritdoc cref="JensenShannonLoss(int, Reduction)" path="/param[@name='dim']/node()"/></summary>
    public int Dim { get; init; }

    /// <inheritdoc/>
    protected internal override SoftmaxFormula Formula => SoftmaxFormula.From(default(Divergence));

    /// <inheritdoc/>
    protected override string TargetName => @"\ln q_j";

    /// <summary>Computes the divergence of logits.</summary>
    /// <param name="prediction">The logits, [N, C, …] or [C].</param>
    /// <param name="target">The target's logits, of the same shape.</param>
    /// <returns>A scalar, or the divergence of each row with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ, or the dimension does not exist.</exception>
    /// <exception cref="LossException">The batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        CheckSameShape(prediction, target);
        return EvaluateRows(prediction, target, ClassDimOf(prediction, Dim), SoftmaxTarget.Logits);
    }

    internal override FusedLoss? EvaluateFused(in FusedInputs inputs) => inputs.X.Rank == 1 || Dim == 1
        ? FuseRows(inputs, ClassDim(inputs.X), SoftmaxTargetKind.Logits)
        : null;

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        [FirstLogitCurve("q = (0.67, 0.24, 0.09)", (this with { Dim = 1, Reduction = Reduction.None }).Forward)];

    /// <summary>½ p ln(p / m) + ½ q ln(q / m), where ln(m / p) = softplus(d) − ln 2 and ln(m / q) is d less, d = ln q − ln p.</summary>
    internal readonly struct Divergence : ISoftmaxFormula
    {
        // Below the logarithm of every positive number.
        const double FiniteLogOfZero = -1e4;

        public static bool VanishesWithTarget => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T a, T p, T b, T q)
            where T : struct, IReal<T>
        {
            T across = Finite(b) - Finite(a);
            T ofFirst = Math.Log(2) - T.Softplus(across);
            return 0.5 * ((p * ofFirst) + (q * (ofFirst + across)));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static T Finite<T>(T x)
            where T : struct, IReal<T> => T.Select(T.Equal(x, T.Const(double.NegativeInfinity)), FiniteLogOfZero, x);
    }
}
