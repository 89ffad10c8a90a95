using Criterion.Formats;
using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training.Tests;

/// <summary>The networks of StyleGAN2 and R3GAN in trainings.</summary>
public sealed class ImageNetworksTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    public static TheoryData<GanNetwork> Networks { get; } = [GanNetwork.StyleGan2, GanNetwork.R3Gan];

    [Theory]
    [InlineData(8, 1, 0)]
    [InlineData(32, 3, 0)]
    [InlineData(64, 1, 3)]
    public void Networks_fit_their_images(int size, int channels, int classes)
    {
        ImageNetworks[] all =
        [
            new StyleGan2(size, channels, width: 2, latent: 5) { Classes = classes },
            new R3Gan(size, channels, width: 2, latent: 5) { Classes = classes },
        ];
        foreach (ImageNetworks networks in all)
        {
            Sequential generator = networks.Generator(new RandomStream(0));
            Tensor latents = networks.Latents(3, new RandomStream(1));
            Shape scores = classes == 0 ? [3] : [3, 1 + classes];

            Assert.Equal(new Shape(3, channels, size, size), generator.Forward(latents * 100).Shape);
            Assert.Equal(1, generator.InBatches(latents * 100).Abs().Max().Item(), 1);
            Assert.Equal(scores, networks.Discriminator(new RandomStream(0)).Forward(generator.Forward(latents)).Shape);
            Assert.Equal(
                networks.GeneratorWeights,
                generator.StateDict().Where(static named => named.Value.Rank > 1 && !named.Key.EndsWith("noise", StringComparison.Ordinal))
                    .Select(static named => named.Value.Shape));
        }
    }

    [Fact]
    public void Widths_double_inward_up_to_four_times()
    {
        Assert.Equal([32, 32, 16, 8], new StyleGan2().Widths);
        Assert.Equal([16, 16, 16, 8, 4], new R3Gan(64, width: 4).Widths);
    }

    [Fact]
    public void Noise_is_new_in_training_and_the_same_in_evaluation()
    {
        Sequential generator = new StyleGan2(8, width: 2, latent: 3).Generator(new RandomStream(1));
        foreach ((string name, Tensor parameter) in generator.NamedParameters())
        {
            Init.Constant(parameter, name.EndsWith("noise_strength", StringComparison.Ordinal) ? 1 : 0.5);
        }

        Tensor latents = Tensor.Randn([2, 3, 1, 1], random: new RandomStream(2));
        Assert.False(generator.Forward(latents).Equals(generator.Forward(latents)));
        Assert.NotEqual(Sum(generator.Forward(latents)), Sum(generator.Forward(latents)));
        generator.Eval();
        Tensor both = generator.Forward(latents);

        // Whatever else is in the batch.
        Assert.Equal(both[0..1].ToArray<float>(), generator.Forward(latents[0..1]).ToArray<float>());
        Assert.Single(generator.RandomStreams());

        static double Sum(Tensor images) => images.Sum().Item();
    }

    [Fact]
    public void A_block_of_R3GAN_begins_as_the_identity()
    {
        Sequential generator = new R3Gan(8, width: 4, latent: 3).Generator(new RandomStream(1));
        Tensor x = Tensor.Randn([2, 8, 4, 4], random: new RandomStream(2));
        Assert.Equal(x.ToArray<float>(), generator.OfType<Residual>().First().Forward(x).ToArray<float>());
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_resumed_run_has_the_bits_of_an_uninterrupted_one(GanNetwork network)
    {
        GanRecipe recipe = Recipe(network, steps: 8);
        Tiny.Run(_temp["whole"], recipe);
        using CancellationTokenSource stop = new();
        Tiny.Run(_temp["part"], recipe, step => (step.Step == 3 ? stop : null)?.Cancel(), stop);
        Checkpoint checkpoint = new CheckpointFolder(Path.Combine(_temp["part"], RunFolder.CheckpointsName)).Latest();
        using (RunFolder folder = RunFolder.Reopen<GanStep>(_temp["part"], checkpoint.Step))
        {
            GanRunRecord record = (GanRunRecord)RunFolder.ReadRecord(_temp["part"]);
            GanRun.Resume(record, Tiny.Data, checkpoint).Execute(folder, null, TestContext.Current.CancellationToken);
        }

        string file = Path.Combine(_temp["whole"], GeneratorFile.Name);
        Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(_temp["part"], GeneratorFile.Name)));
        (GanNetworks read, Sequential generator) = GeneratorFile.Read(file);
        Assert.Equal(3, read.Classes);
        Assert.Equal(
            generator.InBatches(read.Latents(2, new RandomStream(5), label: 1)).ToArray<float>(),
            generator.InBatches(read.Latents(2, new RandomStream(5), label: 1)).ToArray<float>());
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_file_whose_weights_differ_from_its_description_is_refused(GanNetwork network)
    {
        string file = _temp["generator.safetensors"];
        RecipeNetworks networks = Recipe(network).Options.Networks(Tiny.Data, Tiny.Width);
        GeneratorFile.Write(file, networks with { Width = 1000 }, networks.Generator(new RandomStream(1)));
        Assert.Contains("not a generator of Criterion", Assert.Throws<TrainingException>(() => GeneratorFile.Read(file)).Message);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Options_of_other_networks_are_refused(GanNetwork network)
    {
        GanOptions options = Recipe(network).Options with { Classes = ClassConditioning.None };

        Assert.Contains("has no normalisation", Refusal(options with { DiscriminatorNorm = DiscriminatorNorm.Spectral }));
        Assert.Contains("is no auto-encoder", Refusal(options with { Objective = new EnergyBasedGanLoss(), Regularizers = [] }));
        Assert.Contains("not a set of images", Refusal(options, new GaussianRing().Draw()));
        Assert.Contains("side must be 8", Refusal(options, new ImageDataset("odd", Tensor.Full([8, 1, 20, 20], -1))));
        Assert.Contains("no effect on CustomNetworks", Assert.Throws<TrainingException>(
            () => new GanRun(Tiny.Data, options, new CustomNetworks(static _ => new Tanh(), static _ => new Tanh()))).Message);
    }

    [Fact]
    public void Groups_that_do_not_divide_a_batch_and_penalties_of_single_samples_are_refused()
    {
        GanOptions options = Recipe(GanNetwork.StyleGan2).Options;

        Assert.Contains("do not divide a batch of 6", Refusal(options with { BatchSize = 6 }));
        Assert.Contains("allowBatchCoupling", Refusal(options with { Regularizers = [new R1Penalty(1)] }));
        Tiny.Trainer(options with { BatchSize = 3 }).Step();
    }

    static GanRecipe Recipe(GanNetwork network, int steps = 20)
    {
        GanRecipe recipe = Tiny.Recipe(network == GanNetwork.StyleGan2 ? "stylegan2" : "r3gan", steps: steps);
        return recipe with
        {
            Options = recipe.Options with
            {
                Network = network,
                Classes = ClassConditioning.Projection,
                Augment = new DiffAugment(),
            },
        };
    }

    static string Refusal(GanOptions options, Dataset? data = null) =>
        Assert.Throws<TrainingException>(() => new GanRun(data ?? Tiny.Data, options)).Message;
}
