using Criterion.Formats;
using Criterion.Metrics;
using Criterion.Nn;

namespace Criterion.Training.Tests;

public sealed class EvaluationTests : IDisposable
{
    static readonly ImageDataset Clothes = ImageDataset.FashionMnist();
    static readonly FeatureSet Real = FeatureSet.Of("real", Garments[..300]);

    readonly TempFolder _temp = new();

    static Tensor Garments => Clothes.Images[..600];

    public void Dispose() => _temp.Dispose();

    [Fact]
    [Trait("Case", "d4")]
    public void Too_few_samples_and_too_large_features_are_refused_before_anything_long()
    {
        System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
        FeatureSet few = new("few", FeatureSet.FromFile, Tensor.Randn([4, 6000], DType.Float64, new(1)));
        Assert.Contains("at least 6", Assert.Throws<TrainingException>(() => Evaluation.Of(few, few)).Message, StringComparison.Ordinal);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
        FeatureSet large = new("large", FeatureSet.FromFile, Tensor.Randn([20, 3], DType.Float64, new(1)) * 1e200);
        Assert.Contains("overflow", Assert.Throws<MetricException>(() => Evaluation.Of(large, large)).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Case", "density-identical")]
    public void Copies_of_one_sample_are_warned_of()
    {
        FeatureSet same = new("same", FeatureSet.FromFile, Tensor.Ones([16, 4]));
        Assert.Contains(Evaluation.Of(same, same).Warnings, static warning => warning.Contains("16 of 16", StringComparison.Ordinal));
    }

    [Fact]
    public void More_noise_is_further_away_by_every_measure()
    {
        Evaluation[] noisy = [.. ((double[])[0, 0.3, 1]).Select(noise => Evaluation.Of(Real, FeatureSet.Of("noisy", Noisy(noise))))];

        Rises(noisy.Select(evaluation => evaluation.Frechet.Value));
        Rises(noisy.Select(evaluation => evaluation.Kernel.Value));
        Rises(noisy.Select(evaluation => -evaluation.PrecisionRecall.Precision));
        Rises(noisy.Select(evaluation => -evaluation.DensityCoverage.Density));
        Rises(noisy.Select(evaluation => -evaluation.DensityCoverage.Coverage));
        Assert.True(noisy[2].InceptionFake!.Value < noisy[0].InceptionFake!.Value);
        Assert.InRange(noisy[0].Kernel.Value, -4 * noisy[0].Kernel.StandardError, 4 * noisy[0].Kernel.StandardError);
    }

    [Fact]
    public void Few_samples_are_warned_of_and_not_extrapolated()
    {
        Evaluation evaluation = Evaluation.Of(Real, Real with { Features = Real.Features[..90], Probabilities = null });

        Assert.Contains(evaluation.Warnings, warning => warning.StartsWith("90 fake samples are too few for 96 "
            + "features", StringComparison.Ordinal));
        Assert.Null(evaluation.FrechetExtrapolated);
        Assert.Null(evaluation.InceptionFake);
        Assert.NotNull(evaluation.InceptionReal);
    }

    [Fact]
    public void Evaluations_go_through_json()
    {
        Evaluation evaluation = Evaluation.Of(Real, Real);

        Evaluation back = EvaluationJson.Read(EvaluationJson.Write(evaluation));

        Assert.Equal(EvaluationJson.Write(evaluation), EvaluationJson.Write(back));
        Assert.Equal(
            (evaluation.Frechet, evaluation.Kernel, evaluation.DensityCoverage), (back.Frechet, back.Kernel, back.DensityCoverage));
        Assert.Throws<TrainingException>(() => EvaluationJson.Read("{}"));
        Assert.Throws<TrainingException>(() => EvaluationJson.Read("null"));
    }

    [Fact]
    public void The_seed_decides()
    {
        Assert.Equal(EvaluationJson.Write(Evaluation.Of(Real, Real, 3)), EvaluationJson.Write(Evaluation.Of(Real, Real, 3)));
        Assert.NotEqual(EvaluationJson.Write(Evaluation.Of(Real, Real, 3)), EvaluationJson.Write(Evaluation.Of(Real, Real, 4)));
    }

    [Fact]
    public void Any_network_can_make_the_features()
    {
        Conv2d network = new(1, 2, 8, stride: 8, random: new RandomStream(0));
        FeatureSet set = FeatureSet.Of("real", Garments[..150], network, "random convolution");

        Assert.Equal(("random convolution", new Shape(150, 32)), (set.Name, set.Features.Shape));
        Assert.False(network.IsTraining);
        Assert.False(set.Features.RequiresGrad);
        Assert.Equal(set.Features[149].ToArray<float>(), network.Forward(Garments[149..150]).Flatten().ToArray<float>(),
            (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Contains(
            "random convolution", Assert.Throws<TrainingException>(() => Evaluation.Of(Real, set)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Features_and_images_are_told_apart_by_their_dimensions()
    {
        Npy.Write(_temp["features.npy"], Tensor.Ones([5, 7]));
        Npy.Write(_temp["images.npy"], Tensor.Full([5, 28, 28], 9, DType.UInt8));

        Assert.Equal((FeatureSet.FromFile, 5), (FeatureSet.Load(_temp["features.npy"]).Name, FeatureSet.Load(_temp["features.npy"]).Count));
        Assert.Equal(
            (FashionClassifier.FeatureName, 5), (FeatureSet.Load(_temp["images.npy"]).Name, FeatureSet.Load(_temp["images.npy"]).Count));
        Assert.Throws<TrainingException>(() => FeatureSet.Load(_temp["nothing.npy"]));
    }

    [Fact]
    public void Generators_draw_by_seed()
    {
        Dcgan networks = new(8, 1, 2, 3);
        GeneratorFile.Write(_temp[GeneratorFile.Name], networks, networks.Generator(new RandomStream(1)));

        FeatureSet folder = FeatureSet.Load(_temp.Path, count: 20);
        Assert.Equal((20, _temp.Path), (folder.Count, folder.Source));
        Assert.Equal(folder.Features.ToArray<float>(), FeatureSet.Load(_temp[GeneratorFile.Name], count: 20).Features.ToArray<float>());
        Assert.NotEqual(folder.Features.ToArray<float>(), FeatureSet.Load(_temp.Path, count: 20, seed: 1).Features.ToArray<float>());
    }

    static Tensor Noisy(double deviation) =>
        (Garments[300..] + Tensor.Randn(Garments[300..].Shape, random: new RandomStream(5), deviation: deviation)).Clamp(-1, 1);

    static void Rises(IEnumerable<double> values) => Assert.Equal(values.Order().Distinct(), values);
}
