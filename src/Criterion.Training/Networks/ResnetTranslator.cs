using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// A network that translates images to images of the same size: convolutions with stride 2, residual blocks, as many transposed
/// convolutions, with instance norm and reflection padding. Source: Johnson et al., Perceptual losses, 2016; Zhu et al., CycleGAN, 2017,
/// appendix 7.2.
/// </summary>
public sealed record ResnetTranslator
{
    /// <summary>Initializes the network.</summary>
    /// <param name="channels">The channels of the images: 1 for grey, 3 for colour. Default: 1.</param>
    /// <param name="width">The channels of the first layer. Default: 64, as in the paper.</param>
    /// <param name="blocks">The residual blocks: 6 for images of up to 128 pixels, 9 above. Default: 6.</param>
    /// <param name="halvings">
    /// The convolutions with stride 2, each of which doubles the channels. With fewer, lines of small images keep their positions. Default:
    /// 2, as in the paper.
    /// </param>
    public ResnetTranslator(int channels = 1, int width = 64, int blocks = 6, int halvings = 2) =>
        (Channels, Width, Blocks, Halvings) = (channels, width, blocks, halvings);

    /// <summary><inheritdoc cref="ResnetTranslator(int, int, int, int)" path="/param[@name='channels']/node()"/></summary>
    public int Channels { get; init; }

    /// <summary><inheritdoc cref="ResnetTranslator(int, int, int, int)" path="/param[@name='width']/node()"/></summary>
    public int Width { get; init; }

    /// <summary><inheritdoc cref="ResnetTranslator(int, int, int, int)" path="/param[@name='blocks']/node()"/></summary>
    public int Blocks { get; init; }

    /// <summary><inheritdoc cref="ResnetTranslator(int, int, int, int)" path="/param[@name='halvings']/node()"/></summary>
    public int Halvings { get; init; }

    /// <summary>Gets a translator for images of about 32 pixels, which trains in minutes on a CPU.</summary>
    public static ResnetTranslator Small { get; } = new(width: 16, blocks: 3, halvings: 1);

    /// <summary>Builds the network, with normal random weights of deviation 0.02.</summary>
    /// <param name="random">The stream of the initial weights.</param>
    public Sequential Build(RandomStream random)
    {
        int inner = Width << Halvings;
        List<Module> layers =
        [
            new ReflectionPad2d(3), .. Normalized(new Conv2d(Channels, Width, 7, random: random), Width, random), new ReLU(),
        ];
        for (int width = Width; width < inner; width *= 2)
        {
            Conv2d down = new(width, 2 * width, 3, stride: 2, padding: 1, random: random);
            layers.AddRange([.. Normalized(down, 2 * width, random), new ReLU()]);
        }

        layers.AddRange(Enumerable.Range(0, Blocks).Select(_ => Block(inner, random)));
        for (int width = inner; width > Width; width /= 2)
        {
            ConvTranspose2d up = new(width, width / 2, 3, stride: 2, padding: 1, outputPadding: 1, random: random);
            layers.AddRange([.. Normalized(up, width / 2, random), new ReLU()]);
        }

        return [.. layers, new ReflectionPad2d(3), WeightInit.Normal(new Conv2d(Width, Channels, 7, random: random), random), new Tanh()];
    }

    /// <summary>
    /// Gets the layers of the encoder, in which CUT compares patches: the image, each convolution with stride 2, the first and the middle
    /// residual block. Each is the number of modules that lead to it, and its channels.
    /// </summary>
    internal IReadOnlyList<(int Modules, int Channels)> EncoderLayers
    {
        get
        {
            // Padding, convolution, norm and ReLU come first; each halving has the last three of these.
            int blocks = 4 + (3 * Halvings);
            return
            [
                (0, Channels),
                .. Enumerable.Range(1, Halvings).Select(halving => (2 + (3 * halving), Width << halving)),
                .. ((int[])[0, Blocks / 2]).Distinct().Where(block => block < Blocks)
                    .Select(block => (blocks + block + 1, Width << Halvings)),
            ];
        }
    }

    /// <summary>Refuses images whose translations would have another size.</summary>
    /// <exception cref="TrainingException">A side is too short, or cannot be halved that often.</exception>
    internal void CheckKeeps(Size2 size)
    {
        // Reflection padding needs more pixels than it adds, and instance norm more than one.
        int least = Math.Max(4, 2 << Halvings);
        int multiple = 1 << Halvings;
        if (size.Height % multiple != 0 || size.Width % multiple != 0)
        {
            throw new TrainingException(
                $"A translator with {Counted.Of(Halvings, "halving")} keeps sizes that are multiples of {multiple}, "
                + $"but these images are {size}. "
                + $"Resize them to {(size.Height + multiple - 1) / multiple * multiple}, or halve less often.");
        }

        if (Math.Min(size.Height, size.Width) < least)
        {
            throw new TrainingException(
                $"A translator with {Counted.Of(Halvings, "halving")} needs images of at least {least} pixels a side, "
                + $"but these are {size}. "
                + "Resize them, or halve less often.");
        }
    }

    static Residual Block(int width, RandomStream random) => new(new Sequential(
    [
        new ReflectionPad2d(1), .. Normalized(new Conv2d(width, width, 3, random: random), width, random), new ReLU(),
        new ReflectionPad2d(1), .. Normalized(new Conv2d(width, width, 3, random: random), width, random),
    ]));

    static Module[] Normalized(WeightedModule convolution, int width, RandomStream random) =>
        [WeightInit.Normal(convolution, random), new InstanceNorm2d(width)];
}
