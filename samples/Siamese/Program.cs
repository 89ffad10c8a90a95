using Criterion;
using Criterion.Formats;
using Criterion.Nn;
using Criterion.Training;

// Re-identification: trains an encoder on pairs of some classes, then searches 1,000 images for a bag, a class held out from training.
int steps = int.Parse(args.ElementAtOrDefault(0) ?? "300");
ImageDataset data = ImageDataset.FashionMnist();
EmbeddingOptions options = EmbeddingOptions.Siamese with { Seed = 1 };
Sequential encoder = new EmbeddingNetwork().Build(new RandomStream(1));
EmbeddingTrainer trainer = new(encoder, data.Without(options.HeldOut), options);

for (int i = 0; i < steps; i++)
{
    EmbeddingStep step = trainer.Step();
    if (i % 50 == 0)
    {
        Console.WriteLine($"step {step.Step}  {step.Describe()}");
    }
}

RetrievalTask task = RetrievalTask.Of(data, query: 30, options.HeldOut, same: 100, others: 900);
GallerySearch found = new Gallery(encoder, task.Gallery).Search(task.Query);
RetrievalQuality quality = found.Measure(task.IsSame, margin: 0.1);
Console.WriteLine($"right: {quality.PrecisionAt(10):P0} of the first 10 (guessing {quality.Chance:P0}), loss {quality.Loss:0.000}");
Tensor nearest = task.Gallery.Select(found.Ranking.Take(10)).Images;
Png.Write(args.ElementAtOrDefault(1) ?? "found.png", ImageGrid.Compose(Tensor.Cat([task.Query.Unsqueeze(0), nearest]), columns: 11));
