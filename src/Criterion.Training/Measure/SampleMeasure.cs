using Criterion.Metrics;

namespace Criterion.Training;

/// <summary>What is measured of generated samples; the data decide which measure there is.</summary>
internal abstract class SampleMeasure
{
    const string Frechet = "frechet";

    /// <summary>Of two values of a measure, whether the lower one is better.</summary>
    public static bool IsLowerBetter(string name) => name == Frechet;

    /// <summary>The measure for samples that should be like the data.</summary>
    public static SampleMeasure For(Dataset data) => data switch
    {
        PointDataset { Ring: { } ring } => new ModesMeasure(ring),
        ImageDataset => new FrechetMeasure(data, static samples => FeatureSet.Of("samples", samples)),
        _ => new FrechetMeasure(data, static samples => new FeatureSet("samples", FeatureSet.Coordinates, samples)),
    };

    /// <summary>Measures samples.</summary>
    public abstract ValueList<Measurement> Of(Tensor samples);

    /// <summary>The Fréchet distance to all data, by the features of the embedded classifier, or by the coordinates of points.</summary>
    sealed class FrechetMeasure(Dataset data, Func<Tensor, FeatureSet> features) : SampleMeasure
    {
        // Taken once, when they are first needed; runs side by side share them.
        readonly Lazy<FeatureStatistics> _real = new(() => Statistics(features(data.Items)));

        public override ValueList<Measurement> Of(Tensor samples) =>
            [new(Frechet, FrechetDistance.Between(_real.Value, Statistics(features(samples))).Value)];

        static FeatureStatistics Statistics(FeatureSet set) => FeatureStatistics.Of(set.Features, set.Name);
    }

    /// <summary>How many modes of a ring are found, and the share of points near one.</summary>
    sealed class ModesMeasure(GaussianRing ring) : SampleMeasure
    {
        // As many for each point that is drawn as ModeCoverage asks for by itself.
        const double LeastShare = 20.0 / ModeCoverage.Samples;

        public override ValueList<Measurement> Of(Tensor samples)
        {
            ModeCoverage modes = ModeCoverage.Of(samples, ring, Math.Max(1, (int)Math.Ceiling(LeastShare * samples.Shape[0])));
            return [new("modes_found", modes.Found), new("high_quality", modes.HighQuality)];
        }
    }
}
