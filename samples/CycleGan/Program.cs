using Criterion;
using Criterion.Formats;
using Criterion.Training;

// Trains translators between garments and sketches on unpaired images.
int steps = int.Parse(args.ElementAtOrDefault(0) ?? "1500");
var (garments, sketches, unseen) = Sketches.Unpaired(ImageDataset.FashionMnist(), heldOut: 500);
CycleGanOptions options = CycleGanOptions.Small with { Steps = steps };
CycleGanNetworks networks = CycleGanNetworks.Build(ResnetTranslator.Small, PatchDiscriminator.Small, new RandomStream(1));
CycleGanTrainer trainer = new(networks, garments, sketches, options);

for (int i = 0; i < steps; i++)
{
    CycleStep step = trainer.Step();
    if (i % 50 == 0)
    {
        Console.WriteLine($"step {step.Step}  {step.Describe()}");
    }
}

// Each row: a garment that the networks were not trained on, its sketch, and the garment translated back from the sketch.
Tensor garment = unseen.Garments[..8];
Tensor sketch = networks.AToB.InBatches(garment);
Tensor again = networks.BToA.InBatches(sketch);
Tensor rows = Tensor.Stack([garment, sketch, again], 1).Flatten(0, 1);
Png.Write(args.ElementAtOrDefault(1) ?? "cyclegan.png", ImageGrid.Compose(rows, columns: 3));
