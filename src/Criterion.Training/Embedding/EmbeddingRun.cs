using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>A training run of an encoder of images, with classes or images held out for measurement.</summary>
public sealed class EmbeddingRun : TrainingRun<EmbeddingStep, EmbeddingRunRecord>
{
    const int Queries = 10;
    const int Shown = 5;
    const string Embeddings = "Embeddings";
    const string Embedding = "embedding";

    /// <summary>The reason why labels are needed, for errors.</summary>
    internal const string WhyLabels = "embeddings are learned from classes";

    readonly Sequential _encoder;
    readonly EmbeddingTrainer _trainer;
    readonly HeldOutImages _images;

    /// <summary>Creates a run that has not started.</summary>
    /// <param name="options">The options.</param>
    /// <param name="encoder">The encoder, whose channels become those of the data.</param>
    /// <param name="data">
    /// The images, such as a folder with a subfolder for each class; with labels unless <see cref="EmbeddingOptions.Views"/> is set.
    /// </param>
    /// <param name="sampleEvery">The steps between two pictures. Default: 250.</param>
    /// <param name="checkpointEvery">The steps between two checkpoints. Default: 250.</param>
    /// <param name="load">The arguments that the data were loaded with, if they were loaded.</param>
    /// <param name="recipe">The name of the training in its record. Default: <c>embedding</c>.</param>
    /// <exception cref="TrainingException">
    /// An option is out of range, the data have no labels, or too few images are left to train on or to measure.
    /// </exception>
    public EmbeddingRun(
        EmbeddingOptions options,
        EmbeddingNetwork encoder,
        ImageDataset data,
        int sampleEvery = 250,
        int checkpointEvery = 250,
        DataArguments? load = null,
        string recipe = Embedding)
        : base(NewRecord(options, encoder, data, sampleEvery, checkpointEvery, load, recipe))
    {
        _images = HeldOutImages.Of(data, options);
        _encoder = Record.Encoder.Build(new RandomStream(options.Seed).Fork(20));
        Sequential? slow = options.Momentum > 0 ? Record.Encoder.Build(new RandomStream(options.Seed)) : null;
        _trainer = new EmbeddingTrainer(_encoder, _images.Learned, options, Record.Encoder.Head, slow);
    }

    private protected override Trainer<EmbeddingStep> Trainer => _trainer;

    /// <summary>Resumes a run that stopped or was killed. The result has the same bits as that of an uninterrupted run.</summary>
    /// <param name="record">The content of <c>run.json</c>.</param>
    /// <param name="data">The same data.</param>
    /// <param name="checkpoint">The checkpoint to continue from.</param>
    /// <param name="steps">The steps in total. Default: as recorded.</param>
    /// <exception cref="TrainingException">The data differ, or the checkpoint is of a later step than the last.</exception>
    public static EmbeddingRun Resume(EmbeddingRunRecord record, ImageDataset data, Checkpoint checkpoint, int? steps = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(checkpoint);
        record.Data.CheckSame(data);
        EmbeddingOptions options = record.Options with { Steps = steps ?? record.Options.Steps };
        EmbeddingRun run = new(options, record.Encoder, data, record.SampleEvery, record.CheckpointEvery, record.Load, record.Recipe);
        run.Restore(checkpoint, record);
        return run;
    }

    /// <summary>Measures a trained encoder on the held-out images of its run, as at the end of the training.</summary>
    /// <param name="record">The content of <c>run.json</c>.</param>
    /// <param name="encoder">The encoder, such as <see cref="EncoderFile.Read"/> returns it.</param>
    /// <param name="data">The data of the run.</param>
    /// <exception cref="TrainingException">The data differ, or an embedding is not finite.</exception>
    public static EmbeddingQuality Evaluate(EmbeddingRunRecord record, Module encoder, ImageDataset data)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(encoder);
        record.Data.CheckSame(data);
        return Quality(encoder, HeldOutImages.Of(data, record.Options));
    }

    // Each row is a query and its nearest images, all of them held out from training.
    private protected override void WriteSamples(RunFolder folder)
    {
        ImageDataset held = _images.Measured;
        Tensor centre = _encoder.InBatches(_images.Others).Mean(0, keepDim: true);
        Tensor rows = UnitLength.Of(_encoder.InBatches(held) - centre);
        int shown = Math.Min(Shown, held.Count - 1);
        IEnumerable<int> picture = Enumerable.Range(0, Math.Min(Queries, held.Count))
            .SelectMany(query => Nearest(rows, query, shown).Prepend(query));
        folder.WriteSamples(Record.StepsDone, held.Select(picture).Images, columns: shown + 1);
    }

    // The item itself is excluded.
    static IEnumerable<int> Nearest(Tensor rows, int item, int wanted)
    {
        float[] cosines = rows.MatMul(rows[item].Unsqueeze(1)).ToArray<float>();
        return Enumerable.Range(0, cosines.Length).Where(other => other != item).OrderByDescending(other => cosines[other]).Take(wanted);
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

    static EmbeddingRunRecord NewRecord(
        EmbeddingOptions options,
        EmbeddingNetwork encoder,
        ImageDataset data,
        int sampleEvery,
        int checkpointEvery,
        DataArguments? load,
        string recipe)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(data);
        options.Check();
        return new EmbeddingRunRecord
        {
            Recipe = recipe,
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
