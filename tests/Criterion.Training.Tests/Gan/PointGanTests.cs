using Criterion.Formats;
using Criterion.Losses;
using Criterion.Nn;
using static Criterion.Training.Tests.ToolRun;

namespace Criterion.Training.Tests;

/// <summary>GANs of points in the plane.</summary>
public sealed class PointGanTests : IDisposable
{
    static readonly PointDataset Data = new GaussianRing().Draw(200);

    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    public static TheoryData<string> Recipes { get; } =
        [.. GanRecipe.All.Where(static recipe => recipe.Options.Objective is not (EnergyBasedGanLoss or BoundaryEquilibriumGanLoss)).Select(static recipe => recipe.Name)];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Recipes_train_on_points(string recipe)
    {
        GanRun run = new(Tiny.Recipe(recipe, steps: 3), Data, Tiny.Width);
        using RunFolder folder = RunFolder.Create<GanStep>(_temp["run"]);
        List<GanStep> steps = [];
        GanRunRecord record = (GanRunRecord)run.Execute(folder, steps.Add, TestContext.Current.CancellationToken);

        Assert.Equal(record, RunJson.Read(File.ReadAllText(_temp["run/run.json"])));
        Assert.Equal(8, record.Modes!.Modes);
        Assert.All(steps, static step => Assert.True(double.IsFinite(step.DiscriminatorLoss + step.GeneratorLoss) && step.GeneratorGradientNorm > 0));
        Assert.Equal(3, Png.Read(_temp["run/samples/step-000003.png"]).Shape[0]);
        (GanNetworks network, Sequential generator) = GeneratorFile.Read(_temp["run/generator.safetensors"]);
        Assert.Equal(record.Networks with { DiscriminatorNorm = DiscriminatorNorm.None }, network);
        Assert.Equal(new Shape(5, 2), generator.InBatches(network.Latents(5, new RandomStream(0))).Shape);
    }

    [Theory]
    [InlineData("ebgan")]
    [InlineData("began")]
    public void Auto_encoders_of_points_are_refused(string recipe) =>
        Assert.Contains("An auto-encoder of points", Assert.Throws<TrainingException>(() => new GanRun(Tiny.Recipe(recipe), Data)).Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_for_images_is_refused()
    {
        GanOptions options = Tiny.Recipe().Options;

        Assert.Contains("Instance norm", Refusal(options with { DiscriminatorNorm = DiscriminatorNorm.Instance }), StringComparison.Ordinal);
        Assert.Contains("shifted copy", Refusal(options with { Regularizers = [new ConsistencyPenalty()] }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DiscriminatorNorm.Batch, typeof(BatchNorm1d))]
    [InlineData(DiscriminatorNorm.Layer, typeof(LayerNorm))]
    [InlineData(DiscriminatorNorm.Spectral, typeof(SpectralNorm))]
    public void Discriminators_of_points_are_normalised_as_asked(DiscriminatorNorm norm, Type layer) =>
        Assert.Contains(new PointNetworks(DiscriminatorNorm: norm).Discriminator(new RandomStream(0)), module => module.GetType() == layer);

    [Fact]
    public void The_ring_on_the_command_line()
    {
        (int code, string output, string error) = Run("train", "r3gan", "--data", "ring", "--steps", "2", "--batch", "8", "--width", "4", "--out", _temp["run"]);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("on 100000 points of ring into", output, StringComparison.Ordinal);
        Assert.Contains("of 8 modes", output, StringComparison.Ordinal);

        Assert.Contains("from step 2 of 4", Run("train", "--resume", _temp["run"], "--steps", "4").Output, StringComparison.Ordinal);
        Assert.Contains("7 points", Run("sample", _temp["run"], "--count", "7", "--out", _temp["x.npy"]).Output, StringComparison.Ordinal);
        Assert.Equal(new Shape(7, 2), Npy.Read(_temp["x.npy"]).Shape);
        Succeeded(Run("sample", _temp["run"], "--out", _temp["x.png"]));
        Assert.Contains("modes                     0 of 8", Run("evaluate", "ring", _temp["run"], "--count", "50").Output, StringComparison.Ordinal);
        Assert.Contains("modes                     8 of 8", Run("evaluate", "ring", "ring", "--count", "400").Output, StringComparison.Ordinal);
        Assert.Contains("different features mean nothing", Run("evaluate", "fashion-mnist", _temp["run"], "--count", "10").Error, StringComparison.Ordinal);
        Assert.Contains("no size in pixels", Run("train", "--data", "ring", "--size", "32", "--out", _temp["no"]).Error, StringComparison.Ordinal);
        Assert.Contains("do not mix", Run("train", "--data", "ring", "--data", "fashion-mnist", "--out", _temp["no"]).Error, StringComparison.Ordinal);
    }

    static string Refusal(GanOptions options)
    {
        return Assert.Throws<TrainingException>(Build).Message;

        void Build()
        {
            GanNetworks networks = options.Networks(Data, Tiny.Width);
            _ = new GanTrainer(networks.Generator(new RandomStream(1)), networks.Discriminator(new RandomStream(2)), Data, options);
        }
    }
}
