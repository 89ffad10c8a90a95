using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Pulls the embeddings of a batch to the proxies of their classes and away from all others, weighted within each proxy: the mean over the
/// proxies with embeddings of ln(1 + Σ e^(−α (s − δ))) plus the mean over all proxies of ln(1 + Σ e^(α (s + δ))), where s are the cosines
/// of a proxy and the embeddings of its class, and of the other classes.
/// </summary>
/// <remarks>
/// The first mean divides by the number of classes in the batch, the second by the number of all classes. Proxies need a learning rate of
/// their own, 100 times that of the network in the authors' code: see <c>ClassWeights</c>. A batch may contain one class only. Rows of
/// zeros have the cosine 0. A matrix of more than 16 million cosines is never in memory.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "embeddings [N, D], labels [N], weights [C, D] → scalar",
    Source = "Kim et al., Proxy anchor loss for deep metric learning, 2020, equation 4",
    Alternatives = "ProxyNcaLoss compares each embedding with all proxies alone.")]
public sealed record ProxyAnchorLoss : IClassWeightLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="margin">δ, the margin of the cosines; must be in [0, 2]. Default: 0.1.</param>
    /// <param name="scale">α, the factor of the cosines; must be positive. Default: 32.</param>
    public ProxyAnchorLoss(double margin = 0.1, double scale = 32) => (Margin, Scale) = (margin, scale);

    /// <summary><inheritdoc cref="ProxyAnchorLoss(double, double)" path="/param[@name='margin']/node()"/></summary>
    public double Margin
    {
        get;
        init => field = Require.That(value is >= 0 and <= 2, value, nameof(ProxyAnchorLoss), "in [0, 2], a difference of cosines");
    }

    /// <summary><inheritdoc cref="ProxyAnchorLoss(double, double)" path="/param[@name='scale']/node()"/></summary>
    public double Scale { get; init => field = Require.Positive(value, nameof(ProxyAnchorLoss)); }

    /// <summary>Gets the value for an empty batch. Throws by default.</summary>
    public OnEmpty OnEmpty { get; init; }

    /// <summary>Computes the loss of embeddings.</summary>
    /// <param name="embeddings">The embeddings, [N, D], of any lengths.</param>
    /// <param name="labels">The class of each row, Int64 of [N], in [0, C).</param>
    /// <param name="weights">The proxies, [C, D]: see <c>ClassWeights</c>.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    /// <exception cref="DTypeException">The labels are not Int64.</exception>
    /// <exception cref="LossException">A label is out of range, or the batch is empty.</exception>
    public Tensor Forward(Tensor embeddings, Tensor labels, Tensor weights)
    {
        ClassLabels.Check(nameof(ProxyAnchorLoss), embeddings, labels, weights);
        if (labels.Count == 0)
        {
            return OnEmpty == OnEmpty.Zero
                ? embeddings.Sum() + (weights.Narrow(0, 0, 0).Sum() * 0)
                : throw new LossException(
                    $"ProxyAnchorLoss: the batch {embeddings.Shape} is empty. Skip empty batches, or set OnEmpty = OnEmpty.Zero.");
        }

        // In the order of the labels, the embeddings of a proxy are neighbours.
        (Tensor sorted, Tensor order) = labels.Sort(0);
        (Tensor from, Tensor to, int present) = Ranges(sorted.ToArray<long>(), weights.Shape[0]);
        ProxyAnchor formula = new(Margin, Scale, 1.0 / present, 1.0 / weights.Shape[0]);
        return TensorFormula.Classes(
            formula, UnitRows.Of(weights), UnitRows.Of(embeddings).IndexSelect(0, order), null, from, to).Sum();
    }

    /// <inheritdoc/>
    public string ToLatex()
    {
        ProxyAnchor formula = new(Margin, Scale, 1, 1);
        Latex similarity = new("s_{pi}");
        return $@"\frac{{1}}{{\left|P_y\right|}} \sum_p \ln\left(1 + \sum_{{y_i = p}} e^{{{formula.Own(similarity)}}}\right)"
            + $@" + \frac{{1}}{{\left|P\right|}} \sum_p \ln\left(1 + \sum_{{y_i \ne p}} e^{{{formula.Other(similarity)}}}\right)";
    }

    /// <inheritdoc/>
    public IEnumerable<LossCurve> Curves()
    {
        ProxyAnchor formula = new(Margin, Scale, 1, 1);
        return
        [
            new("an embedding of its class", "cosine", -1, 1, s => TensorReal.Softplus(formula.Own(new TensorReal(s))).ToTensor(s)),
            new("an embedding of another class", "cosine", -1, 1, s => TensorReal.Softplus(formula.Other(new TensorReal(s))).ToTensor(s)),
        ];
    }

    /// <summary>Returns where the labels of each class begin and end, and the number of classes that have some.</summary>
    static (Tensor From, Tensor To, int Present) Ranges(ReadOnlySpan<long> sorted, int classes)
    {
        long[] from = new long[classes];
        long[] to = new long[classes];
        int present = 0;
        for (int start = 0, end; start < sorted.Length; start = end, present++)
        {
            end = start + 1;
            while (end < sorted.Length && sorted[end] == sorted[start])
            {
                end++;
            }

            (from[sorted[start]], to[sorted[start]]) = (start, end);
        }

        return (Tensor.From(from), Tensor.From(to), present);
    }

    /// <summary>The exponents α (δ − s) and α (s + δ), and the weighted sum of ln(1 + their sums of exponentials).</summary>
    readonly struct ProxyAnchor(double margin, double scale, double ownWeight, double otherWeight) : IClassFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Own<T>(T s)
            where T : struct, IReal<T> => scale * (margin - s);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Other<T>(T s)
            where T : struct, IReal<T> => scale * (s + margin);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Loss<T>(T own, T others)
            where T : struct, IReal<T> => (ownWeight * T.Softplus(own)) + (otherWeight * T.Softplus(others));
    }
}
