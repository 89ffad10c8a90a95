using Criterion.Losses;

namespace Criterion.Cli.Tests;

/// <summary>Every option of a recipe can be changed on the command line, and comes back from run.json.</summary>
public sealed class GanTrainingOptionsTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Nothing_given_is_the_recipe_unchanged() => Assert.All(
        GanRecipe.All.Where(static recipe => recipe.Name is "dcgan" or "wgan-gp" or "r3gan"),
        recipe =>
            Assert.Equal(recipe.For(new GaussianRing().Draw(1)).Options with { Steps = 1, BatchSize = 2, Augment = Augmentation.None },
                Train(recipe.Name, []).Options));

    [Fact]
    public void Everything_can_be_given()
    {
        (GanOptions options, string error) = Train("dcgan",
        [
            "--objective", "least-squares:a=-1,c=0", "--penalty", "drift=0.01", "--penalty", "r1=5@2", "--feature-matching", "0.25",
                "--d-steps", "2", "--latent", "3",
            "--lr", "1e-3", "--d-lr", "2e-3", "--optimizer", "adam", "--beta1", "0", "--beta2", "0.9", "--ema", "0.5",
                "--constant-share", "0.25", "--d-norm", "layer", "--class-weight", "0.5",
            "--on-nan", "skip", "--seed", "9",
        ]);

        Assert.Equal("", error);
        Assert.Equal(
            new GanOptions
            {
                Objective = LeastSquaresGanLoss.Pearson,
                Regularizers = [new DriftPenalty(0.01), new(new R1Penalty(5), 2)],
                FeatureMatching = new(0.25),
                DiscriminatorSteps = 2,
                Latent = 3,
                DiscriminatorLearningRate = 2e-3,
                GeneratorLearningRate = 1e-3,
                Beta1 = 0,
                Beta2 = 0.9,
                AverageDecay = 0.5,
                ConstantShare = 0.25,
                Augment = Augmentation.None,
                DiscriminatorNorm = DiscriminatorNorm.Layer,
                ClassWeight = 0.5,
                OnNan = NanPolicy.Skip,
                Seed = 9,
                Steps = 1,
                BatchSize = 2,
            },
            options);
    }

    [Fact]
    public void Points_are_learned_faster()
    {
        GanOptions options = GanRecipe.Find("wgan-gp").For(new GaussianRing().Draw(1)).Options;

        Assert.Equal((5e-4, 5e-4, 5000, 0.1),
            (options.GeneratorLearningRate, options.DiscriminatorLearningRate, options.Steps, options.Regularizers[0].Penalty.Weight));
        Assert.Same(GanRecipe.All[0], GanRecipe.All[0].For(Tiny.Data));
    }

    [Fact]
    public void What_a_recipe_has_can_be_taken_away()
    {
        Assert.Empty(Train("wgan-gp", ["--penalty", "none", "--clip", "0.02"]).Options.Regularizers);
        Assert.Equal(0.5, Train("began", ["--data", "fashion-mnist", "--gamma", "0.5"]).Options.Equilibrium.Gamma);
        Assert.Equal(0.02, Train("wgan", ["--clip", "0.02"]).Options.Clip!.Limit);
        Assert.Null(Train("wgan", ["--clip", "none", "--penalty", "gradient-penalty"]).Options.Clip);
        Assert.Equal(GanOptimizer.RMSprop, Train("dcgan", ["--optimizer", "rmsprop", "--g-lr", "0.5"]).Options.Optimizer);
    }

    [Fact]
    public void Doubts_are_said_and_the_rest_refused()
    {
        Assert.Contains("warning: A Wasserstein critic is unstable with momentum", Train("wgan", ["--optimizer", "adam"]).Error,
            StringComparison.Ordinal);
        Assert.Contains("batch norm in the discriminator mixes samples", Refusal("--penalty", "r1", "--d-norm", "batch"),
            StringComparison.Ordinal);
        Assert.Contains("no objective 'hing'", Refusal("--objective", "hing"), StringComparison.Ordinal);
        Assert.Contains("Expected a positive number, or none", Refusal("--clip", "-1"), StringComparison.Ordinal);
        Assert.Contains("--beta1", Refusal("--beta1", "1"), StringComparison.Ordinal);
        Assert.Contains("--d-norm", Refusal("--d-norm", "weight"), StringComparison.Ordinal);
        Assert.Contains("above 0 and up to 1", Refusal("--gamma", "2"), StringComparison.Ordinal);
    }

    (GanOptions Options, string Error) Train(string recipe, string[] settings)
    {
        string folder = _temp[Guid.NewGuid().ToString("N")];
        string[] data = settings.Contains("--data") ? [] : ["--data", "ring"];
        (int code, string error) = Run(
            ["train", recipe, .. data, "--width", "4", "--steps", "1", "--batch", "2", "--out", folder, .. settings]);
        Assert.True(code == 0, error);
        return (((GanRunRecord)RunFolder.ReadRecord(folder)).Options, error);
    }

    string Refusal(params string[] settings)
    {
        (int code, string error) = Run(["train", "--data", "fashion-mnist", "--steps", "1", "--out", _temp["no"], .. settings]);
        Assert.Equal(1, code);
        Assert.False(Directory.Exists(_temp["no"]));
        return error;
    }

    static (int Code, string Error) Run(string[] args)
    {
        (int code, _, string error) = ToolRun.Run(args);
        return (code, error);
    }
}
