using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Cross-entropy of cosines with a margin of the angle (ArcFace): the logit of the own class is λ cos(θ_y + m), those of others are λ cos
/// θ, where θ are the angles between an embedding and the class weights.
/// </summary>
/// <remarks>
/// Where θ + m exceeds 180° the logit is λ (cos θ − m sin m), so that it still falls as the angle grows. The slope of sin θ in cos θ is
/// infinite where the cosine is exactly 1 or −1; there it is taken as 0, so that no gradient is NaN. With several centres of a class
/// (sub-centres) the most similar one counts, which keeps outliers and mislabelled images away from the centre of the others. The margin is
/// in radians: pytorch-metric-learning's default of 28.6° is 0.5. A matrix of more than 16 million cosines is never in memory.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "embeddings [N, D], labels [N], weights [C · centres, D] → scalar",
    Source = "Deng et al., ArcFace: additive angular margin loss for deep face recognition, 2019, equation 3; "
        + "Deng et al., Sub-center ArcFace, 2020, equation 3",
    Alternatives = "CosFaceLoss subtracts the margin from the cosine; NormalizedSoftmaxLoss has none.")]
public sealed record ArcFaceLoss : ClassWeightLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="margin">m, the angle added to that of the own class, in radians; must be in [0, π]. Default: 0.5.</param>
    /// <param name="scale">λ, the factor of the cosines, the inverse of a temperature; must be positive. Default: 64.</param>
    /// <param name="centres">The number of weights of each class; must be at least 1. Default: 1.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public ArcFaceLoss(double margin = 0.5, double scale = 64, int centres = 1, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Margin, Scale, Centres) = (margin, scale, centres);

    /// <summary><inheritdoc cref="ArcFaceLoss(double, double, int, Reduction)" path="/param[@name='margin']/node()"/></summary>
    public double Margin
    {
        get;
        init => field = Require.That(value is >= 0 and <= Math.PI, value, nameof(ArcFaceLoss), "in [0, π], an angle in radians");
    }

    /// <summary><inheritdoc cref="ArcFaceLoss(double, double, int, Reduction)" path="/param[@name='scale']/node()"/></summary>
    public double Scale { get; init => field = Require.Positive(value, nameof(ArcFaceLoss)); }

    /// <summary><inheritdoc cref="ArcFaceLoss(double, double, int, Reduction)" path="/param[@name='centres']/node()"/></summary>
    public int Centres { get; init => field = Require.AtLeast(1, value, nameof(ArcFaceLoss)); }

    /// <inheritdoc/>
    public override string ToLatex() => LatexOf(new AngularMargin(Margin, Scale), @"\theta");

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [CurveOf(new AngularMargin(Margin, Scale))];

    private protected override int CentresPerClass => Centres;

    private protected override Tensor EachRow(Tensor rows, Tensor labels, Tensor weights) =>
        Evaluate(new AngularMargin(Margin, Scale), rows, labels, weights);

    /// <summary>The logits λ cos(θ + m) and λ cos θ of s = cos θ. In text, s is the angle.</summary>
    readonly struct AngularMargin(double margin, double scale) : IClassFormula
    {
        readonly double _sin = Math.Sin(margin);
        readonly double _cos = Math.Cos(margin);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Own<T>(T s)
            where T : struct, IReal<T>
        {
            if (T.IsText)
            {
                return scale * T.Cos(s + margin);
            }

            // θ + m ≤ π is cos θ ≥ −cos m.
            T sine = T.PowOrZero(T.Max((1 - s) * (1 + s), T.Zero), 0.5);
            T turned = (_cos * s) - (_sin * sine);
            return scale * T.Select(s < -_cos, s - (margin * _sin), turned);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Other<T>(T s)
            where T : struct, IReal<T> => scale * (T.IsText ? T.Cos(s) : s);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Loss<T>(T own, T others)
            where T : struct, IReal<T> => T.Softplus(others - own);
    }
}
