using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// A network that turns images of one kind into another of the same size: two steps down, residual blocks, two steps up, with
/// instance norm and mirrored borders. Source: Johnson et al., Perceptual losses, 2016; Zhu et al., CycleGAN, 2017, appendix 7.2.
/// </summary>
/// <param name="Channels">1 for grey, 3 for colour.</param>
/// <param name="Width">Channels of the first layer; 64 in the paper.</param>
/// <param name="Blocks">Residual blocks; 6 for images of up to 128 pixels, 9 above.</param>
public sealed record ResnetTranslator(int Channels = 1, int Width = 64, int Blocks = 6)
{
    const int Steps = 2;

    /// <summary>The network, with normal random weights of deviation 0.02.</summary>
    /// <param name="random">Where the weights come from.</param>
    public Sequential Build(RandomStream random)
    {
        int inner = Width << Steps;
        List<Module> layers = [new ReflectionPad2d(3), Convolution(Channels, Width, 7, 1, 0, random), new InstanceNorm2d(Width), new ReLU()];
        for (int width = Width; width < inner; width *= 2)
        {
            layers.AddRange([Convolution(width, 2 * width, 3, 2, 1, random), new InstanceNorm2d(2 * width), new ReLU()]);
        }

        layers.AddRange(Enumerable.Range(0, Blocks).Select(_ => Block(inner, random)));
        for (int width = inner; width > Width; width /= 2)
        {
            ConvTranspose2d up = new(width, width / 2, 3, stride: 2, padding: 1, outputPadding: 1, random: random);
            layers.AddRange([WeightInit.Normal(up, random), new InstanceNorm2d(width / 2), new ReLU()]);
        }

        return [.. layers, new ReflectionPad2d(3), Convolution(Width, Channels, 7, 1, 0, random), new Tanh()];
    }

    static Residual Block(int width, RandomStream random) => new(new Sequential(
        new ReflectionPad2d(1), Convolution(width, width, 3, 1, 0, random), new InstanceNorm2d(width), new ReLU(),
        new ReflectionPad2d(1), Convolution(width, width, 3, 1, 0, random), new InstanceNorm2d(width)));

    static Module Convolution(int from, int to, int kernel, int stride, int padding, RandomStream random) =>
        WeightInit.Normal(new Conv2d(from, to, kernel, stride: stride, padding: padding, random: random), random);
}
