using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;

namespace Criterion.Training.Tests;

/// <summary>The code of docs/embeddings.md.</summary>
public sealed class EmbeddingsPageTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_run_trains_and_measures()
    {
        Train(EmbeddingRunTests.Levels(160, classes: 8), _temp["run"], steps: 3);
        EmbeddingRunRecord record = (EmbeddingRunRecord)RunFolder.ReadRecord(_temp["run"]);
        Assert.Equal((RunStatus.Finished, new SupConLoss(temperature: 0.2)), (record.Status, record.Options.Loss));
        Assert.InRange(record.Quality!.PrecisionAtOne.Value, 0, 1);
    }

    static void Train(ImageDataset images, string path, int steps)
    {
        EmbeddingOptions options = new() { Loss = new SupConLoss(temperature: 0.2), Steps = steps, HeldOut = [6, 7] };
        EmbeddingRun run = new(options, new EmbeddingNetwork(), images);
        using (RunFolder folder = RunFolder.Create<EmbeddingStep>(path))
        {
            EmbeddingQuality quality = run.Execute(folder).Quality!;
            Console.WriteLine($"Recall@1 {quality.PrecisionAtOne.Value:P1}, AUC {quality.AreaUnderCurve.Value:0.000}");
        }
    }

    [Fact]
    public void Embeddings_are_trained_from_labels()
    {
        RandomStream random = new(1);
        Tensor labels = Tensor.From([.. Enumerable.Range(0, 60).Select(static i => (long)(i % 3))]);
        Tensor images = Tensor.Randn([60, 8], random: random) + labels.Unsqueeze(1).To(DType.Float32);
        Linear encoder = new(8, 4, random: random);
        Adam optimizer = new(encoder.Parameters(), learningRate: 0.02);
        ClassBalancedSampler sampler = new(labels, 3, 8, random);
        double before = Loss();
        for (int i = 0; i < 30; i++)
        {
            using TensorScope scope = new();
            Step(encoder, optimizer, sampler, images, labels);
        }

        Assert.True(Loss() < before - 0.1, $"{before} before, {Loss()} after");

        double Loss() => new SupConLoss(temperature: 0.1).Forward(encoder.Forward(images).Detach(), labels).Item();
    }

    static void Step(Layer encoder, Optimizer optimizer, ClassBalancedSampler sampler, Tensor images, Tensor labels)
    {
        Tensor rows = sampler.Next();              // P classes × K examples
        Tensor embeddings = encoder.Forward(images.IndexSelect(0, rows));
        Tensor loss = new SupConLoss(temperature: 0.1).Forward(embeddings, labels.IndexSelect(0, rows));
        optimizer.ZeroGrad();
        loss.Backward();
        optimizer.Step();
    }
}
