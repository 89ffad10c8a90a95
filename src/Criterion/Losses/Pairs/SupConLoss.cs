using Criterion.Drivers;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Contrasts all rows of a label with the rest of the batch: ℓᵢ = −1/|Pᵢ| Σ ln(e^(sᵢₚ/τ) / Σ e^(sᵢⱼ/τ) over all j ≠ i) over p in Pᵢ, where
/// s are cosines and Pᵢ are the other rows of the label of i. It is L_out of the paper.
/// </summary>
/// <remarks>
/// Rows whose label no other row has are negatives alone: they are left out of the mean, and their own loss is 0. With two views, pass both
/// in one batch with equal labels. Rows of zeros have the cosine 0. A matrix of more than 16 million cosines is never in memory, except for
/// a second derivative. The equivalent of pytorch-metric-learning is SupConLoss.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "embeddings [N, D], labels [N] → scalar",
    Source = "Khosla et al., Supervised contrastive learning, 2020, equation 2",
    Alternatives = "MultiSimilarityLoss weights hard pairs; NtXentLoss and InfoNceLoss need no labels.")]
public sealed record SupConLoss : Loss, IKeyedLabelLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="temperature">τ, the divisor of the similarities; must be positive. Default: 0.1.</param>
    /// <param name="normalize">Whether rows are divided by their norms; otherwise s are dot products. Default: true.</param>
    /// <param name="reduction">
    /// How the losses of the rows are reduced; None is the loss of each, <c>[N]</c>, 0 without a positive. Default: Mean.
    /// </param>
    public SupConLoss(double temperature = 0.1, bool normalize = true, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Temperature, Normalize) = (temperature, normalize);

    /// <summary><inheritdoc cref="SupConLoss(double, bool, Reduction)" path="/param[@name='temperature']/node()"/></summary>
    public double Temperature { get; init => field = Require.Positive(value, nameof(SupConLoss)); }

    /// <summary><inheritdoc cref="SupConLoss(double, bool, Reduction)" path="/param[@name='normalize']/node()"/></summary>
    public bool Normalize { get; init; }

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="embeddings">The embeddings, <c>[N, D]</c>.</param>
    /// <param name="labels">Their labels, Int64 <c>[N]</c>.</param>
    /// <param name="temperature">A scalar instead of <see cref="Temperature"/>, which may learn; or null.</param>
    /// <returns>A scalar, or <c>[N]</c> with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes are not as described.</exception>
    /// <exception cref="DTypeException">The embeddings are not floats, or the labels are not Int64.</exception>
    /// <exception cref="LossException">
    /// The temperature is not positive, or no label has two rows, unless <see cref="Loss.OnEmpty"/> is Zero.
    /// </exception>
    public Tensor Forward(Tensor embeddings, Tensor labels, Tensor? temperature = null)
    {
        ContrastiveRows.Check(Name, embeddings, nameof(embeddings));
        return Forward(LabeledRows.Of(Name, EmbeddingDistance.Euclidean, (embeddings, labels), keys: null), temperature);
    }

    /// <summary>Computes the loss of anchors with other items, such as a memory of earlier batches.</summary>
    /// <inheritdoc cref="Forward(Tensor, Tensor, Tensor?)"/>
    /// <param name="queries">The anchors, <c>[N, D]</c>.</param>
    /// <param name="queryLabels">Their labels, Int64 <c>[N]</c>.</param>
    /// <param name="keys">The items, <c>[M, D]</c>.</param>
    /// <param name="keyLabels">Their labels, Int64 <c>[M]</c>.</param>
    /// <param name="keysBeginWithQueries">
    /// Whether the first N items are the anchors, as in a memory joined with the batch: no anchor is then compared with itself.
    /// Default: false.
    /// </param>
    /// <param name="temperature">A scalar instead of <see cref="Temperature"/>, which may learn; or null.</param>
    public Tensor Forward(
        Tensor queries, Tensor queryLabels, Tensor keys, Tensor keyLabels, bool keysBeginWithQueries = false, Tensor? temperature = null)
    {
        ContrastiveRows.Check(Name, queries, nameof(queries));
        ContrastiveRows.Check(Name, keys, nameof(keys));
        return Forward(
            LabeledRows.Of(Name, EmbeddingDistance.Euclidean, (queries, queryLabels), (keys, keyLabels), keysBeginWithQueries),
            temperature);
    }

    Tensor ILabelLoss.Forward(Tensor embeddings, Tensor labels) => Forward(embeddings, labels);

    Tensor IKeyedLabelLoss.Forward(Tensor queries, Tensor queryLabels, Tensor keys, Tensor keyLabels, bool keysBeginWithQueries) =>
        Forward(queries, queryLabels, keys, keyLabels, keysBeginWithQueries);

    /// <inheritdoc/>
    public override string ToLatex()
    {
        SoftmaxOfPairs formula = new(Temperature);
        string own = formula.Own(new Latex("s_{ip}")).ToString();
        string other = formula.Other(new Latex("s_{ij}")).ToString();
        return $@"-\frac{{1}}{{N_i}} \sum_{{p}} \ln\left(\frac{{e^{{{own}}}}}{{\sum_{{j \ne i}} e^{{{other}}}}}\right)";
    }

    Tensor Forward(LabeledRows batch, Tensor? temperature)
    {
        Positives positives = new(batch);
        if (positives.Anchors.Length == 0)
        {
            return WithoutPositives(batch);
        }

        Tensor rows = ContrastiveRows.Prepare(batch.Queries, batch.Queries.DType, Normalize);
        Tensor keys = batch.IsOneSet ? rows : ContrastiveRows.Prepare(batch.Keys, batch.Keys.DType, Normalize);
        (Tensor scaled, double divisor) = ContrastiveRows.Divide(Name, rows, Temperature, temperature);
        SoftmaxOfOthers formula = new(divisor);
        Tensor anchors = Tensor.From(positives.Anchors);
        Tensor logSums = batch.ExcludesDiagonal
            ? TensorFormula.OwnAndOthers(formula, scaled, keys)
            : TensorFormula.OfAll(formula, scaled, keys);
        Tensor losses = (logSums - (positives.MeanProducts(scaled, keys) / divisor)).IndexSelect(0, anchors);
        return Reduction == Reduction.None
            ? Tensor.Zeros([rows.Shape[0]], rows.DType).ScatterAdd(0, anchors, losses)
            : Reduce(losses);
    }

    Tensor WithoutPositives(LabeledRows batch) => Reduction == Reduction.None
        ? batch.Queries.Sum(1) * 0
        : OnEmpty == OnEmpty.Zero
            ? batch.Queries.Narrow(0, 0, 0).Sum()
            : throw new LossException($"{Name}: no label of {batch.Queries.Shape} has "
                + (batch.IsOneSet ? "two rows. Draw two examples of each class" : $"a key among {batch.Keys.Shape}. Add keys of its class")
                + ", or set OnEmpty = OnEmpty.Zero.");

    /// <summary>The keys of the label of each query, other than the query itself.</summary>
    sealed class Positives
    {
        readonly PositiveClasses _classes;
        readonly double[] _shares;

        public Positives(LabeledRows batch)
        {
            Dictionary<long, long> indices = [];
            long[] Classes(Tensor labels) =>
                [.. labels.ToArray<long>().Select(label => indices.TryAdd(label, indices.Count) ? indices.Count - 1 : indices[label])];
            long[] queries = Classes(batch.QueryLabels);
            long[] keys = batch.IsOneSet ? queries : Classes(batch.KeyLabels);
            _classes = new(queries, keys, indices.Count, batch.ExcludesDiagonal);
            int[] sizes = new int[indices.Count];
            foreach (long index in keys)
            {
                sizes[index]++;
            }

            int own = batch.ExcludesDiagonal ? 1 : 0;
            _shares = [.. queries.Select(index => sizes[index] > own ? 1.0 / (sizes[index] - own) : 0)];
            Anchors = [.. Enumerable.Range(0, _shares.Length).Where(row => _shares[row] > 0).Select(static row => (long)row)];
        }

        /// <summary>Gets the queries that have positives.</summary>
        public long[] Anchors { get; }

        /// <summary>Computes the mean dot product of each query with its positives: 0 without one.</summary>
        public Tensor MeanProducts(Tensor queries, Tensor keys) =>
            PositiveProducts.Of(_classes, queries, keys) * Tensor.From(_shares).To(queries.DType);
    }
}
