using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// A network that turns images of one kind into another of the same size: steps down, residual blocks, as many steps up, with
/// instance norm and mirrored borders. Source: Johnson et al., Perceptual losses, 2016; Zhu et al., CycleGAN, 2017, appendix 7.2.
/// </summary>
/// <param name="Channels">1 for grey, 3 for colour.</param>
/// <param name="Width">Channels of the first layer; 64 in the paper.</param>
/// <param name="Blocks">Residual blocks; 6 for images of up to 128 pixels, 9 above.</param>
/// <param name="Halvings">Steps down, each to half the size and twice the channels; 2 in the paper. With fewer, lines stay where they were in small images.</param>
public sealed record ResnetTranslator(int Channels = 1, int Width = 64, int Blocks = 6, int Halvings = 2)
{
    /// <summary>For images of 32 pixels or so: trains in minutes on a processor.</summary>
    public static ResnetTranslator Small { get; } = new(Width: 16, Blocks: 3, Halvings: 1);

    /// <summary>The network, with normal random weights of deviation 0.02.</summary>
    /// <param name="random">Where the weights come from.</param>
    public Sequential Build(RandomStream random)
    {
        int inner = Width << Halvings;
        List<Module> layers = [new ReflectionPad2d(3), .. Normalized(new Conv2d(Channels, Width, 7, random: random), Width, random), new ReLU()];
        for (int width = Width; width < inner; width *= 2)
        {
            layers.AddRange([.. Normalized(new Conv2d(width, 2 * width, 3, stride: 2, padding: 1, random: random), 2 * width, random), new ReLU()]);
        }

        layers.AddRange(Enumerable.Range(0, Blocks).Select(_ => Block(inner, random)));
        for (int width = inner; width > Width; width /= 2)
        {
            ConvTranspose2d up = new(width, width / 2, 3, stride: 2, padding: 1, outputPadding: 1, random: random);
            layers.AddRange([.. Normalized(up, width / 2, random), new ReLU()]);
        }

        return [.. layers, new ReflectionPad2d(3), WeightInit.Normal(new Conv2d(Width, Channels, 7, random: random), random), new Tanh()];
    }

    /// <summary>Refuses images that come out with another size.</summary>
    /// <exception cref="TrainingException">A side can't be halved that often.</exception>
    internal void CheckKeeps(Size2 size)
    {
        // Mirrored borders need more pixels than they have, and instance norm more than one.
        int least = Math.Max(4, 2 << Halvings);
        int multiple = 1 << Halvings;
        if (size.Height % multiple != 0 || size.Width % multiple != 0)
        {
            throw new TrainingException(
                $"With {Halvings} halving(s) a translator keeps sizes that are multiples of {multiple}, and these images are {size}. Resize them to {(size.Height + multiple - 1) / multiple * multiple}, or halve less often.");
        }

        if (Math.Min(size.Height, size.Width) < least)
        {
            throw new TrainingException(
                $"A translator with {Halvings} halving(s) needs images of at least {least} pixels a side, and these are {size}. Resize them to that, or halve less often.");
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
