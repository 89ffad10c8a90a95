using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training.Tests;

public class FeatureMatchingTests
{
    const double Weight = 0.3;
    static readonly PointDataset Data = new("points", Tensor.From([1f, 2, 3, 6], [2, 2]));
    static readonly GanOptions Still = new()
    {
        Objective = new WassersteinGanLoss(),
        BatchSize = 2,
        Latent = 1,
        DiscriminatorLearningRate = 0,
        GeneratorLearningRate = 0,
    };

    // The generator makes the point b of everything; the critic is v·(W x).
    readonly Constant _generator = new();
    readonly Linear _hidden = new(2, 3, bias: false, random: new RandomStream(1));
    readonly Linear _last = new(3, 1, random: new RandomStream(2));

    [Fact]
    public void The_generator_follows_the_gradient_of_both_terms()
    {
        Step(Still with { FeatureMatching = new(Weight) });

        float[] b = _generator.Point.ToArray<float>();
        float[] w = _hidden.Weight.ToArray<float>();
        float[] v = _last.Weight.ToArray<float>();
        double[] away = [b[0] - 2, b[1] - 4];
        double[] features = [.. Enumerable.Range(0, 3).Select(i => (w[2 * i] * away[0]) + (w[(2 * i) + 1] * away[1]))];
        double[] expected = [.. Enumerable.Range(0, 2)
            .Select(j => Enumerable.Range(0, 3).Sum(i => (-v[i] * w[(2 * i) + j]) + (Weight * 2 * features[i] * w[(2 * i) + j])))];
        float[] gradient = _generator.Point.Grad!.ToArray<float>();

        Assert.Equal(expected[0], gradient[0], 1e-4);
        Assert.Equal(expected[1], gradient[1], 1e-4);
    }

    [Fact]
    public void A_layer_can_be_named()
    {
        double last = Step(Still with { FeatureMatching = new(Weight) });

        Assert.Equal(last, Step(Still with { FeatureMatching = new(Weight, "0") }));
        Assert.NotEqual(last, Step(Still with { FeatureMatching = new(Weight, "1") }));
        Assert.Contains("no layer '7'", Refusal(new(Weight, "7")), StringComparison.Ordinal);
        Assert.Contains("no layer 'conv'", Refusal(new(Weight, "conv")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_critic_without_layers_has_no_features()
    {
        Assert.Contains("no hidden layer", Assert.Throws<TrainingException>(
            () => new GanTrainer(_generator, new Sequential(new Linear(2, 1)), Data, Still with { FeatureMatching = new() })).Message,
                StringComparison.Ordinal);
        Assert.Contains("Sequential", Assert.Throws<TrainingException>(
            () => new GanTrainer(_generator, new Linear(2, 1), Data, Still with { FeatureMatching = new() })).Message,
                StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dcgan")]
    [InlineData("r3gan")]
    [InlineData("acgan")]
    public void It_goes_with_recipes(string recipe)
    {
        GanOptions options = Tiny.Recipe(recipe).Options;
        GanStep with = Tiny.Trainer(options with { FeatureMatching = new(0.5) }).Step();

        Assert.True(with.GeneratorLoss > Tiny.Trainer(options).Step().GeneratorLoss);
    }

    [Fact]
    public void Texts_say_weight_and_layer()
    {
        Assert.Equal(new FeatureMatchingOptions(0.5), FeatureMatchingOptions.Parse("0.5"));
        Assert.Equal(new FeatureMatchingOptions(2, "4"), FeatureMatchingOptions.Parse("2@4"));
        Assert.Null(FeatureMatchingOptions.Parse("0"));
        Assert.Contains(
            "'much'", Assert.Throws<TrainingException>(() => FeatureMatchingOptions.Parse("much")).Message, StringComparison.Ordinal);
        Assert.Contains("-1", Assert.Throws<TrainingException>(() => FeatureMatchingOptions.Parse("-1")).Message, StringComparison.Ordinal);
    }

    string Refusal(
        FeatureMatchingOptions matching) => Assert.Throws<TrainingException>(() => Step(Still with { FeatureMatching = matching })).Message;

    double Step(GanOptions options) => new GanTrainer(_generator, new Sequential(_hidden, _last, new Flatten(0)), Data, options)
        .Step().GeneratorLoss;

    sealed class Constant : Module
    {
        public Constant() => Point = Parameter("point", Tensor.From([0.5f, -1], [2]));

        public Tensor Point { get; }

        public override Tensor Forward(Tensor input) => Point.Expand(input.Shape[0], 2) * 1;
    }
}
