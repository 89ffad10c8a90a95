using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// The networks of a DCGAN: a generator that doubles a 4×4 image until it has its size, and a discriminator that mirrors it. Source:
/// Radford, Metz, Chintala, Unsupervised representation learning with DCGANs, 2015; widths as in PyTorch's example.
/// </summary>
public sealed record Dcgan : ImageNetworks
{
    const int Kernel = 4;
    const double Slope = 0.2;

    /// <summary>Initializes the networks.</summary>
    /// <param name="size">The side of the images: 8, 16, 32, 64, 128 or 256 pixels. Default: 32.</param>
    /// <param name="channels">The channels of the images: 1 for grey, 3 for colour. Default: 1.</param>
    /// <param name="width">The channels of the layer next to the image; each layer further in has twice as many. Default: 32.</param>
    /// <param name="latent">The size of a latent. Default: 64.</param>
    /// <param name="discriminatorNorm">
    /// The normalisation of the discriminator; not batch norm with a gradient penalty. Default: batch norm.
    /// </param>
    public Dcgan(
        int size = 32, int channels = 1, int width = 32, int latent = 64, DiscriminatorNorm discriminatorNorm = DiscriminatorNorm.Batch)
        : base(size, channels, width, latent, discriminatorNorm)
    {
    }

    /// <summary>Gets the channels from the 4×4 image to the last hidden layer: 4w, 2w, w for 32×32.</summary>
    internal override int[] Widths => [.. Enumerable.Range(1, Doublings).Select(i => Width << (Doublings - i))];

    /// <summary>Creates the description of networks for a data set.</summary>
    /// <exception cref="TrainingException">The images are not square, or have a size that a DCGAN cannot generate.</exception>
    public static Dcgan For(ImageDataset data, int width = 32, int latent = 64, DiscriminatorNorm norm = DiscriminatorNorm.Batch) =>
        new(SideOf(data, nameof(Dcgan)), data.Channels, width, latent, norm);

    /// <summary>
    /// Builds the generator: latents <c>[N, Latent + Classes, 1, 1]</c> to images <c>[N, Channels, Size, Size]</c> in [−1, 1].
    /// </summary>
    public override Sequential Generator(RandomStream random) => Conditioning == ClassConditioning.None
        ? Initialized(Decoder(Latent + Classes, normalize: true, random), random)
        : [new ConditionalDecoder(Latent, Classes, [.. Ups(random)])];

    /// <summary>Builds the discriminator: images to one number each, <c>[N]</c>; with classes to <c>[N, 1 + Classes]</c>.</summary>
    /// <exception cref="TrainingException">Classes and an auto-encoder are both asked for.</exception>
    public override Sequential Discriminator(RandomStream random)
    {
        if (IsReconstruction)
        {
            return AutoEncoder(random);
        }

        if (Conditioning == ClassConditioning.Projection)
        {
            return [.. Initialized([.. Hidden(random)], random), .. End(Head(random))];
        }

        return Initialized([.. Encoder(1 + Classes, random), .. End(Classes == 0 ? new Flatten(0) : new Flatten())], random);
    }

    Sequential AutoEncoder(RandomStream random)
    {
        if (Classes > 0)
        {
            throw new TrainingException(
                "A discriminator that is an auto-encoder cannot classify. "
                + $"Set {nameof(GanOptions)}.{nameof(GanOptions.ClassWeight)} to 0, or use an objective of logits.");
        }

        // Without normalisation, weights this small would let nothing pass so many layers; they keep the initialisation of the layers.
        bool normalize = DiscriminatorNorm != DiscriminatorNorm.None;
        (Sequential encoder, Sequential decoder) = ([.. Encoder(Latent, random)], Decoder(Latent, normalize, random));
        return [new ReconstructionError(
            normalize ? Initialized(encoder, random) : encoder,
            normalize ? Initialized(decoder, random) : decoder,
            DiscriminatorOutput == DiscriminatorOutput.SquaredError)];
    }

    Sequential Decoder(int from, bool normalize, RandomStream random)
    {
        List<Module> layers = [];
        foreach (int to in Widths)
        {
            layers.Add(Up(from, to, bias: !normalize, first: layers.Count == 0, random));
            layers.AddRange(normalize ? [new BatchNorm2d(to), new ReLU()] : [new ReLU()]);
            from = to;
        }

        return [.. layers, Up(from, Channels, bias: true, first: false, random), new Tanh()];
    }

    IEnumerable<ConvTranspose2d> Ups(RandomStream random)
    {
        int[] widths = [Latent, .. Widths, Channels];
        return Enumerable.Range(0, widths.Length - 1).Select(i => WeightInit.Normal(
            Up(widths[i], widths[i + 1], bias: i == widths.Length - 2, first: i == 0, random), random));
    }

    ProjectionHead Head(RandomStream random)
    {
        return new(Layer(1, bias: true), Layer(Classes, bias: false));

        Module Layer(int outputs, bool bias) =>
            Bounded(WeightInit.Normal(new Linear(Widths[0], outputs, bias, random), random), random);
    }

    IEnumerable<Module> Encoder(int outputs, RandomStream random)
    {
        foreach (Module layer in Hidden(random))
        {
            yield return layer;
        }

        yield return Bounded(new Conv2d(Widths[0], outputs, Kernel, random: random), random);
    }

    IEnumerable<Module> Hidden(RandomStream random)
    {
        (int from, int side) = (Channels, Size);
        foreach (int to in Widths.Reverse())
        {
            side /= 2;
            bool isFirst = from == Channels && side == Size / 2;
            Module? norm = isFirst ? null : Norm(to, side);
            yield return Bounded(new Conv2d(from, to, Kernel, stride: 2, padding: 1, bias: norm is null, random: random), random);
            if (norm is not null)
            {
                yield return norm;
            }

            yield return new LeakyReLU(Slope);
            from = to;
        }
    }

    Module? Norm(int channels, int side) => DiscriminatorNorm switch
    {
        DiscriminatorNorm.Batch => new BatchNorm2d(channels),
        DiscriminatorNorm.Layer => new LayerNorm([channels, side, side]),
        DiscriminatorNorm.Instance => new InstanceNorm2d(channels, affine: true),
        _ => null,
    };

    // The weight is initialised first: the norm estimates its largest singular value from there.
    Module Bounded(WeightedModule layer, RandomStream random) =>
        DiscriminatorNorm == DiscriminatorNorm.Spectral ? new SpectralNorm(WeightInit.Normal(layer, random), random: random) : layer;

    static ConvTranspose2d Up(int from, int to, bool bias, bool first, RandomStream random) =>
        new(from, to, Kernel, stride: first ? 1 : 2, padding: first ? 0 : 1, bias: bias, random: random);

    static Sequential Initialized(Sequential network, RandomStream random)
    {
        foreach (Module layer in network)
        {
            if (layer is WeightedModule weighted)
            {
                WeightInit.Normal(weighted, random);
            }
            else if (layer is BatchNorm2d { Weight: { } scale })
            {
                Init.Normal(scale, 1, WeightInit.Deviation, random);
            }
        }

        return network;
    }
}
