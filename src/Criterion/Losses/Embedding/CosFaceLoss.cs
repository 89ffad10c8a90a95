using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Cross-entropy of cosines with an additive margin (CosFace, AM-softmax): the logit of the own class is λ (s_y − m), those of others are λ
/// s, where s are the cosines of an embedding and the class weights.
/// </summary>
/// <remarks>A matrix of more than 16 million cosines is never in memory. The scale moves results more than the margin does.</remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "embeddings [N, D], labels [N], weights [C, D] → scalar",
    Source = "Wang et al., CosFace: large margin cosine loss for deep face recognition, 2018, equation 4",
    Alternatives = "ArcFaceLoss adds the margin to the angle; NormalizedSoftmaxLoss has none.")]
public sealed record CosFaceLoss : ClassWeightLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="margin">m, by which the cosine of the own class is reduced; must be in [0, 2]. Default: 0.35.</param>
    /// <param name="scale">λ, the factor of the cosines, the inverse of a temperature; must be positive. Default: 64.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public CosFaceLoss(double margin = 0.35, double scale = 64, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Margin, Scale) = (margin, scale);

    /// <summary><inheritdoc cref="CosFaceLoss(double, double, Reduction)" path="/param[@name='margin']/node()"/></summary>
    public double Margin
    {
        get;
        init => field = Require.That(value is >= 0 and <= 2, value, nameof(CosFaceLoss), "in [0, 2], a difference of cosines");
    }

    /// <summary><inheritdoc cref="CosFaceLoss(double, double, Reduction)" path="/param[@name='scale']/node()"/></summary>
    public double Scale { get; init => field = Require.Positive(value, nameof(CosFaceLoss)); }

    /// <inheritdoc/>
    public override string ToLatex() => LatexOf(new CosineMargin(Margin, Scale));

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [CurveOf(new CosineMargin(Margin, Scale))];

    private protected override Tensor EachRow(Tensor rows, Tensor labels, Tensor weights) =>
        Evaluate(new CosineMargin(Margin, Scale), rows, labels, weights);

    /// <summary>The logits λ (s − m) and λ s.</summary>
    readonly struct CosineMargin(double margin, double scale) : IClassFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Own<T>(T s)
            where T : struct, IReal<T> => scale * (s - margin);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Other<T>(T s)
            where T : struct, IReal<T> => scale * s;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Loss<T>(T own, T others)
            where T : struct, IReal<T> => T.Softplus(others - own);
    }
}
