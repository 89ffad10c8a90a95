using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>The options of <see cref="CosineEmbeddingLoss"/>.</summary>
/// <param name="Margin">Dissimilar pairs cost nothing below this similarity; in [−1, 1], best in [0, 0.5].</param>
/// <param name="Reduction">What becomes of the losses of single pairs.</param>
/// <param name="PositiveMargin">Similar pairs cost nothing above this similarity; 1 asks for the same direction.</param>
public sealed record CosineEmbeddingLossOptions(double Margin = 0, Reduction Reduction = Reduction.Mean, double PositiveMargin = 1);

/// <summary>
/// Brings similar pairs together and drives dissimilar ones apart by the cosine c = x₁·x₂ / √((‖x₁‖² + ε)(‖x₂‖² + ε)), ε = 10⁻¹²:
/// ℓ = max(0, PositiveMargin − c) for y = 1 and max(0, c − margin) for y = −1.
/// </summary>
/// <remarks>
/// With the default PositiveMargin of 1 the first branch is 1 − c, as in <c>torch.nn.CosineEmbeddingLoss</c>, whose twin this is.
/// Unlike there, a target that is neither 1 nor −1 is an error and shapes must be the same. A row of zeros has c = 0.
/// </remarks>
public sealed record CosineEmbeddingLoss : RowLoss<CosineEmbeddingLoss.CosineMargin>
{
    /// <summary>A loss with the given options.</summary>
    /// <param name="margin">Dissimilar pairs cost nothing below this similarity; in [−1, 1], best in [0, 0.5].</param>
    /// <param name="reduction">What becomes of the losses of single pairs.</param>
    /// <param name="positiveMargin">Similar pairs cost nothing above this similarity.</param>
    /// <exception cref="ArgumentOutOfRangeException">A margin is not in [−1, 1].</exception>
    public CosineEmbeddingLoss(double margin = 0, Reduction reduction = Reduction.Mean, double positiveMargin = 1)
        : base(reduction)
    {
        Margin = Cosine(margin, nameof(margin));
        PositiveMargin = Cosine(positiveMargin, nameof(positiveMargin));
    }

    /// <summary>A loss with the given options.</summary>
    public CosineEmbeddingLoss(CosineEmbeddingLossOptions options)
        : this((options ?? throw new ArgumentNullException(nameof(options))).Margin, options.Reduction, options.PositiveMargin)
    {
    }

    /// <summary>Dissimilar pairs cost nothing below this similarity.</summary>
    public double Margin { get; }

    /// <summary>Similar pairs cost nothing above this similarity.</summary>
    public double PositiveMargin { get; }

    /// <inheritdoc/>
    protected internal override CosineMargin Formula => new(Margin, PositiveMargin);

    /// <summary>The loss of pairs.</summary>
    /// <param name="x1">[N, D], or [D] for a single pair.</param>
    /// <param name="x2">The same shape.</param>
    /// <param name="target">[N], or a scalar or [1] for a single pair: 1 for similar, −1 for dissimilar.</param>
    /// <returns>A scalar, or one loss for each pair with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">Shapes do not go together.</exception>
    /// <exception cref="LossException">A target is neither 1 nor −1, or the batch is empty.</exception>
    public Tensor Forward(Tensor x1, Tensor x2, Tensor target)
    {
        CheckSameShape(x1, x2);
        ArgumentNullException.ThrowIfNull(target);
        bool fits = x1.Rank switch
        {
            1 => target.Count == 1 && target.Rank <= 1,
            2 => target.Shape == [x1.Shape[0]],
            _ => false,
        };
        if (!fits)
        {
            throw new ShapeException(
                $"CosineEmbeddingLoss: x1 {x1.Shape} and target {target.Shape} do not go together: [N, D] goes with [N], [D] with a scalar. Reshape the target, or flatten the embeddings.");
        }

        CheckValues(target, target.Detach().Abs().NotEqualTo(Tensor.Scalar(1, DType.Int64)), "1 (similar) or −1 (dissimilar)");
        return Evaluate([x1, x2], target);
    }

    static double Cosine(double margin, string name) => margin is >= -1 and <= 1
        ? margin
        : throw new ArgumentOutOfRangeException(name, margin, $"CosineEmbeddingLoss: {name} is a cosine and must be in [−1, 1].");

    /// <summary>max(0, PositiveMargin − c) for t = 1, max(0, c − margin) for t = −1.</summary>
    public readonly struct CosineMargin(double margin, double positiveMargin) : IRowFormula
    {
        const double Epsilon = 1e-12;

        /// <inheritdoc/>
        public static int Inputs => 2;

        /// <inheritdoc/>
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T> => Statistics<T>.Of(a * b, a * a, b * b);

        /// <inheritdoc/>
        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T>
        {
            T epsilon = T.Const(Epsilon);
            T cosine = sums.First / T.Sqrt((sums.Second + epsilon) * (sums.Third + epsilon));

            // A cosine is never above 1: at that margin rounding must not switch the gradient off.
            T similar = positiveMargin == 1 ? T.Const(1) - cosine : Hinge(T.Const(positiveMargin) - cosine);
            return T.Select(T.Less(T.Const(0), t), similar, Hinge(cosine - T.Const(margin)));
        }

        // At the hinge the gradient is that of the right, as PyTorch's clamp has it.
        static T Hinge<T>(T x)
            where T : struct, IReal<T> => T.Select(T.Less(x, T.Const(0)), T.Const(0), x);
    }
}
