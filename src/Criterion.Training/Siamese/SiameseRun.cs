using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>A training run of a Siamese network on labelled images, with classes held out for measurement.</summary>
public sealed class SiameseRun : TrainingRun<SiameseStep, SiameseRunRecord>
{
    const int Queries = 10;
    const int Shown = 5;
    const string Embeddings = "Embeddings";

    // All pairs of these are compared; as many others give the centre and the threshold.
    const int Measured = 1000;

    readonly Sequential _encoder;
    readonly SiameseTrainer _trainer;
    readonly ImageDataset _unseen;
    readonly ImageDataset _others;

    /// <summary>Creates a run that has not started.</summary>
    /// <param name="options">The options.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="data">The labelled images.</param>
    /// <param name="sampleEvery">The steps between two pictures. Default: 250.</param>
    /// <param name="checkpointEvery">The steps between two checkpoints. Default: 250.</param>
    /// <exception cref="TrainingException">
    /// An option is out of range, the data have no labels, or too few images are left to train on or to measure.
    /// </exception>
    public SiameseRun(SiameseOptions options, EmbeddingNetwork encoder, ImageDataset data, int sampleEvery = 250, int checkpointEvery = 250)
        : base(NewRecord(options, encoder, data, sampleEvery, checkpointEvery))
    {
        ImageDataset unseen = Unseen(data, options.HeldOut);
        int measured = Math.Min(unseen.Count / 2, Measured);
        _unseen = unseen.Select(Enumerable.Range(0, measured));
        _others = unseen.Select(Enumerable.Range(measured, measured));
        _encoder = encoder.Build(new RandomStream(options.Seed).Fork(20));
        _trainer = new SiameseTrainer(_encoder, data.Without(options.HeldOut), options);
    }

    private protected override Trainer<SiameseStep> Trainer => _trainer;

    /// <summary>Resumes a run that stopped or was killed. The result has the same bits as that of an uninterrupted run.</summary>
    /// <param name="record">The content of <c>run.json</c>.</param>
    /// <param name="data">The same data.</param>
    /// <param name="checkpoint">The checkpoint to continue from.</param>
    /// <param name="steps">The steps in total. Default: as recorded.</param>
    /// <exception cref="TrainingException">The data differ, or the checkpoint is of a later step than the last.</exception>
    public static SiameseRun Resume(SiameseRunRecord record, ImageDataset data, Checkpoint checkpoint, int? steps = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(checkpoint);
        record.Data.CheckSame(data);
        SiameseOptions options = record.Options with { Steps = steps ?? record.Options.Steps };
        SiameseRun run = new(options, record.Encoder, data, record.SampleEvery, record.CheckpointEvery);
        run.Restore(checkpoint, record);
        return run;
    }

    // Each row is a query and its five nearest images, all of classes held out from training.
    private protected override void WriteSamples(RunFolder folder)
    {
        double[] cosines = EmbeddingQuality.Cosines(Encoded(_unseen), Encoded(_others).Mean(0, keepDim: true));
        IEnumerable<int> picture = Enumerable.Range(0, Queries)
            .SelectMany(query => EmbeddingQuality.Nearest(cosines, _unseen.Count, query, Shown).Prepend(query));
        folder.WriteSamples(Record.StepsDone, _unseen.Select(picture).Images, columns: Shown + 1);
    }

    private protected override void WriteResults(RunFolder folder)
    {
        folder.WriteFile(EncoderFile.Name, path => EncoderFile.Write(path, _encoder));
        Tensor embeddings = Finite(Encoded(_unseen), Embeddings);
        Tensor others = Finite(Encoded(_others), Embeddings);
        Record = Record with { Quality = EmbeddingQuality.Measure(embeddings, _unseen.Labels!, others, _others.Labels!) };
    }

    Tensor Encoded(ImageDataset images) => _encoder.InBatches(images.Images);

    static SiameseRunRecord NewRecord(
        SiameseOptions options, EmbeddingNetwork encoder, ImageDataset data, int sampleEvery, int checkpointEvery)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(data);
        options.Check();
        return new SiameseRunRecord
        {
            Recipe = "siamese",
            Options = options,
            Encoder = encoder,
            Data = DataRecord.Of(data),
            SampleEvery = sampleEvery,
            CheckpointEvery = checkpointEvery,
            Machine = MachineRecord.Here(),
        };
    }

    /// <summary>Returns the images of the held-out classes.</summary>
    /// <exception cref="TrainingException">There are too few of them to measure.</exception>
    static ImageDataset Unseen(ImageDataset data, IReadOnlyCollection<int> heldOut)
    {
        int[] labels = [.. data.LabelsOf("a Siamese network learns from pairs by class").Where(heldOut.Contains)];
        string classes = string.Join(", ", heldOut);
        int present = labels.Distinct().Count();
        if (present < 2)
        {
            throw new TrainingException(
                $"SiameseRun: '{data.Source}' has images of {present} of the held-out classes {classes}, "
                    + "and at least 2 are needed to tell apart. "
                + $"Hold out more classes in {nameof(SiameseOptions)}.{nameof(SiameseOptions.HeldOut)}.");
        }

        return labels.Length >= 2 * (Queries + Shown)
            ? data.Only(heldOut)
            : throw new TrainingException(
                $"SiameseRun: '{data.Source}' has {labels.Length} images of the held-out classes {classes}, and at least "
                    + $"{2 * (Queries + Shown)} are "
                + $"needed to measure. Add images, or change {nameof(SiameseOptions)}.{nameof(SiameseOptions.HeldOut)}.");
    }
}
