namespace Criterion.Training;

/// <summary>
/// The choice of an augmentation by the number of images: see <see cref="Augmentation.Automatic"/>. Alone it changes nothing.
/// </summary>
public sealed record AutomaticAugment : Augmentation
{
    internal const string Name = "auto";

    private protected override string Text => Name;

    /// <summary>Draws transforms that change nothing.</summary>
    /// <inheritdoc/>
    public override ImageTransform Draw(Shape images, RandomStream random) => None.Draw(images, random);
}
