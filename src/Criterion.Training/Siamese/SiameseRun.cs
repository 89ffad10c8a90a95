using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>A training run of a Siamese network on labelled images, with classes held out for measurement.</summary>
public sealed class SiameseRun : TrainingRun<SiameseStep, SiameseRunRecord>
{
    const int Queries = 10;
    const int Shown = 5;
    const string Embeddings = "Embeddings";

    /// <summary>The reason why labels are needed, for errors.</summary>
    internal const string WhyLabels = "a Siamese network learns from pairs by class";

    readonly Sequential _encoder;
    readonly SiameseTrainer _trainer;
    readonly HeldOutImages _images;

    /// <summary>Creates a run that has not started.</summary>
    /// <param name="options">The options.</param>
    /// <param name="encoder">The encoder, whose channels become those of the data.</param>
    /// <param name="data">The labelled images, such as a folder with a subfolder for each class.</param>
    /// <param name="sampleEvery">The steps between two pictures. Default: 250.</param>
    /// <param name="checkpointEvery">The steps between two checkpoints. Default: 250.</param>
    /// <param name="load">The arguments that the data were loaded with, if they were loaded.</param>
    /// <exception cref="TrainingException">
    /// An option is out of range, the data have no labels, or too few images are left to train on or to measure.
    /// </exception>
    public SiameseRun(
        SiameseOptions options,
        EmbeddingNetwork encoder,
        ImageDataset data,
        int sampleEvery = 250,
        int checkpointEvery = 250,
        DataArguments? load = null)
        : base(NewRecord(options, encoder, data, sampleEvery, checkpointEvery, load))
    {
        _images = HeldOutImages.Of(data, options.HeldOut);
        _encoder = Record.Encoder.Build(new RandomStream(options.Seed).Fork(20));
        _trainer = new SiameseTrainer(_encoder, _images.Learned, options);
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
        SiameseRun run = new(options, record.Encoder, data, record.SampleEvery, record.CheckpointEvery, record.Load);
        run.Restore(checkpoint, record);
        return run;
    }

    /// <summary>Measures a trained encoder on the held-out images of its run, as at the end of the training.</summary>
    /// <param name="record">The content of <c>run.json</c>.</param>
    /// <param name="encoder">The encoder, such as <see cref="EncoderFile.Read"/> returns it.</param>
    /// <param name="data">The data of the run.</param>
    /// <exception cref="TrainingException">The data differ, or an embedding is not finite.</exception>
    public static EmbeddingQuality Evaluate(SiameseRunRecord record, Module encoder, ImageDataset data)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(encoder);
        record.Data.CheckSame(data);
        return Quality(encoder, HeldOutImages.Of(data, record.Options.HeldOut));
    }

    // Each row is a query and its nearest images, all of them held out from training.
    private protected override void WriteSamples(RunFolder folder)
    {
        ImageDataset held = _images.Measured;
        Tensor centre = _encoder.InBatches(_images.Others).Mean(0, keepDim: true);
        double[] cosines = EmbeddingQuality.Cosines(_encoder.InBatches(held), centre);
        int shown = Math.Min(Shown, held.Count - 1);
        IEnumerable<int> picture = Enumerable.Range(0, Math.Min(Queries, held.Count))
            .SelectMany(query => EmbeddingQuality.Nearest(cosines, held.Count, query, shown).Prepend(query));
        folder.WriteSamples(Record.StepsDone, held.Select(picture).Images, columns: shown + 1);
    }

    private protected override void WriteResults(RunFolder folder)
    {
        folder.WriteFile(EncoderFile.Name, path => EncoderFile.Write(path, _encoder));
        Record = Record with { Quality = Quality(_encoder, _images) };
    }

    static EmbeddingQuality Quality(Module encoder, HeldOutImages images) => EmbeddingQuality.Measure(
        Finite(encoder.InBatches(images.Measured), Embeddings),
        images.Measured.Labels!,
        Finite(encoder.InBatches(images.Others), Embeddings),
        images.Others.Labels!);

    static SiameseRunRecord NewRecord(
        SiameseOptions options, EmbeddingNetwork encoder, ImageDataset data, int sampleEvery, int checkpointEvery, DataArguments? load)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(data);
        options.Check();
        return new SiameseRunRecord
        {
            Recipe = "siamese",
            Options = options,
            Encoder = encoder with { Channels = data.Channels },
            Data = DataRecord.Of(data),
            Load = load,
            SampleEvery = sampleEvery,
            CheckpointEvery = checkpointEvery,
            Machine = MachineRecord.Here(),
        };
    }
}
