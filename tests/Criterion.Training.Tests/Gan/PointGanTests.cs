using Criterion.Formats;
using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training.Tests;

/// <summary>GANs of points in the plane.</summary>
public sealed class PointGanTests : IDisposable
{
    static readonly PointDataset Data = new GaussianRing().Draw(200);

    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    public static TheoryData<string> Recipes { get; } =
        [.. GanRecipe.All.Where(static recipe => recipe.Options is
            { Network: GanNetwork.Dcgan, Objective: not (EnergyBasedGanLoss or BoundaryEquilibriumGanLoss) })
            .Select(static recipe => recipe.Name)];

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
        Assert.All(steps, static step => Assert.True(double.IsFinite(step.DiscriminatorLoss + step.GeneratorLoss)
            && step.GeneratorGradientNorm > 0));
        Assert.Equal(3, Png.Read(_temp["run/samples/step-000003.png"]).Shape[0]);
        (GanNetworks network, Sequential generator) = GeneratorFile.Read(_temp["run/generator.safetensors"]);
        Assert.Equal((RecipeNetworks)record.Networks with { DiscriminatorNorm = DiscriminatorNorm.None }, network);
        Assert.Equal(new Shape(5, 2), generator.InBatches(network.Latents(5, new RandomStream(0))).Shape);
    }

    [Theory]
    [InlineData("ebgan")]
    [InlineData("began")]
    public void Auto_encoders_of_points_are_refused(string recipe) =>
        Assert.Contains("An auto-encoder reconstructs all "
            + "points", Assert.Throws<TrainingException>(() => new GanRun(Tiny.Recipe(recipe), Data)).Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_for_images_is_refused()
    {
        GanOptions options = Tiny.Recipe().Options;

        Assert.Contains(
            "Instance norm", Refusal(options with { DiscriminatorNorm = DiscriminatorNorm.Instance }), StringComparison.Ordinal);
        Assert.Contains("shifted copy", Refusal(options with { Regularizers = [new ConsistencyPenalty()] }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DiscriminatorNorm.Batch, typeof(BatchNorm1d))]
    [InlineData(DiscriminatorNorm.Layer, typeof(LayerNorm))]
    [InlineData(DiscriminatorNorm.Spectral, typeof(SpectralNorm))]
    public void Discriminators_of_points_are_normalised_as_asked(DiscriminatorNorm norm, Type layer) =>
        Assert.Contains(new PointNetworks(discriminatorNorm: norm).Discriminator(new RandomStream(0)), module => module.GetType() == layer);

    static string Refusal(GanOptions options)
    {
        return Assert.Throws<TrainingException>(Build).Message;

        void Build()
        {
            RecipeNetworks networks = options.Networks(Data, Tiny.Width);
            _ = new GanTrainer(networks.Generator(new RandomStream(1)), networks.Discriminator(new RandomStream(2)), Data, options);
        }
    }
}
