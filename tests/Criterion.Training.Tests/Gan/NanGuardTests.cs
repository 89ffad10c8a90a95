using Criterion.Nn;

namespace Criterion.Training.Tests;

/// <summary>A loss that is no number: what the trainers of GANs, CycleGANs and Siamese networks say and do.</summary>
public class NanGuardTests
{
    static readonly ImageDataset Broken = Tiny.NotFinite([8, 1, 12, 12], Tensor.From([0L, 0, 0, 0, 1, 1, 1, 1]));
    readonly CycleGanNetworks _translators = CycleGanNetworks.Build(
        new(width: 2, blocks: 1), new(width: 2, layers: 1), new RandomStream(1));
    readonly Sequential _encoder = new EmbeddingNetwork(width: 2, head: 4).Build(new RandomStream(1));

    [Fact]
    public void A_cyclegan_names_the_first_tensor_without_numbers()
    {
        ImageDataset fine = new("fine", Tensor.Zeros([8, 1, 12, 12]), range: ImageRange.MinusOneOne);

        Assert.Contains("The adversarial loss became NaN in step 1. "
            + "The first tensor that is not finite is images of A [2, 1, 12, 12]: 288 of 288 "
            + "values", Message(() => Cycle(Broken, fine).Step()), StringComparison.Ordinal);
        Assert.Contains("is images of B", Message(() => Cycle(fine, Broken).Step()), StringComparison.Ordinal);
        CycleGanTrainer trainer = Cycle(fine, fine);
        trainer.LoadStateDict(WithNaN(trainer, "discriminators.a.0.weight"));
        Assert.Contains("is discriminator A.0.weight", Message(() => trainer.Step()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_training_on_pairs_names_the_first_tensor_without_numbers()
    {
        ImageDataset fine = new("fine", Tensor.Zeros([8, 1, 12, 12]), range: ImageRange.MinusOneOne);

        Assert.Contains("The pixel loss became NaN in step 1. The first tensor that is not finite is input [2, 1, 12, 12]",
            Message(() => Pairs(Broken, fine).Step()), StringComparison.Ordinal);
        Assert.Contains("is target", Message(() => Pairs(fine, Broken).Step()), StringComparison.Ordinal);
        PairedTrainer trainer = Pairs(fine, fine);
        trainer.LoadStateDict(WithNaN(trainer, "discriminator.network.0.weight"));
        Assert.Contains("is discriminator.0.weight", Message(() => trainer.Step()), StringComparison.Ordinal);
        AssertSkips(Pairs(Broken, fine, NanPolicy.Skip), skips => skips.Step() is { Step: 1, Skipped: 1, Pixel: double.NaN });
    }

    [Fact]
    public void A_siamese_network_names_the_first_tensor_without_numbers()
    {
        Assert.Contains("The loss became NaN in step 1. "
            + "The first tensor that is not finite is images [", Message(() => Siamese(Broken).Step()), StringComparison.Ordinal);
        Tensor fine = Tensor.Rand([8, 1, 12, 12], random: new RandomStream(2), low: -1);
        EmbeddingTrainer trainer = Siamese(new ImageDataset("fine", fine, Broken.Labels));
        trainer.LoadStateDict(WithNaN(trainer, "encoder.network.3.weight"));
        Assert.Contains("is encoder.3.weight", Message(() => trainer.Step()), StringComparison.Ordinal);
    }

    [Fact]
    public void Skipped_steps_leave_weights_and_running_statistics_as_they_are()
    {
        GanOptions options = Tiny.Recipe().Options with { OnNan = NanPolicy.Skip };
        ImageDataset images = Tiny.NotFinite([16, 1, 16, 16]);
        AssertSkips(Tiny.Trainer(options, images), trainer => trainer.Step() is { Step: 1, Skipped: 1, DiscriminatorLoss: double.NaN });
        AssertSkips(Siamese(Broken, NanPolicy.Skip), trainer => trainer.Step() is { Step: 1, Skipped: 1, Loss: double.NaN });
        AssertSkips(Cycle(Broken, Broken, NanPolicy.Skip), trainer => trainer.Step() is { Step: 1, Skipped: 1, Cycle: double.NaN });
    }

    CycleGanTrainer Cycle(ImageDataset a, ImageDataset b, NanPolicy onNan = NanPolicy.Stop) =>
        new(_translators, a, b, new CycleGanOptions { BatchSize = 2, OnNan = onNan });

    static PairedTrainer Pairs(ImageDataset input, ImageDataset target, NanPolicy onNan = NanPolicy.Stop) => new(
        new UnetTranslator(width: 2, depth: 2).Build(new(1)), new PatchDiscriminator(2, width: 2, layers: 1).Build(new(2)),
        new PairedImages(input, target), PairedOptions.Pix2Pix with { BatchSize = 2, OnNan = onNan });

    EmbeddingTrainer Siamese(
        ImageDataset data, NanPolicy onNan = NanPolicy.Stop) =>
        new(_encoder, data, EmbeddingOptions.Siamese with { BatchSize = 4, OnNan = onNan });

    static string Message(Action action) => Assert.ThrowsAny<TrainingException>(action).Message;

    static Dictionary<string, Tensor> WithNaN(IStateful trainer, string name)
    {
        Dictionary<string, Tensor> state = trainer.StateDict().ToDictionary();
        state[name] = Tensor.FullLike(state[name], double.NaN);
        return state;
    }

    static void AssertSkips<T>(T trainer, Func<T, bool> step)
        where T : IStateful
    {
        Dictionary<string, double[]> before = Networks(trainer);
        Assert.True(step(trainer));
        Assert.All(Networks(trainer), after => Assert.Equal(before[after.Key], after.Value));
    }

    static Dictionary<string, double[]> Networks(IStateful trainer) => trainer.StateDict()
        .Where(static named => named.Key.Contains("weight", StringComparison.Ordinal)
            || named.Key.Contains("running", StringComparison.Ordinal))
        .ToDictionary(static named => named.Key, static named => named.Value.To(DType.Float64).ToArray<double>());
}
