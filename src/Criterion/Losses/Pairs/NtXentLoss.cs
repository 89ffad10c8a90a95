using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Finds the other view of each example among both views of the batch (SimCLR): ℓᵢ = −ln(e^(sᵢₚ/τ) / Σ e^(sᵢⱼ/τ) over all j ≠ i), where s
/// are the cosines of all 2 N rows and p is the other view of i.
/// </summary>
/// <remarks>
/// The rows of both views are anchors. Rows of zeros have the cosine 0. With a single example the loss is 0. A matrix of more than 16
/// million cosines is never in memory, except for a second derivative.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "x1 [N, D], x2 [N, D] → scalar",
    Source = "Chen et al., A simple framework for contrastive learning of visual representations, 2020, equation 1",
    Alternatives = "InfoNceLoss does not contrast the rows of one view; VicRegLoss and BarlowTwinsLoss need no negatives.")]
public sealed record NtXentLoss : Loss, IViewLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="temperature">τ, the divisor of the similarities; must be positive. Default: 0.5.</param>
    /// <param name="normalize">Whether rows are divided by their norms; otherwise s are dot products. Default: true.</param>
    /// <param name="reduction">
    /// How the losses of the rows are reduced; None is the loss of each, <c>[2 N]</c>, the first view first. Default: Mean.
    /// </param>
    public NtXentLoss(double temperature = 0.5, bool normalize = true, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Temperature, Normalize) = (temperature, normalize);

    /// <summary><inheritdoc cref="NtXentLoss(double, bool, Reduction)" path="/param[@name='temperature']/node()"/></summary>
    public double Temperature { get; init => field = Require.Positive(value, nameof(NtXentLoss)); }

    /// <summary><inheritdoc cref="NtXentLoss(double, bool, Reduction)" path="/param[@name='normalize']/node()"/></summary>
    public bool Normalize { get; init; }

    /// <summary>Computes the loss of two views of a batch.</summary>
    /// <param name="x1">The embeddings of the first view, <c>[N, D]</c>.</param>
    /// <param name="x2">The embeddings of the second view, <c>[N, D]</c>, in the same order.</param>
    /// <param name="temperature">A scalar instead of <see cref="Temperature"/>, which may learn; or null.</param>
    /// <returns>A scalar, or <c>[2 N]</c> with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes are not as described.</exception>
    /// <exception cref="DTypeException">The rows are not floats.</exception>
    /// <exception cref="LossException">
    /// The temperature is not positive, or there is no row, unless <see cref="Loss.OnEmpty"/> is Zero.
    /// </exception>
    public Tensor Forward(Tensor x1, Tensor x2, Tensor? temperature = null)
    {
        CheckSameShape(x1, x2);
        ContrastiveRows.Check(Name, x1, nameof(x1));
        ContrastiveRows.Check(Name, x2, nameof(x2));
        if (x1.Shape[0] == 0)
        {
            return ForEmpty(x1, 0) ?? x1.Sum(1);
        }

        DType type = DTypes.Promote(x1.DType, x2.DType);
        Tensor first = ContrastiveRows.Prepare(x1, type, Normalize);
        Tensor second = ContrastiveRows.Prepare(x2, type, Normalize);
        Tensor all = Tensor.Cat([first, second]);
        (Tensor rows, double divisor) = ContrastiveRows.Divide(Name, all, Temperature, temperature);
        Tensor view = Tensor.Arange(x1.Shape[0]);
        Tensor index = Tensor.Arange(all.Shape[0]);
        Tensor positive = Tensor.Cat([view + x1.Shape[0], view]);
        return Reduce(TensorFormula.Classes(
            new SoftmaxOfPairs(divisor), rows, all, bias: null, positive, positive + 1, excluded: index));
    }

    Tensor IViewLoss.Forward(Tensor x1, Tensor x2) => Forward(x1, x2);

    /// <inheritdoc/>
    public override string ToLatex()
    {
        SoftmaxOfPairs formula = new(Temperature);
        string own = formula.Own(new Latex("s_{ip}")).ToString();
        return $@"-\ln\left(\frac{{e^{{{own}}}}}{{\sum_{{j \ne i}} e^{{{formula.Other(new Latex("s_{ij}"))}}}}}\right)";
    }
}
