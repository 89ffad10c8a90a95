namespace Criterion.Training.Tests;

/// <summary>Trainings that take a moment.</summary>
internal static class Tiny
{
    public const int Width = 4;

    public static ImageDataset Data { get; } = new(
        "noise",
        Tensor.Rand([96, 1, 16, 16], random: new RandomStream(7), low: -1, high: 1),
        Tensor.RandInt(0, 3, [96], new RandomStream(8)));

    /// <summary>Images whose values all became NaN after the data set was made, which refuses them.</summary>
    public static ImageDataset NotFinite(Shape shape, Tensor? labels = null)
    {
        ImageDataset data = new("broken", Tensor.Full(shape, -1), labels);
        data.Images.AsSpan<float>().Fill(float.NaN);
        return data;
    }

    public static GanRecipe Recipe(string name = "dcgan", ulong seed = 0, int steps = 20)
    {
        GanRecipe recipe = GanRecipe.Find(name);
        return recipe with { Options = recipe.Options with { Seed = seed, Steps = steps, BatchSize = 8, Latent = 6 } };
    }

    public static GanTrainer Trainer(GanOptions options, ImageDataset? data = null)
    {
        GanNetworks networks = options.Networks(data ?? Data, Width);
        return new GanTrainer(networks.Generator(new RandomStream(1)), networks.Discriminator(new RandomStream(2)), data ?? Data, options);
    }

    /// <summary>A whole run into a folder.</summary>
    public static GanRunRecord Run(string folder, GanRecipe recipe, Action<GanStep>? onStep = null, CancellationTokenSource? stop = null,
        MeasureOptions? measure = null)
    {
        GanRun run = new(recipe, Data, Width, sampleEvery: 10, measure: measure);
        using RunFolder created = RunFolder.Create<GanStep>(folder);
        return (GanRunRecord)run.Execute(created, onStep, stop?.Token ?? CancellationToken.None);
    }

    /// <summary>The bits of everything that a run learned.</summary>
    public static byte[] Weights(string name = "dcgan", ulong seed = 0, int threads = 2)
    {
        int before = Compute.Threads;
        using TempFolder temp = new();
        try
        {
            Compute.Threads = threads;
            Run(temp["run"], Recipe(name, seed));
        }
        finally
        {
            Compute.Threads = before;
        }

        return File.ReadAllBytes(Path.Combine(temp["run"], GeneratorFile.Name));
    }
}
