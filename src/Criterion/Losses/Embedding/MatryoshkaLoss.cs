using System.Text.Json.Serialization;

namespace Criterion.Losses;

/// <summary>
/// Any loss of embeddings at several widths: Σ w_k ℓ(x_k), where x_k are the first d_k coordinates. Embeddings trained with it may be cut
/// to any of the widths, for smaller and faster search.
/// </summary>
/// <remarks>
/// The first coordinates of each row are brought to length 1 again after the cut, as they are when they are searched; a loss that
/// normalizes its rows itself gives the same with or without. A row of zeros stays zeros. The cost is the sum of those of all widths.
/// </remarks>
/// <example><code>
/// var matryoshka = new MatryoshkaLoss(levels: 4);
/// Tensor loss = matryoshka.Forward(x =&gt; new CosineSimilarityLoss().Forward(x, targets[.., ..x.Shape[1]]), embeddings);
/// </code></example>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "embeddings [N, D] → scalar",
    Source = "Kusupati et al., Matryoshka representation learning, 2022, equation 1",
    Alternatives = "CosineSimilarityLoss and other losses of embeddings alone train one width.")]
public sealed record MatryoshkaLoss : ICriterion
{
    /// <summary>Initializes the loss with D and its halves.</summary>
    /// <param name="levels">The number of widths D, D/2, D/4 …; must be at least 1. Default: 4.</param>
    /// <param name="normalized">Whether rows are brought to length 1 after the cut. Default: true.</param>
    [JsonConstructor]
    public MatryoshkaLoss(int levels = 4, bool normalized = true) => (Levels, Normalized) = (levels, normalized);

    /// <summary>Initializes the loss with given widths.</summary>
    /// <param name="widths">The widths, each at least 1, without repetition, in any order.</param>
    /// <param name="weights">The weight of each width, 0 or more. Default: 1 for all.</param>
    /// <exception cref="ArgumentException">There are no widths, one repeats, or there is another number of weights.</exception>
    public MatryoshkaLoss(IReadOnlyList<int> widths, IReadOnlyList<double>? weights = null)
        : this(1)
    {
        ArgumentNullException.ThrowIfNull(widths);
        (Levels, Widths, Weights) = (Math.Max(1, widths.Count), widths, weights);
        CheckCounts();
    }

    /// <summary><inheritdoc cref="MatryoshkaLoss(int, bool)" path="/param[@name='levels']/node()"/></summary>
    public int Levels { get; init => field = Require.AtLeast(1, value, nameof(MatryoshkaLoss)); }

    /// <summary><inheritdoc cref="MatryoshkaLoss(int, bool)" path="/param[@name='normalized']/node()"/></summary>
    public bool Normalized { get; init; }

    /// <summary>Gets the widths, or null for D and its halves.</summary>
    public IReadOnlyList<int>? Widths
    {
        get;
        init => field = value is null
            ? null
            : [.. value.Select(static width => Require.AtLeast(1, width, nameof(MatryoshkaLoss), nameof(Widths)))];
    }

    /// <summary>Gets the weight of each width, or null for 1.</summary>
    public IReadOnlyList<double>? Weights
    {
        get;
        init => field = value is null
            ? null
            : [.. value.Select(static weight => Require.NonNegative(weight, nameof(MatryoshkaLoss), nameof(Weights)))];
    }

    /// <summary>Computes the weighted sum of a loss at all widths.</summary>
    /// <param name="inner">The loss of embeddings of any width.</param>
    /// <param name="embeddings">The embeddings, [N, D].</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ShapeException">A width exceeds D, or D cannot be halved often enough.</exception>
    public Tensor Forward(Func<Tensor, Tensor> inner, Tensor embeddings) => Evaluate(inner, embeddings).Total;

    /// <summary>Computes the weighted sum of a loss of two matrices at all widths.</summary>
    /// <param name="inner">The loss of two matrices of any width.</param>
    /// <param name="queries">The first embeddings, [N, D].</param>
    /// <param name="keys">The second embeddings, [M, D].</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ShapeException">A width exceeds D, or D cannot be halved often enough.</exception>
    public Tensor Forward(Func<Tensor, Tensor, Tensor> inner, Tensor queries, Tensor keys) => Evaluate(inner, queries, keys).Total;

