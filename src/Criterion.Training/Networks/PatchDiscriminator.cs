using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// A discriminator of overlapping patches of an image with one logit each: 4×4 convolutions with stride 2, instance norm and leaky ReLU.
/// Source: Isola et al., pix2pix, 2017; the 70×70 patches of CycleGAN with <see cref="Layers"/> 3.
/// </summary>
public sealed record PatchDiscriminator
{
    const double Slope = 0.2;

    /// <summary>Initializes the network.</summary>
    /// <param name="channels">The channels of the images: 1 for grey, 3 for colour. Default: 1.</param>
    /// <param name="width">The channels of the first layer. Default: 64, as in the paper.</param>
    /// <param name="layers">The halvings before the last two layers: 3 for patches of 70 pixels, 2 of 34, 1 of 16. Default: 3.</param>
    public PatchDiscriminator(int channels = 1, int width = 64, int layers = 3) => (Channels, Width, Layers) = (channels, width, layers);

    /// <summary><inheritdoc cref="PatchDiscriminator(int, int, int)" path="/param[@name='channels']/node()"/></summary>
    public int Channels { get; init; }

    /// <summary><inheritdoc cref="PatchDiscriminator(int, int, int)" path="/param[@name='width']/node()"/></summary>
    public int Width { get; init; }

    /// <summary><inheritdoc cref="PatchDiscriminator(int, int, int)" path="/param[@name='layers']/node()"/></summary>
    public int Layers { get; init; }

    /// <summary>Gets a discriminator for images of about 32 pixels, whose patches cover most of an image.</summary>
    public static PatchDiscriminator Small { get; } = new(width: 16, layers: 2);

    /// <summary>Builds the network, with normal random weights of deviation 0.02.</summary>
    /// <param name="random">The stream of the initial weights.</param>
    public Sequential Build(RandomStream random)
    {
        List<Module> layers = [Convolution(Channels, Width, stride: 2, random), new LeakyReLU(Slope)];
        int width = Width;
        for (int i = 1; i <= Layers; i++)
        {
            // The last of these layers keeps the size.
            int next = Math.Min(Width << i, 8 * Width);
            layers.AddRange([Convolution(width, next, i < Layers ? 2 : 1, random), new InstanceNorm2d(next), new LeakyReLU(Slope)]);
            width = next;
        }

        return [.. layers, Convolution(width, 1, stride: 1, random)];
    }

    /// <summary>Refuses images that are too small for the layers.</summary>
    /// <exception cref="TrainingException">A side is too short.</exception>
    internal void CheckFits(Size2 size)
    {
        const int Least = 3;
        if (Math.Min(size.Height, size.Width) >> Layers < Least)
        {
            throw new TrainingException(
                $"A discriminator of {Counted.Of(Layers, "layer")} needs images of at least {Least << Layers} pixels a side, "
                + $"but these are {size}. "
                + "Resize them, or use fewer layers.");
        }
    }

    static Module Convolution(int from, int to, int stride, RandomStream random) =>
        WeightInit.Normal(new Conv2d(from, to, 4, stride: stride, padding: 1, random: random), random);
}
