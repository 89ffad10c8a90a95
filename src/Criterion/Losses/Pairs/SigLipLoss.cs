using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Classifies each pair of a query and a key by itself: ℓᵢ = softplus(−zᵢᵢ) + Σ softplus(zᵢⱼ) over all j ≠ i, where z = s/τ + b and s are
/// cosines.
/// </summary>
/// <remarks>
/// The mean is over queries, as in the paper, so the loss grows with the batch. A bias of −10 suits batches of about 22,000; at the start
/// −ln(N − 1) balances positives and negatives of small ones. Rows of zeros have the cosine 0. A matrix of more than 16 million cosines is
/// never in memory, except for a second derivative.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "queries [N, D], keys [N, D] → scalar",
    Source = "Zhai et al., Sigmoid loss for language image pre-training, 2023, section 3.2",
    Alternatives = "InfoNceLoss compares the keys of a query with each other.")]
public sealed record SigLipLoss : Loss, IViewLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="temperature">τ, the divisor of the similarities; must be positive. Default: 0.1.</param>
    /// <param name="bias">b, which is added to them; must be finite. Default: −10.</param>
    /// <param name="normalize">Whether rows are divided by their norms; otherwise s are dot products. Default: true.</param>
    /// <param name="reduction">How the losses of the queries are reduced. Default: Mean.</param>
    public SigLipLoss(double temperature = 0.1, double bias = -10, bool normalize = true, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Temperature, Bias, Normalize) = (temperature, bias, normalize);

    /// <summary><inheritdoc cref="SigLipLoss(double, double, bool, Reduction)" path="/param[@name='temperature']/node()"/></summary>
    public double Temperature { get; init => field = Require.Positive(value, nameof(SigLipLoss)); }

    /// <summary><inheritdoc cref="SigLipLoss(double, double, bool, Reduction)" path="/param[@name='bias']/node()"/></summary>
    public double Bias { get; init => field = Require.Finite(value, nameof(SigLipLoss)); }

    /// <summary><inheritdoc cref="SigLipLoss(double, double, bool, Reduction)" path="/param[@name='normalize']/node()"/></summary>
    public bool Normalize { get; init; }

    /// <summary>Computes the loss of a batch of pairs.</summary>
    /// <param name="queries">The queries, <c>[N, D]</c>.</param>
    /// <param name="keys">The keys, <c>[N, D]</c>; that of a query has its index.</param>
    /// <param name="temperature">A scalar instead of <see cref="Temperature"/>, which may learn; or null.</param>
    /// <param name="bias">A scalar instead of <see cref="Bias"/>, which may learn; or null.</param>
    /// <returns>A scalar, or <c>[N]</c> with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes are not as described.</exception>
    /// <exception cref="DTypeException">The rows are not floats.</exception>
    /// <exception cref="LossException">
    /// The temperature is not positive, or there is no query, unless <see cref="Loss.OnEmpty"/> is Zero.
    /// </exception>
    public Tensor Forward(Tensor queries, Tensor keys, Tensor? temperature = null, Tensor? bias = null)
    {
        CheckSameShape(queries, keys);
        ContrastiveRows.Check(Name, queries, nameof(queries));
        ContrastiveRows.Check(Name, keys, nameof(keys));
        if (queries.Shape[0] == 0)
        {
            return ForEmpty(queries, 0) ?? queries.Sum(1);
        }

        DType type = DTypes.Promote(queries.DType, keys.DType);
        (Tensor q, double divisor) =
            ContrastiveRows.Divide(Name, ContrastiveRows.Prepare(queries, type, Normalize), Temperature, temperature);
        Tensor k = ContrastiveRows.Prepare(keys, type, Normalize);
        if (bias is null)
        {
            return Reduce(TensorFormula.Pairs(new SigmoidOfPairs(divisor, Bias), q, k));
        }

        // A bias that may learn is one more dimension of the rows, so that the gradient of the product includes its own.
        Tensor shift = ContrastiveRows.Scalar(Name, bias, nameof(bias), isPositive: false, type) * divisor;
        Tensor ones = Tensor.Full([queries.Shape[0], 1], 1, type);
        return Reduce(TensorFormula.Pairs(
            new SigmoidOfPairs(divisor, bias: 0), Tensor.Cat([q, ones * shift], 1), Tensor.Cat([k, ones], 1)));
    }

    Tensor IViewLoss.Forward(Tensor x1, Tensor x2) => Forward(x1, x2);

    /// <inheritdoc/>
    public override string ToLatex()
    {
        SigmoidOfPairs formula = new(Temperature, Bias);
        return $@"{formula.Own(new Latex("s_{ii}"))} + \sum_{{j \ne i}} {formula.Other(new Latex("s_{ij}"))}";
    }

    /// <summary>softplus(−z) of the own key, softplus(z) of the others, where z = s/τ + b.</summary>
    readonly struct SigmoidOfPairs(double temperature, double bias) : IPairFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Own<T>(T s)
            where T : struct, IReal<T> => T.Softplus(-Logit(s));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Other<T>(T s)
            where T : struct, IReal<T> => T.Softplus(Logit(s));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        T Logit<T>(T s)
            where T : struct, IReal<T>
        {
            if (T.IsText)
            {
                T scaled = temperature == 1 ? s : s / temperature;
                return bias switch
                {
                    0 => scaled,
                    < 0 => scaled - -bias,
                    _ => scaled + bias,
                };
            }

            return (1 / temperature * s) + bias;
        }
    }
}
