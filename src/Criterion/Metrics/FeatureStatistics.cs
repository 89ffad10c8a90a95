using System.Numerics.Tensors;

namespace Criterion.Metrics;

/// <summary>
/// Accumulates mean and covariance of feature vectors in batches, in double precision and without storing the vectors. Statistics that were
/// accumulated separately can be merged.
/// </summary>
/// <remarks>
/// Each batch is centered on its own mean before it is squared (Welford, 1962; Chan, Golub and LeVeque, 1979), so that large means lose no
/// precision.
/// </remarks>
/// <example><code>
/// FeatureStatistics real = new(dimensions: 96);
/// foreach (Tensor batch in images.Split(100))
/// {
///     real.Add(network.Embed(batch));
/// }
/// </code></example>
public sealed class FeatureStatistics
{
    readonly double[] _mean;
    readonly double[] _scatter;

    /// <summary>Initializes empty statistics.</summary>
    /// <param name="dimensions">The length of a feature vector, at least 1.</param>
    /// <param name="features">The name of the features.</param>
    public FeatureStatistics(int dimensions, string features = MetricSamples.Unnamed)
    {
        ArgumentNullException.ThrowIfNull(features);
        (Dimensions, Features) = (Require.AtLeast(1, dimensions, nameof(FeatureStatistics)), features);
        (_mean, _scatter) = (new double[dimensions], new double[dimensions * dimensions]);
    }

    /// <summary>Gets the name of the features.</summary>
    public string Features { get; }

    /// <summary>Gets the length of a feature vector.</summary>
    public int Dimensions { get; }

    /// <summary>Gets the number of vectors added.</summary>
    public long Count { get; private set; }

    /// <summary>Gets the mean, Float64 <c>[D]</c>.</summary>
    /// <exception cref="MetricException">Nothing was added.</exception>
    public Tensor Mean
    {
        get
        {
            FeatureRows.CheckCount(nameof(FeatureStatistics), "the mean", Count, 1);
            return Tensor.From(_mean.ToArray(), [Dimensions]);
        }
    }

    /// <summary>Gets the covariance with n − 1, Float64 <c>[D, D]</c>.</summary>
    /// <exception cref="MetricException">Fewer than two vectors were added.</exception>
    public Tensor Covariance
    {
        get
        {
            FeatureRows.CheckCount(nameof(FeatureStatistics), "the covariance", Count, 2);
            return Tensor.From(_scatter.ToArray(), [Dimensions, Dimensions]) / (Count - 1);
        }
    }

    /// <summary>Computes the statistics of one tensor <c>[N, D]</c>.</summary>
    /// <inheritdoc cref="Add" path="/exception"/>
    public static FeatureStatistics Of(Tensor features, string name = MetricSamples.Unnamed)
    {
        Tensor rows = FeatureRows.Of(nameof(FeatureStatistics), features, nameof(features));
        FeatureStatistics statistics = new(rows.Shape[1], name);
        statistics.Add(rows);
        return statistics;
    }

    /// <summary>Adds feature vectors, Float32 or Float64 <c>[N, D]</c>.</summary>
    /// <exception cref="ShapeException">The shape differs.</exception>
    /// <exception cref="DTypeException">The features are not floating-point.</exception>
    /// <exception cref="MetricException">A value is NaN, infinite or above 1e150; nothing was added.</exception>
    public void Add(Tensor features)
    {
        using TensorScope scope = new();
        Tensor rows = FeatureRows.Of(nameof(FeatureStatistics), features, nameof(features));
        if (rows.Shape[1] != Dimensions)
        {
            throw new ShapeException(
                $"FeatureStatistics: the features have {rows.Shape[1]} dimensions instead of {Dimensions}. Use the same layer for all.");
        }

        if (rows.Shape[0] == 0)
        {
            return;
        }

        FeatureRows.CheckSquares(nameof(FeatureStatistics), rows, nameof(features));

        Tensor mean = rows.Mean(0);
        Tensor centred = rows - mean;
        Merge(rows.Shape[0], mean.AsReadOnlySpan<double>(), centred.Transpose().MatMul(centred).AsReadOnlySpan<double>());
    }

    /// <summary>Merges other statistics, as if their vectors had been added here.</summary>
    /// <exception cref="ShapeException">The dimensions differ.</exception>
    /// <exception cref="MetricException">The names of the features differ.</exception>
    public void Merge(FeatureStatistics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Dimensions != Dimensions)
        {
            throw new ShapeException(
                $"FeatureStatistics: {Dimensions} and {other.Dimensions} dimensions cannot be merged. Use the same layer for all.");
        }

        CheckSameFeatures(nameof(FeatureStatistics), this, other);
        if (other.Count > 0)
        {
            Merge(other.Count, other._mean.ToArray(), other._scatter.ToArray());
        }
    }

    /// <summary>
    /// Returns the number of directions in which the vectors vary; below D the covariance is singular. At most Count − 1.
    /// </summary>
    public int Rank() => Count < 2 ? 0 : (int)Math.Min(PivotedCholesky.Rank(Covariance), Count - 1);

    /// <summary>Throws if two statistics are of different features, which cannot be compared.</summary>
    internal static void CheckSameFeatures(string metric, FeatureStatistics a, FeatureStatistics b)
    {
        if (a.Features != b.Features)
        {
            throw new MetricException(
                $"{metric}: features '{a.Features}' and '{b.Features}' cannot be compared. "
                + "Use the same network for both, with the same name.");
        }
    }

    // Chan et al.: the scatter about the common mean is that about each mean plus that of the two means.
    void Merge(long count, ReadOnlySpan<double> mean, ReadOnlySpan<double> scatter)
    {
        double share = (double)count / (Count + count);
        double[] shift = new double[Dimensions];
        TensorPrimitives.Subtract(mean, _mean, shift);
        TensorPrimitives.Add(_scatter, scatter, _scatter);
        for (int i = 0; i < Dimensions; i++)
        {
            Span<double> row = _scatter.AsSpan(i * Dimensions, Dimensions);
            TensorPrimitives.MultiplyAdd(shift, shift[i] * share * Count, row, row);
        }

        TensorPrimitives.MultiplyAdd(shift, share, _mean, _mean);
        Count += count;
    }
}
