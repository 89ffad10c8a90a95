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
        Step(trainer, 20);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Step(trainer, 200);
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
        int threads = Compute.Threads;
        Compute.Threads = 1;
        try
        {
            Step(trainer, 20);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Step(trainer, 10);
            long each = (GC.GetAllocatedBytesForCurrentThread() - before) / 10;
            Assert.InRange(each, 0, most);
        }
        finally
        {
            Compute.Threads = threads;
        }
    }

    static void Step(GanTrainer trainer, int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            trainer.Step();
        }
    }
}
