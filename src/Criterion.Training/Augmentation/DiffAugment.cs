namespace Criterion.Training;

/// <summary>
/// Differentiable augmentation by colour, translation, cutout and horizontal flips, each drawn anew for every image.
/// </summary>
/// <remarks>
/// Colour is brightness (b ∈ [−0.5, 0.5) is added), then saturation (the distance from the mean over channels times s ∈ [0, 2)), then
/// contrast (the distance from the mean of the image times c ∈ [0.5, 1.5)). A translation moves by up to an eighth of each side, and
/// what moves in is 0. A cutout sets a box with half of each side to 0, whose centre is anywhere in the image. Half of the images are
/// flipped. Source: Zhao, Liu, Lin, Zhu, Han, Differentiable augmentation for data-efficient GAN training, 2020, as in the authors' code;
/// the flip is that of common practice.
/// </remarks>
public sealed record DiffAugment : Augmentation
{
    const double ShiftShare = 0.125;
    const double CutoutShare = 0.5;

    const string ColourName = "colour";
    const string TranslationName = "translation";
    const string CutoutName = "cutout";
    const string FlipName = "flip";

    static readonly string[] Names = [ColourName, TranslationName, CutoutName, FlipName];

    /// <summary>Initializes the augmentation.</summary>
    /// <param name="colour">Whether brightness, saturation and contrast are drawn. Default: true.</param>
    /// <param name="translation">Whether images are translated. Default: true.</param>
    /// <param name="cutout">Whether a box of each image is cut out. Default: true.</param>
    /// <param name="flip">
    /// Whether half of the images are flipped from left to right, which samples then also are if the generator cannot tell. Default:
    /// false.
    /// </param>
    public DiffAugment(bool colour = true, bool translation = true, bool cutout = true, bool flip = false) =>
        (Colour, Translation, Cutout, Flip) = (colour, translation, cutout, flip);

    /// <summary><inheritdoc cref="DiffAugment(bool, bool, bool, bool)" path="/param[@name='colour']/node()"/></summary>
    public bool Colour { get; init; }

    /// <summary><inheritdoc cref="DiffAugment(bool, bool, bool, bool)" path="/param[@name='translation']/node()"/></summary>
    public bool Translation { get; init; }

    /// <summary><inheritdoc cref="DiffAugment(bool, bool, bool, bool)" path="/param[@name='cutout']/node()"/></summary>
    public bool Cutout { get; init; }

    /// <summary><inheritdoc cref="DiffAugment(bool, bool, bool, bool)" path="/param[@name='flip']/node()"/></summary>
    public bool Flip { get; init; }

    private protected override string Text => string.Join(
        ',', Names.Zip([Colour, Translation, Cutout, Flip]).Where(static part => part.Second).Select(static part => part.First));

    /// <inheritdoc/>
    public override DiffAugmentTransform Draw(Shape images, RandomStream random)
    {
        CheckShape(images, random, nameof(DiffAugment));
        (int count, int height, int width) = (images[0], images[2], images[3]);
        return new DiffAugmentTransform(count)
        {
            Brightness = Colour ? Tensor.Rand([count], random: random, low: -0.5, high: 0.5) : null,
            Saturation = Colour ? Tensor.Rand([count], random: random, low: 0, high: 2) : null,
            Contrast = Colour ? Tensor.Rand([count], random: random, low: 0.5, high: 1.5) : null,
            Translation = Translation ? Pair(Shift(height), Shift(width)) : null,
            CutoutCentre = Cutout ? Pair(Centre(height), Centre(width)) : null,
            Cutout = new Size2(Part(height, CutoutShare), Part(width, CutoutShare)),
            Flip = Flip ? Tensor.RandInt(0, 2, [count], random).To(DType.Bool) : null,
        };

        Tensor Shift(int side) => Tensor.RandInt(-Part(side, ShiftShare), Part(side, ShiftShare) + 1, [count], random);
        Tensor Centre(int side) => Tensor.RandInt(0, side + 1 - (Part(side, CutoutShare) % 2), [count], random);
        static Tensor Pair(Tensor rows, Tensor columns) => Tensor.Stack([rows, columns], 1);
    }

    /// <summary>Creates the augmentation from the names of its parts.</summary>
    /// <exception cref="TrainingException">A name is unknown, or given twice.</exception>
    internal static DiffAugment Of(string[] parts)
    {
        if (parts.FirstOrDefault(static part => !Names.Contains(part)) is { } unknown)
        {
            throw new TrainingException($"Invalid augmentation '{unknown}'. Expected {Expected}.{Suggestion.For(unknown, Names)}");
        }

        return parts.Distinct().Count() == parts.Length
            ? new DiffAugment(Has(ColourName), Has(TranslationName), Has(CutoutName), Has(FlipName))
            : throw new TrainingException($"Invalid augmentation '{string.Join(',', parts)}': a part is given twice. Name each part once.");

        bool Has(string name) => parts.Contains(name);
    }

    /// <summary>The values of the option, in words.</summary>
    internal static string Expected => $"parts of {string.Join(',', Names)}, or {AdaptiveAugment.Name}, {GanNames.None} or "
        + AutomaticAugment.Name;

    // The authors round half a pixel up.
    static int Part(int side, double share) => (int)((side * share) + 0.5);
}
