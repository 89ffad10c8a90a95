using System.Numerics;

namespace Criterion.Training;

/// <summary>
/// The networks of recipes for images, which double a 4×4 image until it has its size: <see cref="Dcgan"/>, <see cref="StyleGan2"/> and
/// <see cref="R3Gan"/>.
/// </summary>
public abstract record ImageNetworks : RecipeNetworks
{
    /// <summary>The side of the smallest image.</summary>
    internal const int SmallestSide = 4;

    const int WidestFactor = 4;

    /// <summary>Initializes the networks.</summary>
    /// <param name="size">The side of the images: 8, 16, 32, 64, 128 or 256 pixels.</param>
    /// <param name="channels">The channels of the images: 1 for grey, 3 for colour.</param>
    /// <param name="width">The channels of the layer next to the image.</param>
    /// <param name="latent">The size of a latent.</param>
    /// <param name="discriminatorNorm">The normalisation of the discriminator's hidden layers.</param>
    private protected ImageNetworks(int size, int channels, int width, int latent, DiscriminatorNorm discriminatorNorm)
        : base(width, latent, discriminatorNorm) => (Size, Channels) = (size, channels);

    /// <summary>
    /// <inheritdoc cref="ImageNetworks(int, int, int, int, DiscriminatorNorm)" path="/param[@name='size']/node()"/>
    /// </summary>
    public int Size
    {
        get;
        init => field = value is >= 8 and <= 256 && BitOperations.IsPow2(value)
            ? value
            : throw new TrainingException(
                $"{GetType().Name} doubles its images from 4×4: their side must be 8, 16, 32, 64, 128 or 256, but is {value}. "
                + $"Resize them ({ImageDataset.SizeParameter}).");
    }

    /// <summary>
    /// <inheritdoc cref="ImageNetworks(int, int, int, int, DiscriminatorNorm)" path="/param[@name='channels']/node()"/>
    /// </summary>
    public int Channels { get; init => field = Within(value, 1, 4, nameof(Channels)); }

    /// <inheritdoc/>
    public override int SamplesInPicture => InRows(64);

    /// <summary>
    /// Gets the shapes of the generator's weights of two or more dimensions, apart from noise, in the order of its state, for networks that
    /// a file of a generator describes by metadata.
    /// </summary>
    internal virtual IEnumerable<Shape> GeneratorWeights => [];

    /// <summary>Gets how often a 4×4 image is doubled.</summary>
    private protected int Doublings => BitOperations.Log2((uint)Size / SmallestSide);

    /// <summary>
    /// Gets the channels of the hidden layers, from the 4×4 image on: twice as many for half the side, at most four times the width, so 4w,
    /// 4w, 2w, w for 32×32.
    /// </summary>
    internal virtual int[] Widths =>
        [.. Enumerable.Range(0, Doublings + 1).Select(i => Width * Math.Min(WidestFactor, 1 << (Doublings - i)))];

    /// <inheritdoc/>
    public override Tensor Picture(Tensor samples, Dataset? data = null) => Grid(samples);

    /// <summary>Returns the side of square images.</summary>
    /// <exception cref="TrainingException">The images are not square.</exception>
    private protected static int SideOf(ImageDataset data, string network)
    {
        ArgumentNullException.ThrowIfNull(data);
        return data.Size.Height == data.Size.Width
            ? data.Size.Height
            : throw new TrainingException(
                $"{network} generates square images, and those of '{data.Source}' are {data.Size}. "
                    + $"Resize them ({ImageDataset.SizeParameter}).");
    }

    /// <summary>Refuses what only a DCGAN has.</summary>
    /// <exception cref="TrainingException">A normalisation or an auto-encoder is asked for.</exception>
    private protected void CheckPlain()
    {
        if (DiscriminatorNorm != DiscriminatorNorm.None)
        {
            throw new TrainingException(
                $"{nameof(GanOptions)}.{nameof(GanOptions.DiscriminatorNorm)}: the discriminator of {GetType().Name} has no normalisation "
                + $"to replace, and {ValueText.Word(DiscriminatorNorm)} is asked for. Set it to none, or use the networks of dcgan.");
        }

        if (IsReconstruction)
        {
            throw new TrainingException(
                $"{nameof(GanOptions)}.{nameof(GanOptions.Objective)}: the discriminator of {GetType().Name} is no auto-encoder, whose "
                + "error the objectives of ebgan and began need. Use the networks of dcgan, or another objective.");
        }
    }
}
