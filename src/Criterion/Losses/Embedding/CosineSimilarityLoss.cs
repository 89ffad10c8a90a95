using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>One minus the cosine similarity of prediction and target: ℓ = 1 − x·y / (max(‖x‖, ε) max(‖y‖, ε)), in [0, 2].</summary>
/// <remarks>
/// Lengths have no effect. The gradient is inversely proportional to ‖x‖, and 0 where prediction and target are parallel or opposite. A row
/// of zeros, whose norm is clamped to ε, has a similarity of 0 and a gradient of up to 1/ε: large but finite. The similarity is that of
/// <c>torch.nn.CosineSimilarity</c>.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "prediction, target [..., D] → scalar",
    PyTorch = "torch.nn.CosineSimilarity (the similarity; the loss is 1 minus it)",
    Alternatives = "CosineEmbeddingLoss also pushes dissimilar pairs apart; MSELoss where lengths matter.")]
public sealed record CosineSimilarityLoss : RowLoss, IPredictionLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="dim">The dimension of the vectors. Default: −1.</param>
    /// <param name="epsilon">The lower bound of the norms; must be positive. Default: 1e-8.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public CosineSimilarityLoss(int dim = -1, double epsilon = 1e-8, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Dim, Epsilon) = (dim, epsilon);

    /// <summary><inheritdoc cref="CosineSimilarityLoss(int, double, Reduction)" path="/param[@name='dim']/node()"/></summary>
    public int Dim { get; init; }

    /// <summary><inheritdoc cref="CosineSimilarityLoss(int, double, Reduction)" path="/param[@name='epsilon']/node()"/></summary>
    public double Epsilon { get; init => field = Require.Positive(value, nameof(CosineSimilarityLoss)); }

    /// <inheritdoc/>
    protected internal override RowFormula Formula => RowFormula.From(new Cosine(Epsilon));

    /// <summary>Computes the loss of rows.</summary>
    /// <param name="prediction">The prediction, [D], [N, D] or any other shape with vectors along <see cref="Dim"/>.</param>
    /// <param name="target">The target, of the same shape.</param>
    /// <returns>A scalar, or the shape without that dimension with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ, or the dimension does not exist.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        CheckSameShape(prediction, target);
        return Evaluate([RowsLast(prediction, Dim), RowsLast(target, Dim)]);
    }

    internal override FusedLoss? EvaluateFused(in FusedInputs inputs) =>
        inputs.AreOfOneShape && inputs.X.Rank > 0 && (Dim == -1 || Dim == inputs.X.Rank - 1) ? FuseRows(inputs, inputs.X.Shape[-1]) : null;

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [new("any lengths", "angle", -Math.PI, Math.PI, angle =>
    {
        (Tensor x1, Tensor x2) = RowsAtAngle.Pair(angle);
        return Formula.Rows([x1, x2]);
    })];

    /// <summary>1 − x·y / (max(‖x‖, ε) max(‖y‖, ε)).</summary>
    internal readonly struct Cosine(double epsilon) : IRowFormula
    {
        public static int Arity => 2;

        public static bool Cancels(Statistics<Real> sums) => NearlyParallel.Are(sums);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T> => Statistics<T>.Of(a * b, a * a, b * b);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T> => 1 - Similarity(sums);

        /// <summary>Computes x·y / (max(‖x‖, ε) max(‖y‖, ε)) from the sums of a row.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Similarity<T>(Statistics<T> sums)
            where T : struct, IReal<T>
        {
            T least = T.Const(epsilon * epsilon);
            return sums.First / (T.Sqrt(T.Max(sums.Second, least)) * T.Sqrt(T.Max(sums.Third, least)));
        }
    }
}
