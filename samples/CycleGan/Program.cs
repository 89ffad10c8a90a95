using Criterion;
using Criterion.Formats;
using Criterion.Training;

// From garments to sketches and back, learned from images of which no two belong together.
int steps = int.Parse(args.ElementAtOrDefault(0) ?? "500");
(ImageDataset garments, ImageDataset sketches) = Sketches.Unpaired(ImageDataset.FashionMnist());
CycleGanOptions options = new() { Steps = steps, BatchSize = 4, Seed = 1 };
CycleGanNetworks networks = CycleGanNetworks.Build(new ResnetTranslator(Width: 16, Blocks: 3), new PatchDiscriminator(Width: 16, Layers: 1), new RandomStream(1));
CycleGanTrainer trainer = new(networks, garments, sketches, options);

for (int i = 0; i < steps; i++)
{
    CycleStep step = trainer.Step();
    if (i % 50 == 0)
    {
        Console.WriteLine($"step {step.Step}  {step.Describe()}");
    }
}

// Each row: a garment, its sketch, and the garment made again from the sketch.
Tensor garment = garments.Images[..8];
Tensor sketch = GanTrainer.Sample(networks.AToB, garment);
Tensor again = GanTrainer.Sample(networks.BToA, sketch);
Png.Write(args.ElementAtOrDefault(1) ?? "cyclegan.png", ImageGrid.Compose(Tensor.Stack([garment, sketch, again], 1).Flatten(0, 1), columns: 3));
