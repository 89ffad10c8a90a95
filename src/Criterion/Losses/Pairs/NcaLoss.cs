using System.Runtime.CompilerServices;
using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Neighbourhood component analysis: ℓ = −ln of the probability that a neighbour of the anchor has its label, where neighbours are drawn by
/// the softmax of −d²/τ over all other rows.
/// </summary>
/// <remarks>
/// With the cosine the softmax is of −d/τ, where d = 1 − s: that of s/τ. The loss is computed from logarithms, so that it and its gradient
/// remain finite where all positives are far away. An anchor without a positive does not count; without a negative its loss is 0. With one
/// positive for each anchor the loss is InfoNCE. The equivalent of pytorch-metric-learning is NCALoss, whose softmax_scale is 1/τ. The
/// matrix of distances is never in memory.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "embeddings [N, D], labels [N] → scalar",
    Source = "Goldberger et al., Neighbourhood components analysis, 2004; the logarithm: Salakhutdinov, Hinton, 2007",
    Alternatives = "ProxyNcaLoss compares with a proxy of each class instead of other rows.")]
public sealed record NcaLoss : AnchorLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="temperature">τ, the divisor of the squared distances; must be positive. Default: 1.</param>
    /// <param name="distance">The distance of two rows. Default: Euclidean.</param>
    /// <param name="activeOnly">
    /// Whether the mean is over the anchors with a loss above 0, instead of all anchors that count. Default: false.
    /// </param>
    /// <param name="reduction">
    /// How the anchors are reduced; None is the loss of each, <c>[N]</c>, and 0 for an anchor that does not count. Default: Mean.
    /// </param>
    public NcaLoss(
        double temperature = 1,
        EmbeddingDistance distance = EmbeddingDistance.Euclidean,
        bool activeOnly = false,
        Reduction reduction = Reduction.Mean)
        : base(distance, activeOnly, reduction) => Temperature = temperature;

    /// <summary>
    /// <inheritdoc cref="NcaLoss(double, EmbeddingDistance, bool, Reduction)"
    /// path="/param[@name='temperature']/node()"/>
    /// </summary>
    public double Temperature { get; init => field = Require.Positive(value, nameof(NcaLoss)); }

    /// <inheritdoc/>
    public override string ToLatex() =>
        $@"-\ln\left(\frac{{\sum_p e^{{{Formula.Own(new Latex("d_{ap}"))}}}}}{{\sum_j e^{{{Formula.Own(new Latex("d_{aj}"))}}}}}\right)";

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
    [
        new("one positive, one negative at 1", "d", 0, 2, d => Formula.Loss(
            Formula.Own(new TensorReal(d)), Formula.Other(new TensorReal(Tensor.OnesLike(d)))).ToTensor(d)),
    ];

    Neighbour Formula => new(Temperature, Distance != EmbeddingDistance.Cosine);

    static AnchorSelection Selection => new(needsPositives: true, needsNegatives: false);

    private protected override (double Value, double GradientScale) Sum(LabeledRows rows, Tensor?[] gradients, out PairRowTotals totals) =>
        Sum(Formula, Selection, rows, gradients, out totals);

    private protected override Tensor Compose(LabeledRows rows) => Compose(Formula, Selection, rows);

    /// <summary>The logit −d²/τ, or −d/τ of distances that are linear in the similarity.</summary>
    readonly struct Neighbour(double temperature, Flag isSquared) : IClassFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Own<T>(T s)
            where T : struct, IReal<T> => (isSquared ? -(s * s) : -s) / temperature;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Other<T>(T s)
            where T : struct, IReal<T> => Own(s);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Loss<T>(T own, T others)
            where T : struct, IReal<T> => T.Softplus(others - own);
    }
}
