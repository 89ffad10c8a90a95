using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Cross-entropy of cosines: ℓ = −ln softmax(s / τ)_y, where s are the cosines of an embedding and the class weights. Embeddings of a class
/// gather around its weight.
/// </summary>
/// <remarks>
/// At τ = 1 the loss cannot come near 0, since cosines are at most 1. The smaller τ, the more only the nearest wrong classes count. A
/// matrix of more than 16 million cosines is never in memory.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "embeddings [N, D], labels [N], weights [C, D] → scalar",
    Source = "Zhai, Wu, Classification is a strong baseline for deep metric learning, 2019, equation 2",
    Alternatives = "CosFaceLoss and ArcFaceLoss add a margin between classes; LinearCrossEntropyLoss does not normalize.")]
public sealed record NormalizedSoftmaxLoss : ClassWeightLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="temperature">τ, the divisor of the cosines; must be positive. Default: 0.05.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public NormalizedSoftmaxLoss(double temperature = 0.05, Reduction reduction = Reduction.Mean)
        : base(reduction) => Temperature = temperature;

    /// <summary><inheritdoc cref="NormalizedSoftmaxLoss(double, Reduction)" path="/param[@name='temperature']/node()"/></summary>
    public double Temperature { get; init => field = Require.Positive(value, nameof(NormalizedSoftmaxLoss)); }

    /// <inheritdoc/>
    public override string ToLatex() => LatexOf(new Softmax(Temperature));

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [CurveOf(new Softmax(Temperature))];

    private protected override Tensor EachRow(Tensor rows, Tensor labels, Tensor weights) =>
        Evaluate(new Softmax(Temperature), rows, labels, weights);

    /// <summary>The logit s / τ of all classes.</summary>
    readonly struct Softmax(double temperature) : IClassFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Own<T>(T s)
            where T : struct, IReal<T> => s / temperature;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Other<T>(T s)
            where T : struct, IReal<T> => s / temperature;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Loss<T>(T own, T others)
            where T : struct, IReal<T> => T.Softplus(others - own);
    }
}
