using Criterion.Losses;
using Criterion.Memory;
using Criterion.Nn;
using Criterion.Optim;

namespace Criterion.Training.Tests;

[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Measures the whole process, so nothing else may run.</summary>
[Collection(nameof(Alone))]
public class MemoryTests
{
    /// <summary>Steps by name, each with the bytes of objects that it may allocate when it is warm.</summary>
    static readonly Dictionary<string, (Func<Action> Step, int Most)> Steps = new()
    {
        // Two updates of the paper's networks, which are as deep at any width.
        ["DCGAN"] = (DcganStep, 24 * 1024),
        ["WGAN-GP critic"] = (CriticStep, 28 * 1024),
        ["DCGAN trainer"] = (() => GanStep("dcgan"), 24 * 1024),

        // Five updates of the critic for one of the generator.
        ["WGAN-GP trainer"] = (() => GanStep("wgan-gp"), 144 * 1024),
        ["Siamese trainer"] = (EmbeddingStep, 48 * 1024),

        // Six passes through translators and six through discriminators, each with its gradients: some five hundred operations.
        ["CycleGAN trainer"] = (CycleGanStep, 200 * 1024),

        // Two passes through the translator and four through its encoder, five heads, and a contrast of each image in each layer.
        ["CUT trainer"] = (CutStep, 240 * 1024),

        // One pass through the U-Net and three through the discriminator.
        ["Pairs trainer"] = (PairedStep, 64 * 1024),
    };

    public static TheoryData<string> Names => [.. Steps.Keys];

    [Theory]
    [InlineData("dcgan")]
    [InlineData("wgan-gp")]
    public void Memory_stays_flat_over_200_steps(string recipe)
    {
        GanTrainer trainer = Tiny.Trainer(Tiny.Recipe(recipe).Options);
        Repeat(20, () => trainer.Step());
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Repeat(200, () => trainer.Step());
        long after = GC.GetTotalMemory(forceFullCollection: true);

        Assert.InRange(after - before, long.MinValue, 200_000);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_warm_step_allocates_only_the_objects_of_its_graph_and_no_memory_for_numbers(string name)
    {
        (Func<Action> build, int most) = Steps[name];
        OnOneThread(() =>
        {
            const int Times = 10;
            Action step = build();

            // In step 30 of DCGAN a pixel first has no deviation within the batch, so that Norm takes its path in double precision and
            // needs a buffer of 2 KB that no earlier step did.
            Repeat(60, step);
            (long objects, long numbers) = (GC.GetAllocatedBytesForCurrentThread(), NumbersAllocated);
            Repeat(Times, step);

            Assert.Equal(numbers, NumbersAllocated);
            Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - objects) / Times, 0, most);
        });
    }

    /// <summary>
    /// Bytes for elements of tensors and for kernels' scratch that the pool could not give; an epoch's order, in Int64, is no step's.
    /// </summary>
    static long NumbersAllocated =>
        BufferPool<float>.AllocatedBytes + BufferPool<double>.AllocatedBytes + BufferPool<int>.AllocatedBytes
            + BufferPool<byte>.AllocatedBytes;

    static Action GanStep(string recipe)
    {
        GanTrainer trainer = Tiny.Trainer(Tiny.Recipe(recipe).Options);
        return () => trainer.Step();
    }

    static Action DcganStep()
    {
        Dcgan networks = new(width: 8);
        (Module generator, Module discriminator) = (networks.Generator(new(1)), networks.Discriminator(new(2)));
        (Adam ofGenerator, Adam ofDiscriminator) = (new(generator.Parameters()), new(discriminator.Parameters()));
        (Tensor real, Tensor latents) = (Noise(3, [4, 1, 32, 32]), Noise(4, [4, 64, 1, 1]));
        NonSaturatingGanLoss objective = new();
        return () =>
        {
            using TensorScope scope = new();
            Tensor fake = generator.Forward(latents);
            discriminator.Unfreeze();
            Descend(ofDiscriminator, objective.Discriminator(discriminator.Forward(real), discriminator.Forward(fake.Detach())));
            discriminator.Freeze();
            Descend(ofGenerator, objective.Generator(discriminator.Forward(fake)));
        };
    }

    static Action CriticStep()
    {
        Module critic = new Dcgan(width: 8, discriminatorNorm: DiscriminatorNorm.None).Discriminator(new(1));
        Adam optimizer = new(critic.Parameters());
        (Tensor real, Tensor fake) = (Noise(2, [4, 1, 32, 32]), Noise(3, [4, 1, 32, 32]));
        (WassersteinGanLoss objective, GradientPenalty penalty) = (new(), new());
        RandomStream random = new(4);
        return () =>
        {
            using TensorScope scope = new();
            Tensor loss = objective.Discriminator(critic.Forward(real), critic.Forward(fake));
            Descend(optimizer, loss + penalty.Forward(critic.Forward, real, fake, random));
        };
    }

    static Action CycleGanStep()
    {
        CycleGanNetworks networks = CycleGanNetworks.Build(new(width: 2), new(width: 2, layers: 2), new RandomStream(1));
        ImageDataset Images(ulong seed) => new($"noise {seed}", Noise(seed, [10, 1, 32, 32]));
        CycleGanTrainer trainer = new(networks, Images(1), Images(2), new CycleGanOptions { PoolSize = 3 });
        return () => trainer.Step();
    }

    static Action CutStep()
    {
        CutNetworks networks = CutNetworks.Build(new(width: 2), new(width: 2, layers: 2), new RandomStream(1), headWidth: 8);
        ImageDataset Images(ulong seed) => new($"noise {seed}", Noise(seed, [10, 1, 32, 32]));
        CutTrainer trainer = new(networks, Images(1), Images(2), new CutOptions());
        return () => trainer.Step();
    }

    static Action PairedStep()
    {
        ImageDataset Images(ulong seed) => new($"noise {seed}", Noise(seed, [20, 1, 32, 32]));
        PairedTrainer trainer = new(
            new UnetTranslator(width: 4, depth: 5).Build(new(1)), new PatchDiscriminator(channels: 2, width: 4, layers: 2).Build(new(2)),
            new PairedImages(Images(1), Images(2)), PairedOptions.Pix2Pix);
        return () => trainer.Step();
    }

    static Action EmbeddingStep()
    {
        EmbeddingTrainer trainer = new(new EmbeddingNetwork(width: 4)
            .Build(new RandomStream(1)), Tiny.Data, EmbeddingOptions.Siamese with { BatchSize = 8 });
        return () => trainer.Step();
    }

    static void Descend(Optimizer optimizer, Tensor loss)
    {
        optimizer.ZeroGrad();
        loss.Backward();
        optimizer.Step();
    }

    static Tensor Noise(ulong seed, Shape shape) => Tensor.Rand(shape, random: new RandomStream(seed), low: -1);

    /// <summary>Which of several threads allocates is up to the operating system.</summary>
    static void OnOneThread(Action action)
    {
        int threads = Compute.Threads;
        Compute.Threads = 1;
        try
        {
            action();
        }
        finally
        {
            Compute.Threads = threads;
        }
    }

    static void Repeat(int times, Action step)
    {
        for (int i = 0; i < times; i++)
        {
            step();
        }
    }
}