    /// <summary>Computes the weighted sum of a loss at all widths, and the value of each, named by its width.</summary>
    /// <inheritdoc cref="Forward(Func{Tensor, Tensor}, Tensor)"/>
    public LossReport Evaluate(Func<Tensor, Tensor> inner, Tensor embeddings)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(embeddings);
        return Sum(embeddings, width => inner(Cut(embeddings, width)));
    }

    /// <summary>Computes the weighted sum of a loss of two matrices at all widths, and the value of each, named by its width.</summary>
    /// <inheritdoc cref="Forward(Func{Tensor, Tensor, Tensor}, Tensor, Tensor)"/>
    public LossReport Evaluate(Func<Tensor, Tensor, Tensor> inner, Tensor queries, Tensor keys)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(keys);
        return queries.Rank > 0 && keys.Rank > 0 && queries.Shape[-1] == keys.Shape[-1]
            ? Sum(queries, width => inner(Cut(queries, width), Cut(keys, width)))
            : throw new ShapeException(
                $"MatryoshkaLoss: queries {queries.Shape} and keys {keys.Shape} differ in width. Pass embeddings of one network.");
    }

    /// <inheritdoc/>
    public string ToLatex() => Normalized
        ? @"\sum_k w_k \cdot \ell\left(\frac{x_k}{\left\|x_k\right\|}\right)"
        : @"\sum_k w_k \cdot \ell\left(x_k\right)";

    /// <inheritdoc/>
    public bool Equals(MatryoshkaLoss? other) => other is not null
        && (Levels, Normalized) == (other.Levels, other.Normalized)
        && (Widths ?? []).SequenceEqual(other.Widths ?? [])
        && (Weights ?? []).SequenceEqual(other.Weights ?? []);

    /// <inheritdoc/>
    public override int GetHashCode() => (Widths ?? []).Aggregate(HashCode.Combine(Levels, Normalized), HashCode.Combine);

    LossReport Sum(Tensor embeddings, Func<int, Tensor> lossAt)
    {
        int[] widths = WidthsOf(embeddings);
        return LossReport.From([.. widths.Select((width, i) => ($"{width}", lossAt(width), Weights?[i] ?? 1))]);
    }

    void CheckCounts()
    {
        int widths = Widths?.Count ?? Levels;
        int weights = Weights?.Count ?? widths;
        if (widths == 0 || widths != weights || (Widths ?? []).Distinct().Count() != (Widths?.Count ?? 0))
        {
            throw new ArgumentException(
                $"MatryoshkaLoss: widths [{string.Join(", ", Widths ?? [])}] and {weights} weights do not match: widths must be different, "
                + "at least one, with one weight each. Remove repetitions, or pass no weights.");
        }
    }

    /// <summary>Returns the widths at which embeddings are cut.</summary>
    internal int[] WidthsOf(Tensor embeddings)
    {
        CheckCounts();
        int full = embeddings.Rank == 0 ? 0 : embeddings.Shape[-1];
        int[] widths = Widths is { } given ? [.. given] : [.. Enumerable.Range(0, Levels).Select(level => level < 31 ? full >> level : 0)];
        return Array.TrueForAll(widths, width => width >= 1 && width <= full)
            ? widths
            : throw new ShapeException(
                $"MatryoshkaLoss: embeddings {embeddings.Shape} have no widths [{string.Join(", ", widths)}]. Use widths from 1 to {full}, "
                + "or fewer levels.");
    }

    /// <summary>Returns the first columns, normalized where that is an option.</summary>
    internal Tensor Cut(Tensor x, int width)
    {
        Tensor cut = width == x.Shape[-1] ? x : x.Narrow(-1, 0, width);
        return Normalized ? UnitRows.Of(cut) : cut;
    }
}
