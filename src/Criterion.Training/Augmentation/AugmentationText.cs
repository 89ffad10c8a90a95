namespace Criterion.Training;

/// <summary>The description of the option for augmentation, which all trainings of GANs share.</summary>
internal static class AugmentationText
{
    /// <summary>The meaning of the option.</summary>
    public const string Description = "Differentiable augmentation of the images that the discriminator sees, "
        + "in the steps of both networks: colour, translation, cutout, flip, joined by commas; "
        + "ada, which adapts to overfitting; none; or auto";

    /// <summary>The default in words.</summary>
    public const string Default = "auto, which is translation below 1000 images and none otherwise";

    /// <summary>Returns the note of a run that augments by itself.</summary>
    /// <param name="given">The augmentation in the options.</param>
    /// <param name="chosen">The augmentation of the run.</param>
    /// <param name="option">The qualified name of the option.</param>
    public static IReadOnlyList<string> Notes(Augmentation given, Augmentation chosen, string option) => given == chosen || chosen.IsNone
        ? []
        : [$"With fewer than {Augmentation.FewImages} images the discriminator sees augmented ones ({chosen}). "
            + $"Set {option} to {GanNames.None} to train without."];
}
