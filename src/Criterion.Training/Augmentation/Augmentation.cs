using System.Text.Json.Serialization;

namespace Criterion.Training;

/// <summary>
/// A differentiable augmentation of the images that a discriminator sees, real and generated ones alike, in the steps of both networks.
/// </summary>
/// <remarks>
/// Gradients pass through it to the generator. If only real images were augmented, the generator would learn to generate augmented ones.
/// </remarks>
[JsonDerivedType(typeof(AutomaticAugment), "auto")]
[JsonDerivedType(typeof(DiffAugment), "diff-augment")]
[JsonDerivedType(typeof(AdaptiveAugment), AdaptiveAugment.Name)]
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
public abstract record Augmentation
{
    /// <summary>The number of images below which a run augments by itself: see <see cref="Automatic"/>.</summary>
    public const int FewImages = 1000;

    static readonly ObjectText<Augmentation> AdaptiveText = new(
        "augmentation", static type => type == typeof(AdaptiveAugment), static _ => AdaptiveAugment.Name);

    private protected Augmentation()
    {
    }

    /// <summary>
    /// Gets the choice by the number of images: translation alone for fewer than <see cref="FewImages"/>, and otherwise
    /// <see cref="None"/>. A run makes it when it is created and notes it.
    /// </summary>
    public static Augmentation Automatic { get; } = new AutomaticAugment();

    /// <summary>Gets the augmentation that changes nothing.</summary>
    public static Augmentation None { get; } = new DiffAugment(colour: false, translation: false, cutout: false);

    /// <summary>Gets whether images stay as they are.</summary>
    [JsonIgnore]
    public bool IsNone => this == None || this == Automatic;

    /// <summary>Returns this augmentation, or what <see cref="Automatic"/> chooses for data.</summary>
    /// <param name="data">The data of the discriminator.</param>
    public Augmentation For(Dataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return this != Automatic ? this
            : data is ImageDataset { Count: < FewImages } ? new DiffAugment(colour: false, cutout: false)
            : None;
    }

    /// <summary>
    /// Parses the parts of a <see cref="DiffAugment"/>, such as <c>colour,translation</c>, or <c>ada</c>, of which options may follow a
    /// colon (<c>ada:target=0.5,images=500000</c>), or <c>none</c> or <c>auto</c>.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <exception cref="TrainingException">The text has another form.</exception>
    public static Augmentation Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text switch
        {
            GanNames.None => None,
            AutomaticAugment.Name => Automatic,
            _ when ObjectText.Cut(text, ':').Before == AdaptiveAugment.Name => AdaptiveText.Parse(text),
            _ => DiffAugment.Of(text.Split(',')),
        };
    }

    /// <summary>Draws one transform for each image.</summary>
    /// <param name="images">The shape of the images, <c>[N, C, H, W]</c>.</param>
    /// <param name="random">The stream to draw from.</param>
    /// <returns>The transform. Applied to paired images, it transforms both in the same way.</returns>
    /// <exception cref="ShapeException">The shape is not that of images.</exception>
    public abstract ImageTransform Draw(Shape images, RandomStream random);

    /// <summary>Draws a transform for each image and applies it.</summary>
    /// <param name="images">The images, Float32 or Float64 <c>[N, C, H, W]</c>, values in [−1, 1].</param>
    /// <param name="random">The stream to draw from.</param>
    /// <returns>The augmented images, of the same shape; colours may leave [−1, 1].</returns>
    /// <exception cref="ShapeException">The shape is not that of images.</exception>
    public Tensor Forward(Tensor images, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(images);
        return Draw(images.Shape, random).Apply(images);
    }

    /// <summary>Returns the text that <see cref="Parse"/> reads.</summary>
    public sealed override string ToString() => this == None ? GanNames.None : Text;

    private protected abstract string Text { get; }

    private protected static void CheckShape(Shape images, RandomStream random, string operation)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (images.Rank != 4)
        {
            throw new ShapeException($"{operation}: images must be [N, C, H, W], but are {images}. Reshape them.");
        }
    }
}
