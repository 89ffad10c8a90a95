using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Spreads embeddings over the sphere: the logarithm of the mean of e^(−t ‖xᵢ − xⱼ‖²) over all pairs of different rows of length 1. It is 0
/// where all are equal, and lower the more evenly they are spread.
/// </summary>
/// <remarks>
/// To be added to a loss that brings similar rows together (alignment), such as <see cref="NegativeCosineLoss.Byol"/>; alone it ignores
/// what the rows mean. Rows of zeros count as orthogonal to all others. A matrix of more than 16 million distances is never in memory.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "embeddings [N, D], N ≥ 2 → scalar",
    Source = "Wang, Isola, Understanding contrastive representation learning through alignment and uniformity on the hypersphere, 2020, "
        + "equation 5",
    Alternatives = "KoLeoLoss spreads by the nearest rows alone.")]
public sealed record UniformityLoss : ICriterion
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="scale">t, the factor of the squared distances; must be positive. Default: 2.</param>
    public UniformityLoss(double scale = 2) => Scale = scale;

    /// <summary><inheritdoc cref="UniformityLoss(double)" path="/param[@name='scale']/node()"/></summary>
    public double Scale { get; init => field = Require.Positive(value, nameof(UniformityLoss)); }

    /// <summary>Gets the value for a batch of fewer than two rows. Throws by default.</summary>
    public OnEmpty OnEmpty { get; init; }

    /// <summary>Computes the loss of embeddings.</summary>
    /// <param name="embeddings">The embeddings, [N, D], of any lengths.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ShapeException">The embeddings are not a matrix.</exception>
    /// <exception cref="LossException">There are fewer than two rows.</exception>
    public Tensor Forward(Tensor embeddings)
    {
        if (SpreadRows.ForTooFew(nameof(UniformityLoss), embeddings, OnEmpty) is { } empty)
        {
            return empty;
        }

        int n = embeddings.Shape[0];
        Tensor rows = UnitRows.Of(embeddings);
        Tensor sums = TensorFormula.OwnAndOthers(new Gaussian(Scale), rows, rows);
        return sums.LogSumExp() - Math.Log((double)n * (n - 1));
    }

    /// <inheritdoc/>
    public string ToLatex() =>
        $@"\ln\left(\frac{{1}}{{N (N - 1)}} \sum_{{i \ne j}} e^{{-{Latex.Const(Scale)} \cdot \left\|x_i - x_j\right\|^{{2}}}}\right)";

    /// <inheritdoc/>
    public IEnumerable<LossCurve> Curves() =>
        [new("two rows", "cosine", -1, 1, s => new Gaussian(Scale).Other(new TensorReal(s)).ToTensor(s))];

    /// <summary>The exponent −t d² = 2 t (s − 1).</summary>
    readonly struct Gaussian(double scale) : IClassFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Own<T>(T s)
            where T : struct, IReal<T> => Other(s);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Other<T>(T s)
            where T : struct, IReal<T> => 2 * scale * (s - 1);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Loss<T>(T own, T others)
            where T : struct, IReal<T> => others;
    }
}

/// <summary>Checks of losses that spread the rows of a batch.</summary>
internal static class SpreadRows
{
    /// <summary>Returns the value for fewer than two rows, or null if there are more.</summary>
    public static Tensor? ForTooFew(string owner, Tensor embeddings, OnEmpty onEmpty)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        if (embeddings.Rank != 2 || embeddings.Shape[1] == 0)
        {
            throw new ShapeException($"{owner}: embeddings {embeddings.Shape} must be [N, D]. Flatten them.");
        }

        if (embeddings.Shape[0] >= 2)
        {
            return null;
        }

        return onEmpty == OnEmpty.Zero
            ? embeddings.Narrow(0, 0, 0).Sum()
            : throw new LossException(
                $"{owner}: embeddings {embeddings.Shape} have no pair of rows. Use a larger batch, or set OnEmpty = OnEmpty.Zero.");
    }
}
