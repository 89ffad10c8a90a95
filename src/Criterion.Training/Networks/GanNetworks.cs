using System.Text.Json.Serialization;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// The networks of a GAN: <see cref="CustomNetworks"/>, or those of the recipes, <see cref="ImageNetworks"/> and
/// <see cref="PointNetworks"/>.
/// </summary>
[JsonDerivedType(typeof(Dcgan), "dcgan")]
[JsonDerivedType(typeof(StyleGan2), "stylegan2")]
[JsonDerivedType(typeof(R3Gan), "r3gan")]
[JsonDerivedType(typeof(PointNetworks), "points")]
[JsonDerivedType(typeof(CustomNetworks), "custom")]
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
public abstract record GanNetworks
{
    /// <summary>Initializes the networks.</summary>
    /// <param name="latent">The size of a latent.</param>
    private protected GanNetworks(int latent) => Latent = latent;

    /// <summary><inheritdoc cref="GanNetworks(int)" path="/param[@name='latent']/node()"/></summary>
    public int Latent { get; init => field = CheckedLatent(value); }

    /// <summary>Gets the number of classes that condition the generator and that the discriminator predicts; 0 for none.</summary>
    public int Classes { get; init => field = Within(value, 0, 65536, nameof(Classes)); }

    /// <summary>Gets the number of samples in a picture.</summary>
    [JsonIgnore]
    public abstract int SamplesInPicture { get; }

    /// <summary>Gets the shape of the latent of one sample, without classes.</summary>
    internal virtual ValueList<int> ShapeOfLatent => [Latent, 1, 1];

    /// <summary>Builds the generator: latents to samples.</summary>
    /// <param name="random">The stream of the initial weights.</param>
    public abstract Module Generator(RandomStream random);

    /// <summary>Builds the discriminator: samples to one number each, <c>[N]</c>; with classes to <c>[N, 1 + Classes]</c>.</summary>
    /// <param name="random">The stream of the initial weights.</param>
    /// <exception cref="TrainingException">The options are incompatible with these networks.</exception>
    public abstract Module Discriminator(RandomStream random);

    /// <summary>Composes a picture of samples, as <see cref="Formats.Png"/> writes it.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="data">The data of the training, if known.</param>
    public abstract Tensor Picture(Tensor samples, Dataset? data = null);

    /// <summary>Draws normal latents, with the classes in turn, or of one class, if there are any.</summary>
    /// <param name="count">The number of samples.</param>
    /// <param name="random">The stream of random numbers.</param>
    /// <param name="label">The class of all samples, from 0. Default: all classes in turn.</param>
    /// <returns>
    /// The latents: <c>[count, Latent + Classes, 1, 1]</c> for the networks of recipes, and the recorded shape for others.
    /// </returns>
    /// <exception cref="TrainingException">There is no such class.</exception>
    public Tensor Latents(int count, RandomStream random, int? label = null)
    {
        if (label is { } wanted && (wanted < 0 || wanted >= Classes))
        {
            throw new TrainingException(Classes == 0
                ? $"{nameof(GanNetworks)}.{nameof(Latents)}: the generator has no classes, so class {wanted} cannot be drawn. Leave it out."
                : $"{nameof(GanNetworks)}.{nameof(Latents)}: there is no class {wanted}. Choose one from 0 to {Classes - 1}.");
        }

        Tensor? labels = Classes == 0 ? null
            : label is { } one ? Tensor.Full([count], one, DType.Int64)
            : LatentSampler.InTurn(count, Classes);
        return LatentSampler.Draw(count, ShapeOfLatent, labels, Classes, random);
    }

    /// <summary>Returns the number of samples in a picture: with classes, whole rows of one class each.</summary>
    private protected int InRows(int count) => Classes == 0 ? count : Classes * Math.Max(1, count / Classes);

    /// <summary>Draws a grid of images: with classes in turn, one row for each class.</summary>
    private protected Tensor Grid(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        int count = images.Shape[0];
        if (Classes == 0 || count == 0 || count % Classes != 0)
        {
            return ImageGrid.Draw(images);
        }

        int columns = count / Classes;
        Tensor rows = images.Reshape([columns, Classes, .. images.Shape.Dims[1..]]).Transpose(0, 1).Flatten(0, 1);
        return ImageGrid.Draw(rows, columns);
    }

    // The range is declared with the option.
    static int CheckedLatent(int latent)
    {
        GanOptions.Declared[nameof(GanOptions.Latent)].Check(latent, $"{nameof(GanNetworks)}.{nameof(Latent)}");
        return latent;
    }

    private protected static int Within(int value, int low, int high, string name) => value >= low && value <= high
        ? value
        : throw new TrainingException($"{nameof(GanNetworks)}.{name}: the value must be from {low} to {high}, but is {value}. "
            + "Set a value in that range.");
}
