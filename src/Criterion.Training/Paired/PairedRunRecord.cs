namespace Criterion.Training;

/// <summary>The content of <c>run.json</c> for a training on pairs of images: pix2pix or super-resolution.</summary>
public sealed record PairedRunRecord : RunRecord
{
    /// <summary>Gets the options of the training.</summary>
    public required PairedOptions Options { get; init; }

    /// <summary>Gets the translator.</summary>
    public required PairedTranslator Translator { get; init; }

    /// <summary>Gets the discriminator.</summary>
    public required PatchDiscriminator Discriminator { get; init; }

    /// <summary>Gets how the pairs are obtained.</summary>
    public required PairedData Data { get; init; }

    /// <summary>Gets the images to translate, those of held-out pairs included.</summary>
    public required DataRecord Input { get; init; }

    /// <summary>Gets their counterparts.</summary>
    public required DataRecord Target { get; init; }

    /// <summary>Gets the checksum of the weights of the perceptual loss; null without a file.</summary>
    public string? PerceptualChecksum { get; init; }

    /// <summary>
    /// Gets the similarity of the outputs for the held-out inputs to their targets at the end, beside that of the input itself, enlarged
    /// bicubically if it is smaller; null before.
    /// </summary>
    public TranslationQuality.Direction? Quality { get; init; }

    /// <inheritdoc/>
    public override int Steps => Options.Steps;

    /// <inheritdoc/>
    public override IReadOnlyList<DataRecord> Datasets => [Input, Target];

    internal override StepColumns Columns => PairedStep.Columns;
}
