namespace Criterion.Metrics;

/// <summary>A kernel distance, with what it was computed from.</summary>
public sealed record KernelResult
{
    /// <summary>Initializes the result.</summary>
    /// <param name="value">The mean over the subsets; lower is better, and slightly negative is equivalent to 0.</param>
    /// <param name="standardDeviation">The standard deviation over the subsets.</param>
    /// <param name="standardError">
    /// The standard error of the mean. Subsets overlap, so at most as many count as the samples would fill.
    /// </param>
    /// <param name="subsets">The number of subsets.</param>
    /// <param name="subsetSize">The number of samples of each kind in a subset.</param>
    /// <param name="samples">The counts, the dimension, and the name of the features.</param>
    public KernelResult(double value, double standardDeviation, double standardError, int subsets, int subsetSize, MetricSamples samples)
    {
        Value = value;
        StandardDeviation = standardDeviation;
        StandardError = standardError;
        Subsets = subsets;
        SubsetSize = subsetSize;
        Samples = samples;
    }

    /// <summary>
    /// <inheritdoc cref="KernelResult(double, double, double, int, int, MetricSamples)" path="/param[@name='value']/node()"/>
    /// </summary>
    public double Value { get; init; }

    /// <summary>
    /// <inheritdoc cref="KernelResult(double, double, double, int, int, MetricSamples)" path="/param[@name='standardDeviation']/node()"/>
    /// </summary>
    public double StandardDeviation { get; init; }

    /// <summary>
    /// <inheritdoc cref="KernelResult(double, double, double, int, int, MetricSamples)" path="/param[@name='standardError']/node()"/>
    /// </summary>
    public double StandardError { get; init; }

    /// <summary>
    /// <inheritdoc cref="KernelResult(double, double, double, int, int, MetricSamples)" path="/param[@name='subsets']/node()"/>
    /// </summary>
    public int Subsets { get; init; }

    /// <summary>
    /// <inheritdoc cref="KernelResult(double, double, double, int, int, MetricSamples)" path="/param[@name='subsetSize']/node()"/>
    /// </summary>
    public int SubsetSize { get; init; }

    /// <summary>
    /// <inheritdoc cref="KernelResult(double, double, double, int, int, MetricSamples)" path="/param[@name='samples']/node()"/>
    /// </summary>
    public MetricSamples Samples { get; init; }
}

/// <summary>
/// Kernel distance between two sets of feature vectors: the unbiased estimate of the squared maximum mean discrepancy with the
/// kernel (aᵀb / D + 1)³, averaged over random subsets. With features of Inception it is the KID.
/// </summary>
/// <remarks>
/// Its expectation does not depend on the number of samples, unlike that of <see cref="FrechetDistance"/>. Source: Bińkowski,
/// Sutherland, Arbel and Gretton, Demystifying MMD GANs, 2018.
/// </remarks>
public static class KernelDistance
{
    const int Tile = 1024;
    const int LargestDefault = 1000;

    /// <summary>Computes the distance over random subsets, with its standard error.</summary>
    /// <param name="real">Features of real samples, <c>[N, D]</c>.</param>
    /// <param name="fake">Features of generated samples, <c>[M, D]</c>.</param>
    /// <param name="subsets">The number of subsets. Default: 100.</param>
    /// <param name="subsetSize">The number of samples of each kind in a subset. Default: 1000, but at most half of the smaller set.</param>
    /// <param name="random">The random stream that chooses the subsets. Default: seed 0.</param>
    /// <param name="features">The name of the features.</param>
    /// <exception cref="ShapeException">An argument is not a matrix, or their dimensions differ.</exception>
    /// <exception cref="MetricException">There are too few samples, or a value is NaN or infinite.</exception>
    public static KernelResult Between(
        Tensor real, Tensor fake, int subsets =
            100, int? subsetSize = null, RandomStream? random = null, string features = MetricSamples.Unnamed)
    {
        Require.AtLeast(1, subsets, nameof(KernelDistance));
        (real, fake) = FeatureRows.Pair(nameof(KernelDistance), real, fake, 4);
        int fewest = Math.Min(real.Shape[0], fake.Shape[0]);
        int size = subsetSize ?? Math.Min(LargestDefault, fewest / 2);
        Require.That(
            size >= 2 && size <= fewest,
            size,
            nameof(KernelDistance),
            $"from 2 to {fewest}, the number of samples in the smaller set",
            nameof(subsetSize));
        random ??= new RandomStream(0);
        double[] values = [.. Enumerable.Range(0, subsets).Select(_ => EstimateSubset(real, fake, size, random))];
        double mean = values.Average();
        double deviation = subsets == 1 ? 0 : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (subsets - 1));
        double independent = Math.Min(subsets, (double)fewest / size);
        return new KernelResult(
            mean, deviation, deviation / Math.Sqrt(independent), subsets, size, new MetricSamples(
                features, real.Shape[1], real.Shape[0], fake.Shape[0]));
    }

    /// <summary>Computes the unbiased estimate from all samples at once, at quadratic cost.</summary>
    /// <param name="real">Features of real samples, <c>[N, D]</c>, N at least 2.</param>
    /// <param name="fake">Features of generated samples, <c>[M, D]</c>, M at least 2.</param>
    /// <inheritdoc cref="Between" path="/exception"/>
    public static double Unbiased(Tensor real, Tensor fake)
    {
        (real, fake) = FeatureRows.Pair(nameof(KernelDistance), real, fake, 2);
        return Estimate(real, fake);
    }

    static double EstimateSubset(Tensor real, Tensor fake, int size, RandomStream random)
    {
        using TensorScope scope = new();
        return Estimate(Draw(real, size, random), Draw(fake, size, random));
    }

    static Tensor Draw(Tensor rows, int size, RandomStream random) =>
        rows.IndexSelect(0, Tensor.Permutation(rows.Shape[0], random).Narrow(0, 0, size));

    static double Estimate(Tensor x, Tensor y)
    {
        (double n, double m) = (x.Shape[0], y.Shape[0]);
        double estimate = ((Sum(x, x) - SumOfDiagonal(x)) / (n * (n - 1))) + ((Sum(y, y) - SumOfDiagonal(y)) / (m * (m - 1))) - (
            2 * Sum(x, y) / (n * m));
        return double.IsFinite(estimate)
            ? estimate
            : throw new MetricException(
                $"KernelDistance: features up to {Math.Max(x.Abs().Max().Item(), y.Abs().Max().Item())} overflow: "
                + "the kernel takes the sixth power of their norm. Divide all features of both sets by that value.");
    }

    static double Sum(Tensor x, Tensor y)
    {
        double sum = 0;
        foreach (Tensor rows in x.Split(Tile))
        {
            foreach (Tensor columns in y.Split(Tile))
            {
                using TensorScope scope = new();
                sum += Kernel(rows.MatMul(columns.Transpose()), x.Shape[1]).Sum().Item();
            }
        }

        return sum;
    }

    static double SumOfDiagonal(Tensor x) => Kernel((x * x).Sum(1), x.Shape[1]).Sum().Item();

    static Tensor Kernel(Tensor products, int dimensions)
    {
        Tensor linear = (products / dimensions) + 1;
        return linear * linear * linear;
    }
}
