using System.Text.RegularExpressions;
using Criterion.Formats;
using Criterion.Losses;

namespace Criterion.Training.Tests;

/// <summary>A checkpoint holds everything that changes from step to step, by name.</summary>
public sealed partial class StateTests
{
    // What Adam remembers, and at which rate the next step goes: schedules move it.
    static readonly string[] Adam = ["learning_rate", "#.step", "#.exp_avg", "#.exp_avg_sq"];

    [Fact]
    public void Of_a_gan_both_players_their_optimizers_streams_penalties_controller_and_average() => AssertHolds(
        Stepped(new GanOptions
        {
            Regularizers = [new(new R1Penalty(2), 4), new LeCamPenalty(0.1)],
            DiscriminatorNorm = DiscriminatorNorm.Spectral,
            AverageDecay = 0.9,
            BatchSize = 8,
            Latent = 6,
        }),
        [
            "step", "latents.samples.seed", "latents.samples.position", "latents.labels.position", "data.place",
            "progress.equilibrium.values", "progress.discriminator_steps.values", "penalties.places.position", "penalties.lecam.values",
            .. Of("generator.network", "#.weight", "#.bias", "#.running_mean", "#.running_var", "#.num_batches_tracked"),
            .. Of("average", "#.weight", "#.bias", "#.running_mean", "#.running_var", "#.num_batches_tracked"),
            .. Of("discriminator.network", "#.weight_orig", "#.bias", "#.weight_u", "#.weight_v"),
            .. Of("generator.optimizer", Adam), .. Of("discriminator.optimizer", Adam),
        ]);

    [Fact]
    public void Of_a_gan_by_RMSprop_its_mean_squares() => AssertHolds(
        Stepped(new GanOptions { Optimizer = GanOptimizer.RMSprop, BatchSize = 8, Latent = 6 }),
        [.. Of("generator.optimizer", "learning_rate", "#.square_avg"), .. Of("discriminator.optimizer", "learning_rate", "#.square_avg")]);

    [Fact]
    public void Of_a_cyclegan_all_networks_both_optimizers_pools_and_samplers()
    {
        CycleGanNetworks networks = CycleGanNetworks.Build(
            new ResnetTranslator(width: 2, blocks: 1), new PatchDiscriminator(width: 2, layers: 1), new RandomStream(1));
        CycleGanTrainer trainer = new(networks, Tiny.Data, Tiny.Data, new CycleGanOptions());
        trainer.Step();

        AssertHolds(
            trainer,
            [
                "step", "data_a.place", "data_b.place", "pool_a.random.position", "pool_a.images.#", "pool_b.random.position",
                "pool_b.images.#",
                .. Of("translators.a_to_b", "#.weight", "#.bias", "#.body.#.weight"),
                    .. Of("translators.b_to_a", "#.weight", "#.bias", "#.body.#.weight"),
                .. Of("discriminators.a", "#.weight", "#.bias"), .. Of("discriminators.b", "#.weight", "#.bias"),
                .. Of("translators.optimizer", Adam), .. Of("discriminators.optimizer", Adam),
            ]);
    }

    [Fact]
    public void Of_a_training_on_pairs_both_networks_their_optimizers_and_the_noise_of_dropout()
    {
        PairedTrainer trainer = new(
            new UnetTranslator(width: 2, depth: 2).Build(new(1)), new PatchDiscriminator(2, width: 2, layers: 1).Build(new(2)),
            new PairedImages(Tiny.Data, Tiny.Data), PairedOptions.Pix2Pix with { Augment = Augmentation.Parse("flip") });
        trainer.Step();

        AssertHolds(
            trainer,
            [
                "step", "data.place", "augmentation.draws.position", "random#.position",
                .. Of("translator.network", "#.weight", "#.bias", "#.body.#.weight", "#.body.#.bias", "#.body.#.running_mean",
                    "#.body.#.running_var", "#.body.#.num_batches_tracked"),
                .. Of("discriminator.network", "#.weight", "#.bias"),
                .. Of("translator.optimizer", Adam), .. Of("discriminator.optimizer", Adam),
            ]);
    }

    [Fact]
    public void Of_CUT_all_networks_both_optimizers_samplers_positions_and_flips()
    {
        CutNetworks networks = CutNetworks.Build(
            new ResnetTranslator(width: 2, blocks: 1), new PatchDiscriminator(width: 2, layers: 1), new RandomStream(1), headWidth: 4);
        CutTrainer trainer = new(networks, Tiny.Data, Tiny.Data, new CutOptions { Augment = new DiffAugment() });
        trainer.Step();

        AssertHolds(
            trainer,
            [
                "step", "data_a.place", "data_b.place", "positions.position", "flips.position", "augmentation.draws.position",
                .. Of("translator.translator", "#.weight", "#.bias", "#.body.#.weight"),
                .. Of("translator.heads", "#.#.weight", "#.#.bias"),
                .. Of("discriminator.network", "#.weight", "#.bias"),
                .. Of("translator.optimizer", Adam), .. Of("discriminator.optimizer", Adam),
            ]);
    }

    [Fact]
    public void Of_a_siamese_network_the_encoder_its_optimizer_and_the_pairs()
    {
        EmbeddingTrainer trainer = new(new EmbeddingNetwork(width: 2)
            .Build(new RandomStream(1)), Tiny.Data, EmbeddingOptions.Siamese with { BatchSize = 4 });
        trainer.Step();

        AssertHolds(
            trainer,
            ["step", "pairs.random.position", .. Of("encoder.network", "#.weight", "#.bias", "#.running_mean", "#.running_var",
                "#.num_batches_tracked"), .. Of("encoder.optimizer", Adam)]);
    }

    /// <summary>A checkpoint knows its run as well: all options, which run.json holds too.</summary>
    [Fact]
    public void Of_a_run_the_record_with_all_options()
    {
        using TempFolder temp = new();
        GanRunRecord record = Tiny.Run(temp["run"], Tiny.Recipe("began", seed: 3, steps: 5));
        Checkpoint checkpoint = new CheckpointFolder(temp["run/checkpoints"]).Latest();

        Assert.Equal(record.Options, ((GanRunRecord)RunJson.Read(checkpoint.Run)).Options);
        File.Delete(temp["run/run.json"]);
        Assert.Equal(record.Options, ((GanRunRecord)RunFolder.ReadRecord(temp["run"])).Options);
    }

    static GanTrainer Stepped(GanOptions options)
    {
        GanTrainer trainer = Tiny.Trainer(options);
        trainer.Step();
        return trainer;
    }

    static IEnumerable<string> Of(string part, params string[] names) => names.Select(name => $"{part}.{name}");

    static void AssertHolds(IStateful trainer, string[] names)
    {
        string[] held = [.. trainer.StateDict().Keys.Select(static key => Numbers().Replace(key, "#")).Distinct()];
        Assert.Empty(names.Except(held));
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Numbers();
}
