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
/// <param name="Norm">Where instance norm stands; everywhere in the paper.</param>
public sealed record ResnetTranslator(
    int Channels = 1, int Width = 64, int Blocks = 6, int Halvings = 2, TranslatorNorm Norm = TranslatorNorm.Everywhere)
{
    /// <summary>The network, with random weights: normal of deviation 0.02, or Kaiming's where no norm follows.</summary>
    /// <param name="random">Where the weights come from.</param>
    public Sequential Build(RandomStream random)
    {
        int inner = Width << Halvings;
        List<Module> layers = [new ReflectionPad2d(3), .. Layer(new Conv2d(Channels, Width, 7, random: random), Width, random)];
        for (int width = Width; width < inner; width *= 2)
        {
            layers.AddRange(Layer(new Conv2d(width, 2 * width, 3, stride: 2, padding: 1, random: random), 2 * width, random));
        }

        layers.AddRange(Enumerable.Range(0, Blocks).Select(_ => Block(inner, random)));
        for (int width = inner; width > Width; width /= 2)
        {
            layers.AddRange(Layer(new ConvTranspose2d(width, width / 2, 3, stride: 2, padding: 1, outputPadding: 1, random: random), width / 2, random));
        }

        return [.. layers, new ReflectionPad2d(3), WeightInit.Normal(new Conv2d(Width, Channels, 7, random: random), random), new Tanh()];
    }

    Module[] Layer(WeightedModule convolution, int width, RandomStream random) => Norm == TranslatorNorm.Everywhere
        ? [WeightInit.Normal(convolution, random), new InstanceNorm2d(width), new ReLU()]
        : [WeightInit.Kaiming(convolution, random), new ReLU()];

    static Residual Block(int width, RandomStream random) => new(new Sequential(
        new ReflectionPad2d(1), Convolution(width, random), new InstanceNorm2d(width), new ReLU(),
        new ReflectionPad2d(1), Convolution(width, random), new InstanceNorm2d(width)));

    static Conv2d Convolution(int width, RandomStream random) => WeightInit.Normal(new Conv2d(width, width, 3, random: random), random);
}

/// <summary>Where a translator has instance norm, which takes brightness and contrast out of each image.</summary>
public enum TranslatorNorm
{
    /// <summary>After every convolution but the last.</summary>
    Everywhere,

    /// <summary>In the residual blocks alone: what these add is normalised, and the path past them still says how bright the image is.</summary>
    Blocks,
}
