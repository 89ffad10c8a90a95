using Criterion.Metrics;

namespace Criterion.Training;

/// <summary>The similarity of generated samples to real ones, by all measures.</summary>
public sealed record Evaluation
{
    /// <summary>The samples that all measures need: one more than the neighbours that density and coverage use.</summary>
    internal const int LeastSamples = 6;

    const int MostSplits = 10;

    /// <summary>Gets the source of the real samples.</summary>
    public required string Real { get; init; }

    /// <summary>Gets the source of the generated samples.</summary>
    public required string Fake { get; init; }

    /// <summary>Gets the Fréchet distance; lower is better.</summary>
    public required FrechetResult Frechet { get; init; }

    /// <summary>
    /// Gets the Fréchet distance extrapolated to infinitely many generated samples; null for fewer than four samples per dimension.
    /// </summary>
    public FrechetExtrapolation? FrechetExtrapolated { get; init; }

    /// <summary>
    /// Gets the mean over classes of the Fréchet distance between generated and real samples of one class; null unless the classes of both
    /// are known. Source: Miyato, Koyama, cGANs with projection discriminator, 2018.
    /// </summary>
    public double? FrechetIntraClass { get; init; }

    /// <summary>Gets the kernel distance; lower is better.</summary>
    public required KernelResult Kernel { get; init; }

    /// <summary>
    /// Gets the inception-style score of the real samples, which a perfect generator would reach; null without class probabilities.
    /// </summary>
    public InceptionResult? InceptionReal { get; init; }

    /// <summary>Gets the inception-style score of the generated samples; higher is better. Null without class probabilities.</summary>
    public InceptionResult? InceptionFake { get; init; }

    /// <summary>Gets precision and recall.</summary>
    public required PrecisionRecallResult PrecisionRecall { get; init; }

    /// <summary>Gets density and coverage.</summary>
    public required DensityCoverageResult DensityCoverage { get; init; }

    /// <summary>Gets the modes that the generated points cover; null if the modes of the real ones are not known.</summary>
    public ModeCoverage? Modes { get; init; }

    /// <summary>
    /// Gets the problems of the features, such as <see cref="FindingKind.UnsuitedFeatures"/>; <see cref="Warnings"/> repeats them.
    /// </summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>Gets warnings about the reliability of the numbers.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Compares two sets by all measures.</summary>
    /// <param name="real">The real samples.</param>
    /// <param name="fake">The generated samples.</param>
    /// <param name="seed">The seed of the subsets of the kernel distance and the extrapolation. Default: 0.</param>
    /// <exception cref="TrainingException">The features differ, or a set has fewer than 6 samples.</exception>
    /// <exception cref="ShapeException">Their dimensions differ.</exception>
    /// <exception cref="MetricException">A feature is NaN or infinite.</exception>
    public static Evaluation Of(FeatureSet real, FeatureSet fake, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(fake);
        if (real.Name != fake.Name)
        {
            throw new TrainingException(
                $"Evaluation: '{real.Source}' has {real.Name} and '{fake.Source}' has {fake.Name}, "
                    + "and different features cannot be compared. "
                + "Give two sets of images or of points, or two files of features of the same network.");
        }

        CheckCount(real, nameof(real));
        CheckCount(fake, nameof(fake));
        RandomStream random = new(seed);
        // The cheap measures, which need the most samples, come first: the Fréchet distance of many dimensions takes minutes.
        DensityCoverageResult density = Metrics.DensityCoverage.Between(real.Features, fake.Features, features: real.Name);
        FeatureStatistics statistics = FeatureStatistics.Of(real.Features, real.Name);
        FrechetResult frechet = FrechetDistance.Between(statistics, FeatureStatistics.Of(fake.Features, fake.Name));
        return new Evaluation
        {
            Real = real.Source,
            Fake = fake.Source,
            Frechet = frechet,
            FrechetExtrapolated = fake.Count >= 4 * statistics.Dimensions
                ? FrechetDistance.Extrapolate(statistics, fake.Features, random: random.Fork(0))
                : null,
            FrechetIntraClass = IntraClass(real, fake),
            Kernel = KernelDistance.Between(real.Features, fake.Features, random: random.Fork(1), features: real.Name),
            InceptionReal = Inception(real),
            InceptionFake = Inception(fake),
            PrecisionRecall = Metrics.PrecisionRecall.Between(real.Features, fake.Features, features: real.Name),
            DensityCoverage = density,
            Modes = real.Ring is { } ring ? ModeCoverage.Of(fake.Features, ring) : null,
            Findings = real.Findings,
            Warnings = [.. real.Findings.Select(static finding => finding.Message), .. frechet.Warnings(), .. density.Warnings()],
        };
    }

    static double? IntraClass(FeatureSet real, FeatureSet fake)
    {
        if (real.Labels is null || fake.Labels is null)
        {
            return null;
        }

        int[][] ofReal = ByClass(real);
        int[][] ofFake = ByClass(fake);
        return ofReal.Length == ofFake.Length && ofReal.Concat(ofFake).All(static rows => rows.Length >= 2)
            ? Enumerable.Range(0, ofReal.Length).Average(i => FrechetDistance.Between(
                Rows(real, ofReal[i]), Rows(fake, ofFake[i]), real.Name).Value)
            : null;

        static Tensor Rows(FeatureSet set, int[] rows) =>
            set.Features.IndexSelect(0, Tensor.From([.. rows.Select(static row => (long)row)]));
    }

    // The rows of each class.
    static int[][] ByClass(FeatureSet set)
    {
        long[] labels = set.Labels!.ToArray<long>();
        return [.. Enumerable.Range(0, (int)labels.Max() + 1).Select(i =>
            Enumerable.Range(0, labels.Length).Where(row => labels[row] == i).ToArray())];
    }

    // The measures check this too, but the slow ones first.
    static void CheckCount(FeatureSet set, string name)
    {
        if (set.Count < LeastSamples)
        {
            throw new TrainingException(
                $"Evaluation: '{set.Source}' ({name}) has {Counted.Of(set.Count, "sample")}, "
                    + $"and at least {LeastSamples} are needed to compare distributions. "
                + "Give more samples.");
        }
    }

    static InceptionResult? Inception(FeatureSet set) => set.Probabilities is { } probabilities
        ? InceptionScore.Of(probabilities, Math.Min(MostSplits, set.Count), features: set.Name)
        : null;
}
