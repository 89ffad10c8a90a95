using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training.Tests;

/// <summary>Trainings whose embeddings collapse are reported with the evidence, and others are left alone.</summary>
public class EmbeddingMonitorTests
{
    static readonly EmbeddingNetwork Encoder = new(width: 2, head: 8);

    // A head whose bias grows without limit moves all embeddings to one point, whatever the loss.
    [Theory]
    [InlineData("triplet:margin=0.5", "0.5")]
    [InlineData("batch-triplet:margin=0.3", "0.3")]
    [InlineData("sup-con", "2.708")]
    public void Embeddings_that_collapse_are_reported_with_the_value_of_the_loss(string loss, string stuck)
    {
        Sequential encoder = Encoder.Build(new RandomStream(1));
        Tensor bias = encoder.NamedParameters().Last().Value;
        using (Autograd.NoGrad())
        {
            bias.AsSpan<float>().Fill(1e6f);
        }

        (long step, Finding finding) = Assert.Single(Watch(encoder, loss, learningRate: 1e-3));

        Assert.Equal((FindingKind.EmbeddingCollapse, EmbeddingMonitor.FirstCheck), (finding.Kind, step));
        Assert.StartsWith(
            "The embeddings have collapsed to one point: for 50 steps their variance was", finding.Message, StringComparison.Ordinal);
        Assert.Contains($"that of equal embeddings is {stuck}.", finding.Message, StringComparison.Ordinal);
        Assert.Contains("Lower EmbeddingOptions.LearningRate", finding.Message, StringComparison.Ordinal);
    }

    // Nothing pushes embeddings apart, so equal ones have the least loss, −1.
    [Fact]
    public void A_training_that_collapses_by_itself_is_reported()
    {
        CollapsingLoss loss = new();
        (_, Finding finding) = Assert.Single(Watch(Encoder.Build(new RandomStream(1)), loss, learningRate: 1e-2, steps: 200));

        Assert.Equal(FindingKind.EmbeddingCollapse, finding.Kind);
        Assert.Contains("set EmbeddingOptions.Loss to one that compares with all others", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cosine-embedding")]
    [InlineData("triplet")]
    [InlineData("batch-triplet")]
    [InlineData("sup-con")]
    [InlineData("arc-face:scale=16")]
    public void A_training_that_learns_is_left_alone(string loss) =>
        Assert.Empty(Watch(Encoder.Build(new RandomStream(1)), loss, learningRate: 1e-2));

    [Fact]
    public void A_loss_that_stays_where_equal_embeddings_have_it_is_reported()
    {
        EmbeddingStep step = new() { Loss = 1.001, CollapsedLoss = 1, Spread = 0.3 };
        EmbeddingMonitor monitor = new(new TripletMarginLoss());
        Finding finding = Assert.Single(Enumerable.Range(1, 200).SelectMany(i => monitor.Watch(step with { Step = i })));

        Assert.Equal(FindingKind.StuckLoss, finding.Kind);
        Assert.Contains("the loss was 1.001, and that of equal embeddings is 1.", finding.Message, StringComparison.Ordinal);
        Assert.Empty(Examine(i => step with { Loss = i == 20 ? 0.9 : 1 }));
        Assert.Empty(Examine(_ => step with { CollapsedLoss = double.NaN }));
        Assert.Equal(FindingKind.SkippedSteps, Assert.Single(Examine(i => step with { Loss = 0.5, Skipped = i })).Kind);

        static IReadOnlyList<Finding> Examine(Func<int, EmbeddingStep> row) => EmbeddingHealthCheck.Examine(
            [.. Enumerable.Range(0, EmbeddingHealthCheck.Window).Select(i => row(i) with { Step = 100 + i })], new TripletMarginLoss());
    }

    [Fact]
    public void The_first_steps_are_not_judged()
    {
        EmbeddingStep step = new() { Loss = 1, CollapsedLoss = 1, Spread = 0 };
        EmbeddingStep[] first = [.. Enumerable.Range(1, 99).Select(i => step with { Step = i })];
        EmbeddingMonitor monitor = new(new TripletMarginLoss());

        Assert.Empty(first.SelectMany(monitor.Watch));
        Assert.Single(monitor.Watch(step with { Step = 100 }));
        Assert.Empty(monitor.Watch(step with { Step = 125 }));
    }

    [Fact]
    public void The_loss_of_equal_embeddings_is_that_of_the_batch()
    {
        Assert.Equal(0.4, First("triplet:margin=0.4").CollapsedLoss, 1e-6);
        Assert.Equal(0.25, First("cosine-embedding").CollapsedLoss, 1e-6);
        Assert.Equal(Math.Log(15), First("sup-con").CollapsedLoss, 1e-5);
        Assert.Equal(Math.Log(2), First("batch-triplet:smooth=true,margin=0").CollapsedLoss, 1e-5);

        static EmbeddingStep First(string loss) => Trainer(Encoder.Build(new RandomStream(1)), EmbeddingNames.Parse(loss), 1e-3).Step();
    }

    static EmbeddingTrainer Trainer(Sequential encoder, IEmbeddingLoss loss, double learningRate) => new(
        encoder,
        EmbeddingRunTests.Levels(160, classes: 8),
        new EmbeddingOptions { Loss = loss, BatchSize = 16, LearningRate = learningRate, Augmentation = null },
        Encoder.Head);

    static IReadOnlyList<(long Step, Finding Finding)> Watch(
        Sequential encoder, string loss, double learningRate, int steps = 120) =>
        Watch(encoder, EmbeddingNames.Parse(loss), learningRate, steps);

    static IReadOnlyList<(long Step, Finding Finding)> Watch(Sequential encoder, IEmbeddingLoss loss, double learningRate, int steps = 120)
    {
        EmbeddingTrainer trainer = Trainer(encoder, loss, learningRate);
        EmbeddingMonitor monitor = new(loss);
        return
        [
            .. Enumerable.Range(0, steps).Select(_ => trainer.Step())
                .SelectMany(step => monitor.Watch(step).Select(finding => (step.Step, finding))),
        ];
    }

    /// <summary>The mean cosine of all embeddings with the first: nothing pushes them apart.</summary>
    sealed record CollapsingLoss : ILabelLoss
    {
        public Tensor Forward(Tensor embeddings, Tensor labels) =>
            new NegativeCosineLoss().Forward(embeddings, embeddings[0].Unsqueeze(0).Expand(embeddings.Shape).Contiguous());
    }
}
