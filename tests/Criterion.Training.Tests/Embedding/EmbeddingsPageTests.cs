using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;

namespace Criterion.Training.Tests;

/// <summary>The code of docs/embeddings.md.</summary>
public class EmbeddingsPageTests
{
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
