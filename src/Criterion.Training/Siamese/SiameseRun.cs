using Criterion.Nn;

namespace Criterion.Training;

/// <summary>A whole run of a Siamese network on labelled images, some classes of which it never sees.</summary>
public sealed class SiameseRun : TrainingRun<SiameseStep>
{
    const int Queries = 10;
    const int Shown = 5;
    const string Embeddings = "Embeddings";

    // Enough for steady figures; all pairs of these are compared, and as many others give the centre and the threshold.
    const int Measured = 1000;

    readonly Sequential _encoder;
    readonly SiameseTrainer _trainer;
    readonly ImageDataset _unseen;
    readonly ImageDataset _others;

    /// <summary>A run that is ready to start.</summary>
    /// <param name="options">How to train.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="data">Labelled images.</param>
    /// <param name="sampleEvery">Steps between two pictures.</param>
    /// <param name="checkpointEvery">Steps between two checkpoints.</param>
    /// <exception cref="TrainingException">The data have no labels, or nothing is left to train on or to measure.</exception>
    public SiameseRun(SiameseOptions options, EmbeddingNetwork encoder, ImageDataset data, int sampleEvery = 250, int checkpointEvery = 250)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(data);
        ImageDataset unseen = Unseen(data, options.HeldOut);
        int measured = Math.Min(unseen.Count / 2, Measured);
        _unseen = unseen.Select(Enumerable.Range(0, measured));
        _others = unseen.Select(Enumerable.Range(measured, measured));
        _encoder = encoder.Build(new RandomStream(options.Seed).Fork(20));
        _trainer = new SiameseTrainer(_encoder, data.Without(options.HeldOut), options);
        Record = new SiameseRunRecord
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

    private protected override IStateful State => _trainer;

    /// <summary>A run that goes on where another stopped or was killed, bit for bit.</summary>
    /// <param name="record">What <c>run.json</c> says of it.</param>
    /// <param name="data">The same data.</param>
    /// <param name="checkpoint">Where to go on.</param>
    /// <param name="steps">Steps to train for in all; as recorded if not given.</param>
    /// <exception cref="TrainingException">The data are other data, or the checkpoint is of a later step than the last.</exception>
    public static SiameseRun Resume(SiameseRunRecord record, ImageDataset data, Checkpoint checkpoint, int? steps = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(checkpoint);
        record.Data.CheckSame(data);
        SiameseRun run = new(record.Options with { Steps = steps ?? record.Options.Steps }, record.Encoder, data, record.SampleEvery, record.CheckpointEvery);
        run.Restore(checkpoint, record);
        return run;
    }

    private protected override SiameseStep Step() => _trainer.Step();

    // One row for each query: itself, and its five nearest among images of classes that were never seen.
    private protected override void WriteSamples(RunFolder folder)
    {
        double[] cosines = EmbeddingQuality.Cosines(Encoded(_unseen), Encoded(_others).Mean(0, keepDim: true));
        IEnumerable<int> picture = Enumerable.Range(0, Queries).SelectMany(query => EmbeddingQuality.Nearest(cosines, _unseen.Count, query, Shown).Prepend(query));
        folder.WriteSamples(Record.StepsDone, _unseen.Select(picture).Images, columns: Shown + 1);
    }

    private protected override void WriteResults(RunFolder folder)
    {
        folder.WriteFile(EncoderFile.Name, path => EncoderFile.Write(path, _encoder));
        Record = (SiameseRunRecord)Record with
        {
            Quality = EmbeddingQuality.Measure(Finite(Encoded(_unseen), Embeddings), _unseen.Labels!, Finite(Encoded(_others), Embeddings), _others.Labels!),
        };
    }

    Tensor Encoded(ImageDataset images) => GanTrainer.Sample(_encoder, images.Images);

    /// <summary>The images of the held-out classes, of which there must be enough to measure.</summary>
    static ImageDataset Unseen(ImageDataset data, IReadOnlyCollection<int> heldOut)
    {
        int[] labels = [.. data.LabelsOf("a Siamese network learns from pairs by class").Where(heldOut.Contains)];
        if (labels.Distinct().Count() < 2)
        {
            throw new TrainingException(
                $"Images of the held-out classes {string.Join(", ", heldOut)} are of {labels.Distinct().Count()} class(es) in '{data.Source}'; at least 2 are needed to tell them apart. Hold out more classes.");
        }

        return labels.Length >= 2 * (Queries + Shown)
            ? data.Only(heldOut)
            : throw new TrainingException($"There are {labels.Length} images of the held-out classes {string.Join(", ", heldOut)} in '{data.Source}'; at least {2 * (Queries + Shown)} are needed.");
    }
}
