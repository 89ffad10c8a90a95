using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Contrasts all rows of a label with the rest of the batch: ℓᵢ = −1/|Pᵢ| Σ ln(e^(sᵢₚ/τ) / Σ e^(sᵢⱼ/τ) over all j ≠ i) over p in Pᵢ, where
/// s are cosines and Pᵢ are the other rows of the label of i. It is L_out of the paper.
/// </summary>
/// <remarks>
/// Rows whose label no other row has are negatives alone: they are left out of the mean, and their own loss is 0. With two views, pass both
/// in one batch with equal labels. Rows of zeros have the cosine 0. The matrix of cosines is never in memory, except for a second
/// derivative. The equivalent of pytorch-metric-learning is SupConLoss.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "embeddings [N, D], labels [N] → scalar",
    Source = "Khosla et al., Supervised contrastive learning, 2020, equation 2",
    Alternatives = "MultiSimilarityLoss weights hard pairs; NtXentLoss and InfoNceLoss need no labels.")]
public sealed record SupConLoss : Loss, ILabelLoss
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
        LabeledRows batch = LabeledRows.Of(Name, EmbeddingDistance.Euclidean, (embeddings, labels), keys: null);
        Positives positives = new(batch.QueryLabels.ToArray<long>());
        if (positives.Anchors.Length == 0)
        {
            return WithoutPositives(embeddings);
        }

        Tensor rows = ContrastiveRows.Prepare(embeddings, embeddings.DType, Normalize);
        Tensor scaled = ContrastiveRows.Divide(Name, rows, Temperature, temperature);
        Tensor anchors = Tensor.From(positives.Anchors);
        Tensor logSums = TensorFormula.OwnAndOthers(default(SoftmaxOfOthers), scaled, rows);
        Tensor losses = (logSums - (scaled * positives.MeanOf(rows)).Sum(1)).IndexSelect(0, anchors);
        return Reduction == Reduction.None
            ? Tensor.Zeros([rows.Shape[0]], rows.DType).ScatterAdd(0, anchors, losses)
            : Reduce(losses);
    }

    Tensor ILabelLoss.Forward(Tensor embeddings, Tensor labels) => Forward(embeddings, labels);

    /// <inheritdoc/>
    public override string ToLatex()
    {
        SoftmaxOfPairs formula = new(Temperature);
        string own = formula.Own(new Latex("s_{ip}")).ToString();
        string other = formula.Other(new Latex("s_{ij}")).ToString();
        return $@"-\frac{{1}}{{N_i}} \sum_{{p}} \ln\left(\frac{{e^{{{own}}}}}{{\sum_{{j \ne i}} e^{{{other}}}}}\right)";
    }

    Tensor WithoutPositives(Tensor rows) => Reduction == Reduction.None
        ? rows.Sum(1) * 0
        : OnEmpty == OnEmpty.Zero
            ? rows.Narrow(0, 0, 0).Sum()
            : throw new LossException(
                $"{Name}: no label of {rows.Shape} has two rows. Draw two examples of each class, or set OnEmpty = OnEmpty.Zero.");

    /// <summary>The other rows of the label of each row.</summary>
    sealed class Positives
    {
        readonly long[] _classes;
        readonly double[] _shares;
        readonly int _count;

        public Positives(long[] labels)
        {
            Dictionary<long, int> indices = [];
            _classes = [.. labels.Select(label => indices.TryAdd(label, indices.Count) ? indices.Count - 1L : indices[label])];
            _count = indices.Count;
            int[] sizes = new int[_count];
            foreach (long index in _classes)
            {
                sizes[index]++;
            }

            _shares = [.. _classes.Select(index => sizes[index] > 1 ? 1.0 / (sizes[index] - 1) : 0)];
            Anchors = [.. Enumerable.Range(0, labels.Length).Where(row => _shares[row] > 0).Select(static row => (long)row)];
        }

        /// <summary>Gets the rows that have positives.</summary>
        public long[] Anchors { get; }

        /// <summary>Computes the mean of the positives of each row: 0 without one.</summary>
        public Tensor MeanOf(Tensor rows)
        {
            Tensor classes = Tensor.From(_classes);
            Tensor index = classes.Unsqueeze(1).Expand(rows.Shape).Contiguous();
            Tensor sums = Tensor.Zeros([_count, rows.Shape[1]], rows.DType).ScatterAdd(0, index, rows);
            return (sums.IndexSelect(0, classes) - rows) * Tensor.From(_shares, [_shares.Length, 1]).To(rows.DType);
        }
    }
}
