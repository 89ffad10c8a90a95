using Criterion.Formats;
using Criterion.Losses;

namespace Criterion.Training;

/// <summary>A training run of translators between two unpaired sets of images.</summary>
/// <typeparam name="TStep">The record of a step.</typeparam>
/// <typeparam name="TRecord">The record of the run.</typeparam>
/// <typeparam name="TOptions">The options of the training.</typeparam>
public abstract class UnpairedRun<TStep, TRecord, TOptions> : TrainingRun<TStep, TRecord>
    where TStep : struct, IRunStep
    where TRecord : UnpairedRunRecord<TOptions>
    where TOptions : UnpairedOptions
{
    private protected UnpairedRun(TRecord record, ImageDataset a, ImageDataset b, (Tensor A, Tensor B)? pairs)
        : base(Augmented(record, a, b))
    {
        Notes = AugmentationText.Notes(
            record.Options.Augment, Record.Options.Augment, $"{nameof(UnpairedOptions)}.{nameof(UnpairedOptions.Augment)}");
        record.CheckFits(a.Size);
        Images = new(a, b, pairs);
    }

    /// <summary>Gets the images of both domains.</summary>
    private protected UnpairedImages Images { get; }

    /// <summary>Returns the options of a run that is resumed.</summary>
    private protected static TOptions Resumed(TRecord record, Checkpoint checkpoint, int? steps, GanLoss? objective)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(checkpoint);
        return record.Options with
        {
            Steps = steps ?? record.Options.Steps,
            // Versions without augmentation did not record it.
            Augment = record.Options.Augment == Augmentation.Automatic ? Augmentation.None : record.Options.Augment,
            Objective = GanLossConverter.Supplied(record.Options.Objective, objective),
        };
    }

    // The smaller set decides.
    static TRecord Augmented(TRecord record, ImageDataset a, ImageDataset b)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        Augmentation augmentation = record.Options.Augment.For(a.Count < b.Count ? a : b);
        return record with { Options = record.Options with { Augment = augmentation } };
    }
}
