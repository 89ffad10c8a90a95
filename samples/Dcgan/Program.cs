using Criterion;
using Criterion.Formats;
using Criterion.Training;

// Trains a generator of clothes on Fashion-MNIST and draws 64 samples.
// Arguments: the number of steps (1000 take two minutes) and the picture to write.
int steps = int.Parse(args.ElementAtOrDefault(0) ?? "1000");
string picture = args.ElementAtOrDefault(1) ?? "clothes.png";

ImageDataset data = ImageDataset.FashionMnist();
GanOptions options = GanRecipe.Find("dcgan").Options with { Seed = 1 };
RandomStream random = new(options.Seed);
GanNetworks networks = options.Networks(data);
GanTrainer trainer = new(networks.Generator(random), networks.Discriminator(random), data, options);

for (int i = 0; i < steps; i++)
{
    GanStep step = trainer.Step();
    if (step.Step % 50 == 0)
    {
        Console.WriteLine($"step {step.Step}  {step.Describe()}");
    }
}

Png.Write(picture, networks.Picture(trainer.Sample(networks.Latents(64, random))));
Console.WriteLine($"64 images in {picture}");
