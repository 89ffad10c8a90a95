namespace Criterion.Training.Tests;

[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Measures the whole process, so nothing else may run.</summary>
[Collection(nameof(Alone))]
public class MemoryTests
{
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

    /// <summary>On one thread: which of several allocates is up to the operating system. The critic of WGAN-GP takes five steps for one.</summary>
    [Theory]
    [InlineData("dcgan", 128 * 1024)]
    [InlineData("wgan-gp", 5 * 128 * 1024)]
    public void A_warm_step_allocates_only_the_objects_of_its_graph(string recipe, long most)
    {
        GanTrainer trainer = Tiny.Trainer(Tiny.Recipe(recipe).Options);
        AllocatesAtMost(most, () => trainer.Step());
    }

    /// <summary>Six passes through translators and six through discriminators are some 600 operations, each with its tensor, shape and rules.</summary>
    [Fact]
    public void A_warm_step_of_a_CycleGAN_allocates_only_the_objects_of_its_graph()
    {
        CycleGanNetworks networks = CycleGanNetworks.Build(new(Width: 2, Blocks: 1), new(Width: 2, Layers: 1), new RandomStream(1));
        ImageDataset Noise(ulong seed) => new($"noise {seed}", Tensor.Rand([10, 1, 32, 32], random: new RandomStream(seed), low: -1));
        CycleGanTrainer trainer = new(networks, Noise(1), Noise(2), new CycleGanOptions { PoolSize = 3 });
        AllocatesAtMost(700 * 1024, () => trainer.Step());
    }

    static void AllocatesAtMost(long most, Action step)
    {
        int threads = Compute.Threads;
        Compute.Threads = 1;
        try
        {
            Repeat(20, step);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Repeat(10, step);
            Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 10, 0, most);
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
