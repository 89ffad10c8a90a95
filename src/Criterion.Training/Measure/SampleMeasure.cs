using Criterion.Metrics;

namespace Criterion.Training;

/// <summary>A measure of generated samples, chosen by the data.</summary>
internal abstract class SampleMeasure
{
    const string Frechet = "frechet";
    const string Modes = "modes_found";
    const string Share = "high_quality";

    /// <summary>Returns whether a lower value of a measure is better.</summary>
    public static bool IsLowerBetter(string name) => name == Frechet;

    /// <summary>Returns the greatest value of a measure; all are at least 0.</summary>
    public static double Most(string name) => name is Frechet or Modes ? double.PositiveInfinity : 1;

    /// <summary>Returns the measure for a data set.</summary>
    public static SampleMeasure For(Dataset data) => data switch
    {
        PointDataset { Ring: { } ring } => new ModesMeasure(ring),
        ImageDataset => new FrechetMeasure(data, static samples => FeatureSet.Of("samples", samples)),
        _ => new FrechetMeasure(data, static samples => new FeatureSet("samples", FeatureSet.Coordinates, samples)),
    };

    /// <summary>Measures samples.</summary>
    public abstract ValueList<Measurement> Of(Tensor samples);

    /// <summary>
    /// The Fréchet distance to all data, by the features of <see cref="FashionClassifier"/> or by the coordinates of points.
    /// </summary>
    sealed class FrechetMeasure(Dataset data, Func<Tensor, FeatureSet> features) : SampleMeasure
    {
        // Computed once, on first use; parallel runs share it.
        readonly Lazy<FeatureStatistics> _real = new(() => Statistics(FeatureSet.Of(data)));

        public override ValueList<Measurement> Of(Tensor samples) =>
            [new(Frechet, FrechetDistance.Between(_real.Value, Statistics(features(samples))).Value)];

        static FeatureStatistics Statistics(FeatureSet set) => FeatureStatistics.Of(set.Features, set.Name);
    }

    /// <summary>The number of modes of a ring that are found, and the share of points near one.</summary>
    sealed class ModesMeasure(GaussianRing ring) : SampleMeasure
    {
        // The same share of points as the default of ModeCoverage.
        const double LeastShare = 20.0 / ModeCoverage.Samples;

        public override ValueList<Measurement> Of(Tensor samples)
        {
            ModeCoverage modes = ModeCoverage.Of(samples, ring, Math.Max(1, (int)Math.Ceiling(LeastShare * samples.Shape[0])));
            return [new(Modes, modes.Found), new(Share, modes.HighQuality)];
        }
    }
}
