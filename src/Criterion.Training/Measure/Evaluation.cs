using Criterion.Metrics;

namespace Criterion.Training;

/// <summary>How near generated samples are to real ones, by all measures.</summary>
public sealed record Evaluation
{
    /// <summary>The samples that all measures need: one more than the neighbours that density and coverage look for.</summary>
    internal const int LeastSamples = 6;

    const int MostSplits = 10;

    /// <summary>Where the real samples come from.</summary>
    public required string Real { get; init; }

    /// <summary>Where the generated samples come from.</summary>
    public required string Fake { get; init; }

    /// <summary>The Fréchet distance; lower is nearer.</summary>
    public required FrechetResult Frechet { get; init; }

    /// <summary>The Fréchet distance extrapolated to infinitely many generated samples, where there are at least four for each dimension.</summary>
    public FrechetExtrapolation? FrechetExtrapolated { get; init; }

    /// <summary>The kernel distance; lower is nearer.</summary>
    public required KernelResult Kernel { get; init; }

    /// <summary>The inception-style score of the real samples, where there are class probabilities: what a perfect generator would have.</summary>
    public InceptionResult? InceptionReal { get; init; }

    /// <summary>The inception-style score of the generated samples, where there are class probabilities; higher is better.</summary>
    public InceptionResult? InceptionFake { get; init; }

    /// <summary>Precision and recall.</summary>
    public required PrecisionRecallResult PrecisionRecall { get; init; }

    /// <summary>Density and coverage.</summary>
    public required DensityCoverageResult DensityCoverage { get; init; }

    /// <summary>The modes that the generated points cover, where those of the real ones are known.</summary>
    public ModeCoverage? Modes { get; init; }

    /// <summary>Reasons not to trust the numbers, in words.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Compares two sets by all measures.</summary>
    /// <param name="real">Real samples.</param>
    /// <param name="fake">Generated samples.</param>
    /// <param name="seed">Decides which subsets the kernel distance and the extrapolation draw.</param>
    /// <exception cref="TrainingException">The sets are of different features, or one has fewer than 6 samples.</exception>
    /// <exception cref="ShapeException">Their dimensions differ.</exception>
    /// <exception cref="MetricException">A feature is NaN or infinite.</exception>
    public static Evaluation Of(FeatureSet real, FeatureSet fake, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(fake);
        if (real.Name != fake.Name)
        {
            throw new TrainingException($"'{real.Source}' has {real.Name} and '{fake.Source}' has {fake.Name}: distances between different features mean nothing. Give two sets of images or of points, or two files of features of the same network.");
        }

        CheckCount(real, nameof(real));
        CheckCount(fake, nameof(fake));
        RandomStream random = new(seed);
        // First what is cheap and needs the most samples: the Fréchet distance of many dimensions takes minutes.
        DensityCoverageResult density = Metrics.DensityCoverage.Between(real.Features, fake.Features, features: real.Name);
        FeatureStatistics statistics = FeatureStatistics.Of(real.Features, real.Name);
        FrechetResult frechet = FrechetDistance.Between(statistics, FeatureStatistics.Of(fake.Features, fake.Name));
        return new Evaluation
        {
            Real = real.Source,
            Fake = fake.Source,
            Frechet = frechet,
            FrechetExtrapolated = fake.Count >= 4 * statistics.Dimensions ? FrechetDistance.Extrapolate(statistics, fake.Features, random: random.Fork(0)) : null,
            Kernel = KernelDistance.Between(real.Features, fake.Features, random: random.Fork(1), features: real.Name),
            InceptionReal = Inception(real),
            InceptionFake = Inception(fake),
            PrecisionRecall = Metrics.PrecisionRecall.Between(real.Features, fake.Features, features: real.Name),
            DensityCoverage = density,
            Modes = real.Ring is { } ring ? ModeCoverage.Of(fake.Features, ring) : null,
            Warnings = [.. frechet.Warnings(), .. density.Warnings()],
        };
    }

    // The measures check this too, the slow ones first.
    static void CheckCount(FeatureSet set, string name)
    {
        if (set.Count < LeastSamples)
        {
            throw new TrainingException($"Evaluation: '{set.Source}' ({name}) has {set.Count} sample(s), and at least {LeastSamples} are needed to compare distributions. Give more.");
        }
    }

    static InceptionResult? Inception(FeatureSet set) => set.Probabilities is { } probabilities
        ? InceptionScore.Of(probabilities, Math.Min(MostSplits, set.Count), features: set.Name)
        : null;
}
