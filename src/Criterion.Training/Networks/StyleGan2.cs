using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// Small networks like StyleGAN2's: a generator whose convolutions are modulated by styles of a mapped latent, with images of all sizes
/// summed, and a residual discriminator with the standard deviation of groups of 4 samples. Source: Karras et al., Analyzing and improving
/// the image quality of StyleGAN, 2020; a mapping of 2 layers, and neither mixed styles nor path length regularization, as in the settings
/// of stylegan2-ada for CIFAR-10.
/// </summary>
public sealed record StyleGan2 : ImageNetworks
{
    /// <summary>Initializes the networks.</summary>
    /// <param name="size">The side of the images: 8, 16, 32, 64, 128 or 256 pixels. Default: 32.</param>
    /// <param name="channels">The channels of the images: 1 for grey, 3 for colour. Default: 1.</param>
    /// <param name="width">
    /// The channels of the layers next to the image; half the side has twice as many, and smaller ones four times. Default: 8.
    /// </param>
    /// <param name="latent">The size of a latent and of the styles that it is mapped to. Default: 64.</param>
    public StyleGan2(int size = 32, int channels = 1, int width = 8, int latent = 64)
        : base(size, channels, width, latent, DiscriminatorNorm.None)
    {
    }

    internal override IEnumerable<Shape> GeneratorWeights
    {
        get
        {
            Shape style = new(Latent, Latent);
            IEnumerable<Shape> mapping = Classes == 0 ? [style, style] : [new(Latent, Classes), new(Latent, 2 * Latent), style];
            return [new(Widths[0], SmallestSide, SmallestSide), .. mapping, .. Widths.SelectMany(Level)];
        }
    }

    /// <summary>Creates the description of networks for a data set.</summary>
    /// <exception cref="TrainingException">The images are not square, or have a size that these networks cannot generate.</exception>
    public static StyleGan2 For(ImageDataset data, int width = 8, int latent = 64) =>
        new(SideOf(data, nameof(StyleGan2)), data.Channels, width, latent);

    /// <summary>
    /// Builds the generator: latents <c>[N, Latent + Classes, 1, 1]</c> to images <c>[N, Channels, Size, Size]</c>, in evaluation clamped
    /// to [−1, 1]. In training it draws noise from <paramref name="random"/>, and in evaluation it adds the same noise to each image.
    /// </summary>
    /// <inheritdoc/>
    public override Sequential Generator(RandomStream random) =>
        [new StyleGenerator(Widths, Channels, Latent, Classes, random), new EvaluationClamp()];

    /// <summary>Builds the discriminator: images to one number each, <c>[N]</c>; with classes to <c>[N, 1 + Classes]</c>.</summary>
    /// <remarks>The size of a batch must be a multiple of 4, or less than 4.</remarks>
    /// <exception cref="TrainingException">A normalisation or an auto-encoder is asked for.</exception>
    public override Sequential Discriminator(RandomStream random)
    {
        CheckPlain();
        int[] widths = [.. Widths.Reverse()];
        int last = widths[^1];
        return
        [
            StyleLayers.Convolution(Channels, widths[0], 1, random),
            new ScaledLeakyReLU(),
            .. widths.SkipLast(1).Zip(widths.Skip(1)).Select(pair => new StyleDownsampling(pair.First, pair.Second, random)),
            new MinibatchStdDev(),
            StyleLayers.Convolution(last + 1, last, 3, random),
            new ScaledLeakyReLU(),
            new Flatten(),
            StyleLayers.Linear(last * SmallestSide * SmallestSide, last, random),
            new ScaledLeakyReLU(),
            .. End(Head(last, random)),
        ];
    }

    Module[] Head(int features, RandomStream random) => Conditioning == ClassConditioning.Projection
        ? [new ProjectionHead(
            StyleLayers.Linear(features, 1, random), StyleLayers.Linear(features, Classes, random, bias: false))]
        : [StyleLayers.Linear(features, 1 + Classes, random), .. Classes == 0 ? [new Flatten(0)] : (Module[])[]];

    IEnumerable<Shape> Level(int to, int level)
    {
        int from = level == 0 ? to : Widths[level - 1];
        Shape[] first = level == 0 ? [] : [new(from, Latent), new(to, from, 3, 3)];
        return [.. first, new(to, Latent), new(to, to, 3, 3), new(to, Latent), new(Channels, to, 1, 1)];
    }
}
