using System.Numerics;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// The pair of networks of a DCGAN: a generator that doubles a 4×4 image until it has its size, and a discriminator that is its
/// mirror image. Source: Radford, Metz, Chintala, Unsupervised representation learning with DCGANs, 2015; widths as in
/// PyTorch's example.
/// </summary>
/// <param name="Size">The side of the images: 8, 16, 32, … 256.</param>
/// <param name="Channels">1 for grey, 3 for colour.</param>
/// <param name="Width">Channels of the layer next to the image; each layer further in has twice as many.</param>
/// <param name="Latent">How many random numbers make an image.</param>
/// <param name="NormalizeDiscriminator">Whether the discriminator has batch norm: not with a gradient penalty.</param>
public sealed record Dcgan(int Size = 32, int Channels = 1, int Width = 32, int Latent = 64, bool NormalizeDiscriminator = true)
{
    const int Kernel = 4;
    const double Slope = 0.2;
    const double Deviation = 0.02;

    /// <inheritdoc cref="Dcgan"/>
    public int Size { get; init; } = Size is >= 8 and <= 256 && BitOperations.IsPow2(Size)
        ? Size
        : throw new TrainingException($"A DCGAN doubles its images from 4×4: their side must be 8, 16, 32, 64, 128 or 256, and is {Size}. Resize them with --size (ImageDataset.Load: size).");

    /// <inheritdoc cref="Dcgan"/>
    public int Channels { get; init; } = Within(Channels, 1, 4, nameof(Channels));

    /// <inheritdoc cref="Dcgan"/>
    public int Width { get; init; } = Within(Width, 1, 1024, nameof(Width));

    /// <inheritdoc cref="Dcgan"/>
    public int Latent { get; init; } = Within(Latent, 1, 65536, nameof(Latent));

    /// <summary>Channels from the 4×4 image out to the last hidden one: 4w, 2w, w at 32×32.</summary>
    internal int[] Widths => [.. Enumerable.Range(1, BitOperations.Log2((uint)Size / Kernel)).Select(i => Width << (Levels - i))];

    int Levels => BitOperations.Log2((uint)Size / Kernel);

    /// <summary>The networks for a data set.</summary>
    /// <exception cref="TrainingException">Its images are not square, or of no size that a DCGAN makes.</exception>
    public static Dcgan For(ImageDataset data, int width = 32, int latent = 64, bool normalizeDiscriminator = true)
    {
        ArgumentNullException.ThrowIfNull(data);
        return data.Size.Height == data.Size.Width
            ? new Dcgan(data.Size.Height, data.Channels, width, latent, normalizeDiscriminator)
            : throw new TrainingException($"A DCGAN makes square images, and those of '{data.Source}' are {data.Size}. Resize them with --size (ImageDataset.Load: size).");
    }

    /// <summary>The generator: latents <c>[N, Latent, 1, 1]</c> to images <c>[N, Channels, Size, Size]</c> in [−1, 1].</summary>
    public Sequential Generator(RandomStream random)
    {
        List<Module> layers = [];
        int from = Latent;
        foreach (int to in Widths)
        {
            layers.AddRange([Up(from, to, bias: false, first: layers.Count == 0, random), new BatchNorm2d(to), new ReLU()]);
            from = to;
        }

        return Initialized([.. layers, Up(from, Channels, bias: true, first: false, random), new Tanh()], random);
    }

    /// <summary>The discriminator: images to one logit each, <c>[N]</c>.</summary>
    public Sequential Discriminator(RandomStream random)
    {
        List<Module> layers = [];
        int from = Channels;
        foreach (int to in Widths.Reverse())
        {
            bool normalize = NormalizeDiscriminator && layers.Count > 0;
            layers.Add(new Conv2d(from, to, Kernel, stride: 2, padding: 1, bias: !normalize, random: random));
            layers.AddRange(normalize ? [new BatchNorm2d(to), new LeakyReLU(Slope)] : [new LeakyReLU(Slope)]);
            from = to;
        }

        return Initialized([.. layers, new Conv2d(from, 1, Kernel, random: random), new Flatten(0)], random);
    }

    /// <summary>Normal random numbers for <paramref name="count"/> images, <c>[count, Latent, 1, 1]</c>.</summary>
    public Tensor Latents(int count, RandomStream random) => Tensor.Randn([count, Latent, 1, 1], random: random);

    static ConvTranspose2d Up(int from, int to, bool bias, bool first, RandomStream random) =>
        new(from, to, Kernel, stride: first ? 1 : 2, padding: first ? 0 : 1, bias: bias, random: random);

    static Sequential Initialized(Sequential network, RandomStream random)
    {
        foreach (Module layer in network)
        {
            if (layer is WeightedModule { Weight: var weight, Bias: var bias })
            {
                Init.Normal(weight, 0, Deviation, random);
                _ = bias is null ? null : Init.Constant(bias, 0);
            }
            else if (layer is BatchNorm2d { Weight: { } scale })
            {
                Init.Normal(scale, 1, Deviation, random);
            }
        }

        return network;
    }

    static int Within(int value, int low, int high, string name) => value >= low && value <= high
        ? value
        : throw new TrainingException($"{name} must be from {low} to {high}, and is {value}.");
}
