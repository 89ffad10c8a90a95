using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// A network that enlarges images: residual blocks with batch norm around a long skip connection, and sub-pixel convolutions, each of which
/// doubles the sides. Source: Ledig et al., SRGAN, 2017, figure 4, with <see cref="Tanh"/> at its end.
/// </summary>
public sealed record SuperResolver : PairedTranslator
{
    const int Doubling = 2;
    const int OuterKernel = 9;

    /// <summary>Initializes the network.</summary>
    /// <param name="channels">The channels of the images: 1 for grey, 3 for colour. Default: 1.</param>
    /// <param name="width">The channels of all inner layers. Default: 64, as in the paper.</param>
    /// <param name="blocks">The residual blocks. Default: 16, as in the paper.</param>
    /// <param name="factor">The factor of both sides: 2 or 4. Default: 4, as in the paper.</param>
    public SuperResolver(int channels = 1, int width = 64, int blocks = 16, int factor = 4)
        : base(channels, width) => (Blocks, Factor) = (blocks, factor);

    /// <summary><inheritdoc cref="SuperResolver(int, int, int, int)" path="/param[@name='blocks']/node()"/></summary>
    public int Blocks { get; init; }

    /// <summary><inheritdoc cref="SuperResolver(int, int, int, int)" path="/param[@name='factor']/node()"/></summary>
    /// <exception cref="TrainingException">The factor is neither 2 nor 4.</exception>
    public int Factor
    {
        get;
        init => field = value is 2 or 4
            ? value
            : throw new TrainingException($"{nameof(SuperResolver)}: the factor must be 2 or 4, but is {value}. Choose one of them.");
    }

    /// <summary>Gets a network for images of about 32 pixels, which trains in minutes on a CPU.</summary>
    public static SuperResolver Small { get; } = new(width: 16, blocks: 4, factor: 4);

    /// <inheritdoc/>
    public override Sequential Build(RandomStream random)
    {
        List<Module> layers =
        [
            Convolution(Channels, Width, OuterKernel, random), new PReLU(),
            new Residual(new Sequential(
            [
                .. Enumerable.Range(0, Blocks).Select(_ => Block(random)), Convolution(Width, Width, 3, random), new BatchNorm2d(Width),
            ])),
        ];
        for (int factor = 1; factor < Factor; factor *= Doubling)
        {
            layers.AddRange(
                [Convolution(Width, Width * Doubling * Doubling, 3, random), new PixelShuffle(Doubling), new PReLU()]);
        }

        return [.. layers, Convolution(Width, Channels, OuterKernel, random), new Tanh()];
    }

    /// <inheritdoc/>
    internal override PairedTranslator For(Size2 input) => this;

    /// <inheritdoc/>
    internal override void CheckFits(Size2 input, Size2 target)
    {
        if (target != new Size2(input.Height * Factor, input.Width * Factor))
        {
            throw new TrainingException(
                $"A super-resolution network of factor {Factor} makes images of {input.Height * Factor}×{input.Width * Factor} from "
                + $"{input}, but the target images are {target}. Reduce the target images by the same factor.");
        }
    }

    Residual Block(RandomStream random) => new(new Sequential(
        Convolution(Width, Width, 3, random), new BatchNorm2d(Width), new PReLU(),
        Convolution(Width, Width, 3, random), new BatchNorm2d(Width)));

    static Conv2d Convolution(int from, int to, int kernel, RandomStream random) =>
        new(from, to, kernel, padding: kernel / 2, random: random);
}
