using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Finds the key of each query among the keys of the batch: ℓᵢ = −ln(e^(sᵢᵢ/τ) / Σⱼ e^(sᵢⱼ/τ)), where s are the cosines of queries and
/// keys. With <c>symmetric</c>, the loss of CLIP.
/// </summary>
/// <remarks>
/// Also known as multiple negatives ranking loss. All other keys are negatives, so equal examples in a batch push each other apart: draw
/// batches without duplicates. Rows of zeros have the cosine 0. A query without negatives has a loss of 0. The loss depends on the number
/// of negatives: at random it is ln N. A matrix of more than 16 million cosines is never in memory, except for a second derivative.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "queries [N, D], keys [N, D] → scalar",
    Source = "van den Oord, Li, Vinyals, Representation learning with contrastive predictive coding, 2018, equation 4; Radford et al., "
        + "Learning transferable visual models from natural language supervision, 2021, figure 3 (symmetric)",
    Alternatives = "SigLipLoss classifies each pair by itself; NtXentLoss also contrasts the rows of one view.")]
public sealed record InfoNceLoss : Loss, IViewLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="temperature">τ, the divisor of the similarities; must be positive. Default: 0.07.</param>
    /// <param name="symmetric">Whether the loss is the mean of both directions, as in CLIP. Default: false.</param>
    /// <param name="normalize">Whether rows are divided by their norms; otherwise s are dot products. Default: true.</param>
    /// <param name="inBatch">
    /// Whether the keys of other queries are negatives; otherwise only the negatives of each query are. Default: true.
    /// </param>
    /// <param name="reduction">How the losses of the queries are reduced. Default: Mean.</param>
    public InfoNceLoss(
        double temperature = 0.07,
        bool symmetric = false,
        bool normalize = true,
        bool inBatch = true,
        Reduction reduction = Reduction.Mean)
        : base(reduction) => (Temperature, Symmetric, Normalize, InBatch) = (temperature, symmetric, normalize, inBatch);

    /// <summary><inheritdoc cref="InfoNceLoss(double, bool, bool, bool, Reduction)" path="/param[@name='temperature']/node()"/></summary>
    public double Temperature { get; init => field = Require.Positive(value, nameof(InfoNceLoss)); }

    /// <summary><inheritdoc cref="InfoNceLoss(double, bool, bool, bool, Reduction)" path="/param[@name='symmetric']/node()"/></summary>
    public bool Symmetric { get; init; }

    /// <summary><inheritdoc cref="InfoNceLoss(double, bool, bool, bool, Reduction)" path="/param[@name='normalize']/node()"/></summary>
    public bool Normalize { get; init; }

    /// <summary><inheritdoc cref="InfoNceLoss(double, bool, bool, bool, Reduction)" path="/param[@name='inBatch']/node()"/></summary>
    public bool InBatch { get; init; }

    /// <summary>Computes the loss of a batch of pairs.</summary>
    /// <param name="queries">The queries, <c>[N, D]</c>.</param>
    /// <param name="keys">The keys, <c>[N, D]</c>; that of a query has its index.</param>
    /// <param name="negatives">
    /// Further keys: <c>[K, D]</c>, negatives of all queries, or <c>[N, K, D]</c>, those of each query; or null. They are not queries of
    /// the other direction.
    /// </param>
    /// <param name="temperature">A scalar instead of <see cref="Temperature"/>, which may learn; or null.</param>
    /// <returns>A scalar, or <c>[N]</c> with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes are not as described.</exception>
    /// <exception cref="DTypeException">The rows are not floats.</exception>
    /// <exception cref="LossException">
    /// The temperature is not positive; there is no query, unless <see cref="Loss.OnEmpty"/> is Zero; or without <see cref="InBatch"/> a
    /// query does not have its own negatives.
    /// </exception>
    public Tensor Forward(Tensor queries, Tensor keys, Tensor? negatives = null, Tensor? temperature = null)
    {
        CheckSameShape(queries, keys);
        ContrastiveRows.Check(Name, queries, nameof(queries));
        ContrastiveRows.Check(Name, keys, nameof(keys));
        CheckNegatives(queries, negatives);
        if (queries.Shape[0] == 0)
        {
            return ForEmpty(queries, 0) ?? queries.Sum(1);
        }

        DType type = DTypes.Promote(queries.DType, keys.DType);
        Tensor k = ContrastiveRows.Prepare(keys, type, Normalize);
        (Tensor q, double divisor) =
            ContrastiveRows.Divide(Name, ContrastiveRows.Prepare(queries, type, Normalize), Temperature, temperature);
        SoftmaxOfPairs formula = new(divisor);
        Tensor? others = negatives is null ? null : ContrastiveRows.Prepare(negatives, type, Normalize);
        Tensor losses = others is { Rank: 3 }
            ? EachWithOwn(q / divisor, k, others)
            : TensorFormula.OwnAndOthers(formula, q, others is null ? k : Tensor.Cat([k, others]));
        return Reduce(Symmetric ? (losses + TensorFormula.OwnAndOthers(formula, k, q)) * 0.5 : losses);
    }

    Tensor IViewLoss.Forward(Tensor x1, Tensor x2) => Forward(x1, x2);

    /// <inheritdoc/>
    public override string ToLatex()
    {
        SoftmaxOfPairs formula = new(Temperature);
        string own = formula.Own(new Latex("s_{ii}")).ToString();
        string OfSum(string other) =>
            $@"-\ln\left(\frac{{e^{{{own}}}}}{{\sum_j e^{{{formula.Other(new Latex(other))}}}}}\right)";
        return Symmetric ? $@"\frac{{1}}{{2}} \left({OfSum("s_{ij}")}{OfSum("s_{ji}")}\right)" : OfSum("s_{ij}");
    }

    /// <summary>Computes the losses where each query has its own negatives.</summary>
    Tensor EachWithOwn(Tensor queries, Tensor keys, Tensor negatives)
    {
        Tensor logits = (queries.Unsqueeze(1) * negatives).Sum(2);
        if (InBatch && queries.Shape[0] > 1)
        {
            logits = Tensor.Cat([TensorFormula.OwnAndOthers(new SoftmaxOfOthers(1), queries, keys).Unsqueeze(1), logits], 1);
        }

        return (logits.LogSumExp(1) - (queries * keys).Sum(1)).Softplus();
    }

    void CheckNegatives(Tensor queries, Tensor? negatives)
    {
        if (!InBatch && (Symmetric || negatives is not { Rank: 3 }))
        {
            throw new LossException(
                $"{Name}: without InBatch each query needs its own negatives, [N, K, D], and Symmetric must be false. Pass them, or "
                + "leave InBatch true.");
        }

        if (negatives is null)
        {
            return;
        }

        if (negatives.Rank == 3 && (negatives.Shape[0] != queries.Shape[0] || negatives.Shape[1] == 0))
        {
            throw new ShapeException(
                $"{Name}: negatives {negatives.Shape} must be [{queries.Shape[0]}, K, D], at least one for each query. Give every query as "
                + "many.");
        }

        ContrastiveRows.Check(Name, negatives.Rank == 3 ? negatives.Flatten(0, 1) : negatives, nameof(negatives));
        if (negatives.Shape[^1] != queries.Shape[1])
        {
            throw new ShapeException($"{Name}: negatives {negatives.Shape} and queries {queries.Shape} differ in their dimensions. "
                + "Embed both by the same model.");
        }
    }
}
