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

    static void Step(GanTrainer trainer, int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            trainer.Step();
        }
    }
}
