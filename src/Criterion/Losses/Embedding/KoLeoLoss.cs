using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Spreads embeddings by the differential entropy that their nearest neighbours estimate (Kozachenko–Leonenko): ℓᵢ = −ln(‖xᵢ − x_n‖ + ε),
/// where n is the nearest other row of row i.
/// </summary>
/// <remarks>
/// The gradient pushes both rows of a pair apart, with a force inversely proportional to their distance. Equal rows have the loss −ln ε and
/// no direction, so their gradient is 0. Neighbours are found by dot products: in single precision, of rows nearer to each other than about
/// 1/1,000 of their length, not always the nearest is chosen. The matrix of distances is never in memory.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "embeddings [N, D], N ≥ 2 → scalar",
    Source = "Sablayrolles et al., Spreading vectors for similarity search, 2019, equation 2",
    Alternatives = "UniformityLoss spreads by all pairs.")]
public sealed record KoLeoLoss : Loss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="normalized">Whether rows are brought to length 1 first. Default: true.</param>
    /// <param name="epsilon">ε, added to each distance; must be positive. Default: 1e-8.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public KoLeoLoss(bool normalized = true, double epsilon = 1e-8, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Normalized, Epsilon) = (normalized, epsilon);

    /// <summary><inheritdoc cref="KoLeoLoss(bool, double, Reduction)" path="/param[@name='normalized']/node()"/></summary>
    public bool Normalized { get; init; }

    /// <summary><inheritdoc cref="KoLeoLoss(bool, double, Reduction)" path="/param[@name='epsilon']/node()"/></summary>
    public double Epsilon { get; init => field = Require.Positive(value, nameof(KoLeoLoss)); }

    /// <summary>Computes the loss of embeddings.</summary>
    /// <param name="embeddings">The embeddings, [N, D].</param>
    /// <returns>A scalar, or the loss of each row with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The embeddings are not a matrix.</exception>
    /// <exception cref="LossException">There are fewer than two rows.</exception>
    public Tensor Forward(Tensor embeddings)
    {
        if (SpreadRows.ForTooFew(Name, embeddings, OnEmpty) is { } empty)
        {
            return empty;
        }

        Tensor rows = Normalized ? UnitRows.Of(embeddings) : embeddings;
        return Reduce(TensorFormula.Rows(new NegativeLogDistance(Epsilon), [rows, rows.IndexSelect(0, TensorFormula.NearestRows(rows))]));
    }

    /// <inheritdoc/>
    public override string ToLatex() => TensorFormula.ToLatex(new NegativeLogDistance(Epsilon), ["x", "n"], "");

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [new("one feature", "distance to the nearest row", 0.01, 2, d =>
        TensorFormula.Rows(new NegativeLogDistance(Epsilon), [d.Unsqueeze(-1), Tensor.ZerosLike(d).Unsqueeze(-1)]))];

    /// <summary>−ln(√Σ (a − b)² + ε).</summary>
    internal readonly struct NegativeLogDistance(double epsilon) : IRowFormula
    {
        public static int Arity => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T>
        {
            T difference = a - b;
            return Statistics<T>.Of(difference * difference);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T> => -T.Log(T.PowOrZero(sums.First, 0.5) + epsilon);
    }
}
