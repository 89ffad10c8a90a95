namespace Criterion.Metrics;

/// <summary>
/// Fréchet distance between two sets of feature vectors, each modeled as a normal distribution: ‖μ₁ − μ₂‖² + tr Σ₁ + tr Σ₂ − 2·tr (Σ₁Σ₂)^½.
/// With features of Inception it is the FID.
/// </summary>
/// <remarks>
/// The trace is the sum of the singular values of R₁ᵀR₂ with R₁R₁ᵀ = Σ₁ and R₂R₂ᵀ = Σ₂, which avoids complex numbers and allows singular
/// covariances. Finite samples bias the distance upwards by about a constant over their number: compare values of equal counts, or use
/// <see cref="Extrapolate"/>. Source: Dowson and Landau, The Fréchet distance between multivariate normal distributions, 1982; Heusel and
/// others, GANs trained by a two time-scale update rule converge to a local Nash equilibrium, 2017.
/// </remarks>
public static class FrechetDistance
{
    /// <summary>Computes the distance between accumulated statistics.</summary>
    /// <exception cref="ShapeException">The dimensions differ.</exception>
    /// <exception cref="MetricException">There are fewer than two samples, or the features differ.</exception>
    public static FrechetResult Between(FeatureStatistics real, FeatureStatistics fake)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(fake);
        FeatureRows.CheckSameDimensions(nameof(FrechetDistance), real.Dimensions, fake.Dimensions);
        FeatureStatistics.CheckSameFeatures(nameof(FrechetDistance), real, fake);
        FeatureRows.CheckCount(nameof(FrechetDistance), nameof(real), real.Count, 2);
        FeatureRows.CheckCount(nameof(FrechetDistance), nameof(fake), fake.Count, 2);
        using TensorScope scope = new();
        (double means, double covariances) = Parts(real, fake);
        return new FrechetResult(Math.Max(0, means + covariances), means, covariances, real.Rank(), fake.Rank(), Samples(real, fake));
    }

    /// <summary>Computes the distance between feature vectors <c>[N, D]</c> and <c>[M, D]</c>.</summary>
    /// <param name="real">Features of real samples.</param>
    /// <param name="fake">Features of generated samples.</param>
    /// <param name="features">The name of the features.</param>
    /// <exception cref="ShapeException">An argument is not a matrix, or their dimensions differ.</exception>
    /// <exception cref="MetricException">There are fewer than two samples, or a value is NaN or infinite.</exception>
    public static FrechetResult Between(Tensor real, Tensor fake, string features = MetricSamples.Unnamed)
    {
        (real, fake) = FeatureRows.Pair(nameof(FrechetDistance), real, fake, 2);
        return Between(FeatureStatistics.Of(real, features), FeatureStatistics.Of(fake, features));
    }

    /// <summary>
    /// Extrapolates the distance to infinitely many generated samples (FID∞): a line through the distances of growing subsets as a function
    /// of 1 / size, evaluated at 0. It may be slightly negative.
    /// </summary>
    /// <remarks>
    /// Source: Chong and Forsyth, Effectively unbiased FID and Inception score and where to find them, 2020. The bias by finitely many real
    /// samples remains.
    /// </remarks>
    /// <param name="real">The statistics of real samples.</param>
    /// <param name="fake">The features of generated samples, <c>[N, D]</c>, N at least 4·D.</param>
    /// <param name="points">The number of subsets, from the larger of N/10 and 2·D samples to N; at least 3. Default: 15.</param>
    /// <param name="random">The random stream that chooses the subsets. Default: seed 0.</param>
    /// <exception cref="ShapeException">The dimensions differ.</exception>
    /// <exception cref="MetricException">There are fewer than 4·D generated samples, or a value is NaN or infinite.</exception>
    public static FrechetExtrapolation Extrapolate(FeatureStatistics real, Tensor fake, int points = 15, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(real);
        Require.AtLeast(3, points, nameof(FrechetDistance));
        Tensor rows = FeatureRows.Of(nameof(FrechetDistance), fake, nameof(fake));
        int all = rows.Shape[0];
        FeatureRows.CheckSameDimensions(nameof(FrechetDistance), real.Dimensions, rows.Shape[1]);
        FeatureRows.CheckCount(nameof(FrechetDistance), nameof(fake), all, 4 * real.Dimensions);
        random ??= new RandomStream(0);
        int least = Math.Max(all / 10, 2 * real.Dimensions);
        FrechetPoint[] measured = [.. Enumerable.Range(0, points).Select(
            i => Point(least + (int)((long)(all - least) * i / (points - 1))))];
        (double value, double slope) = FitLine(measured);
        return new FrechetExtrapolation(value, slope, measured, new MetricSamples(real.Features, real.Dimensions, real.Count, all));

        FrechetPoint Point(int count)
        {
            Tensor subset = rows.IndexSelect(0, Tensor.Permutation(all, random).Narrow(0, 0, count));
            return new FrechetPoint(count, Between(real, FeatureStatistics.Of(subset, real.Features)).Value);
        }
    }

    static MetricSamples Samples(FeatureStatistics real, FeatureStatistics fake) =>
        new(real.Features, real.Dimensions, real.Count, fake.Count);

    static (double Means, double Covariances) Parts(FeatureStatistics real, FeatureStatistics fake)
    {
        Tensor shift = real.Mean - fake.Mean;
        (Tensor first, Tensor second) = (real.Covariance, fake.Covariance);

        // Scaled to about 1, no product of covariances overflows or underflows.
        double peak = Math.Max(first.Abs().Max().Item(), second.Abs().Max().Item());
        double scale = peak == 0 ? 1 : Math.ScaleB(1, Math.Max(-1000, Math.ILogB(peak)));
        (first, second) = (first / scale, second / scale);
        return (shift.Dot(shift).Item(), scale * (Trace(first) + Trace(second) - (2 * TraceOfRoot(first, second))));
    }

    // Not from the eigenvalues of the product's square, whose rounding error of 1e-16 is 1e-8 in their roots.
    static double TraceOfRoot(Tensor first, Tensor second) =>
        SingularValues.Of(PivotedCholesky.Root(first).Transpose().MatMul(PivotedCholesky.Root(second))).Sum();

    static double Trace(Tensor matrix) => (matrix * Tensor.Eye(matrix.Shape[0], DType.Float64)).Sum().Item();

    /// <summary>Fits distance = value + slope / count by least squares.</summary>
    static (double Value, double Slope) FitLine(FrechetPoint[] points)
    {
        double x = points.Average(static point => 1.0 / point.Count);
        double y = points.Average(static point => point.Value);
        double slope = points.Sum(point => ((1.0 / point.Count) - x) * (point.Value - y)) / points.Sum(
            point => Math.Pow((1.0 / point.Count) - x, 2));
        return (y - (slope * x), slope);
    }
}
