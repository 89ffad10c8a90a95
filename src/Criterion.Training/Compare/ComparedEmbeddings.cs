namespace Criterion.Training;

/// <summary>The trainings of an encoder of images with several losses.</summary>
internal sealed class ComparedEmbeddings(EmbeddingComparisonOptions options, ImageDataset data) : ComparedTraining
{
    public override Dataset Data => data;

    public override StepColumns Columns => EmbeddingStep.Columns;

    public override long FirstCheck => EmbeddingMonitor.FirstCheck;

    public override ComparisonWords Words { get; } = new(
        Title: "Comparison of losses of embeddings",
        Competitor: "Loss",
        Measured: "Measured on held-out images at the end. ",
        Stable: "A run is stable if no step was skipped, the embeddings did not collapse, and the loss was not stuck. ",
        NoFindings: "None: in no run did the embeddings collapse or the loss stay at that of equal embeddings, "
            + $"as far as can be seen from step {EmbeddingHealthCheck.FirstStep} on.",
        Same: $"The budget is the number of steps with {options.Images} images each: so many in a batch, half as many pairs, or a third as "
            + "many triplets. For one seed all start from the same weights of the encoder, and the same images are held out.",
        Differed: "Each loss has its defaults where no option is given. Batches are class-balanced for losses from labels.",
        Settings: ["Batch"]);

    public override void Check(string name) => Start(name, 0);

    public override void Execute(string path, string name, ulong seed, Action<ComparisonStep>? onStep, CancellationToken cancellation) =>
        Execute<EmbeddingRun, EmbeddingStep, EmbeddingRunRecord>(
            path,
            () => Start(name, seed),
            (record, checkpoint) => EmbeddingRun.Resume(record, data, checkpoint),
            (_, step) => onStep?.Invoke(new(name, seed, step.Step, step.Describe(), quality: null)),
            cancellation);

    public override string[] Settings(string name)
    {
        EmbeddingOptions settings = options.For(name, 0, data);
        return [Counted.Of(settings.BatchSize, EmbeddingObjective.ItemOf(settings.Loss).Word)];
    }

    EmbeddingRun Start(string name, ulong seed) => new(
        options.For(name, seed, data),
        options.Width is { } width ? new EmbeddingNetwork(width: width) : new EmbeddingNetwork(),
        data,
        sampleEvery: options.Steps,
        CheckpointEvery,
        options.Data);
}
