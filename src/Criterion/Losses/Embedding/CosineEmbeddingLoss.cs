using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Specifies the cosine with a row of zeros, whose direction is undefined.</summary>
public enum ZeroVectors
{
    /// <summary>
    /// 0, by adding ε = 10⁻¹² to each squared norm. The gradient by the row of zeros is x̂₂ · 10⁶: finite, but large enough to disrupt
    /// training.
    /// </summary>
    PyTorch,

    /// <summary>0 with a gradient of 0. All other cosines are exact, without ε.</summary>
    ZeroGradient,
}

/// <summary>The options of <see cref="CosineEmbeddingLoss"/>, which checks them.</summary>
public sealed record CosineEmbeddingLossOptions
{
    /// <summary>
    /// Gets the cosine below which dissimilar pairs have zero loss, in [−1, 1]; 0 to 0.5 is recommended. Default: 0.
    /// </summary>
    public double Margin { get; init; }

    /// <summary>Gets the reduction of per-element losses. Default: Mean.</summary>
    public Reduction Reduction { get; init; }

    /// <summary>Gets the cosine above which similar pairs have zero loss, in [−1, 1]; 1 requires the same direction. Default: 1.</summary>
    public double PositiveMargin { get; init; } = 1;

    /// <summary>Gets the cosine with a row of zeros. Default: PyTorch.</summary>
    public ZeroVectors ZeroVectors { get; init; }
}

/// <summary>
/// Pulls similar pairs together and pushes dissimilar ones apart by the cosine c = x₁·x₂ / √((‖x₁‖² + ε)(‖x₂‖² + ε)), ε = 10⁻¹²: ℓ = max(0,
/// PositiveMargin − c) for y = 1 and max(0, c − margin) for y = −1.
/// </summary>
/// <remarks>
/// With the default PositiveMargin of 1 the first branch is 1 − c, as in <c>torch.nn.CosineEmbeddingLoss</c>; PositiveMargin = Margin gives
/// max(0, margin − c). Unlike in PyTorch, a target that is neither 1 nor −1 throws and shapes must be the same. The gradient is inversely
/// proportional to the length of a row; <see cref="ZeroVectors"/> specifies it for a row of zeros, where c = 0. Dissimilar pairs below the
/// margin have a gradient of 0.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "x1, x2 [N, D], target [N] (1 or −1) → scalar",
    PyTorch = "torch.nn.CosineEmbeddingLoss",
    Alternatives = "CosineSimilarityLoss where all pairs are similar; ContrastiveLoss where lengths matter too; "
        + "TripletMarginLoss where only the order of distances is known.")]
public sealed record CosineEmbeddingLoss : PairLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="margin">
    /// The cosine below which dissimilar pairs have zero loss, in [−1, 1]; 0 to 0.5 is recommended. Default: 0.
    /// </param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    /// <param name="positiveMargin">
    /// The cosine above which similar pairs have zero loss, in [−1, 1]; 1 requires the same direction. Default: 1.
    /// </param>
    /// <param name="zeroVectors">The cosine with a row of zeros. Default: PyTorch.</param>
    /// <exception cref="ArgumentOutOfRangeException">A margin is not in [−1, 1].</exception>
    [JsonConstructor]
    public CosineEmbeddingLoss(
        double margin = 0, Reduction reduction = Reduction.Mean, double positiveMargin = 1, ZeroVectors zeroVectors = ZeroVectors.PyTorch)
        : base(reduction) =>
        (Margin, PositiveMargin, ZeroVectors) = (margin, positiveMargin, zeroVectors);

    /// <summary>Initializes the loss from options.</summary>
    public CosineEmbeddingLoss(CosineEmbeddingLossOptions options)
        : this(
            (options ?? throw new ArgumentNullException(nameof(options))).Margin,
            options.Reduction,
            options.PositiveMargin,
            options.ZeroVectors)
    {
    }

    /// <summary>Gets the cosine below which dissimilar pairs have zero loss.</summary>
    public double Margin { get; init => field = Cosine(value); }

    /// <summary>Gets the cosine above which similar pairs have zero loss.</summary>
    public double PositiveMargin { get; init => field = Cosine(value); }

    /// <summary>Gets the cosine with a row of zeros.</summary>
    public ZeroVectors ZeroVectors { get; init; }

    /// <inheritdoc/>
    protected internal override RowFormula Formula => RowFormula.From(new CosineMargin(Margin, PositiveMargin, ZeroVectors));

    /// <inheritdoc/>
    protected override string PerRowName => "y";

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => PairCurves("angle", -Math.PI, Math.PI, RowsAtAngle.Pair);

    static double Cosine(double margin, [CallerMemberName] string name = "") =>
        Require.That(margin is >= -1 and <= 1, margin, nameof(CosineEmbeddingLoss), "in [−1, 1], the range of a cosine", name);

    /// <summary>max(0, positiveMargin − c) for t = 1, max(0, c − margin) for t = −1.</summary>
    internal readonly struct CosineMargin(double margin, double positiveMargin, ZeroVectors zeroVectors) : IRowFormula
    {
        const double Epsilon = 1e-12;

        public static int Arity => 2;

        public static bool Cancels(Statistics<Real> sums) => NearlyParallel.Are(sums);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T> => Statistics<T>.Of(a * b, a * a, b * b);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T>
        {
            T cosine = Cosine(sums);

            // A cosine is at most 1: with that margin, rounding must not clip the loss and its gradient to 0.
            T similar = positiveMargin == 1 ? 1 - cosine : T.PositivePart(positiveMargin - cosine);
            return T.Select(t > 0, similar, T.PositivePart(cosine - margin));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        T Cosine<T>(Statistics<T> sums)
            where T : struct, IReal<T>
        {
            if (zeroVectors == ZeroVectors.ZeroGradient)
            {
                return sums.First * T.PowOrZero(sums.Second, -0.5) * T.PowOrZero(sums.Third, -0.5);
            }

            T epsilon = T.Const(Epsilon);
            return sums.First / T.Sqrt((sums.Second + epsilon) * (sums.Third + epsilon));
        }
    }
}
