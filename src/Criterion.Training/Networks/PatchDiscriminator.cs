using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// A discriminator that judges overlapping patches of an image, one logit for each: convolutions 4×4 with stride 2, instance norm
/// and leaky ReLU. Source: Isola et al., pix2pix, 2017; the 70×70 patches of CycleGAN with <see cref="Layers"/> 3.
/// </summary>
/// <param name="Channels">1 for grey, 3 for colour.</param>
/// <param name="Width">Channels of the first layer; 64 in the paper.</param>
/// <param name="Layers">Steps down before the last two layers: 3 sees patches of 70 pixels, 2 of 34, 1 of 16.</param>
/// <param name="Norm">Whether instance norm follows all convolutions but the first and last, as in the paper; without it brightness and contrast are judged, too.</param>
public sealed record PatchDiscriminator(int Channels = 1, int Width = 64, int Layers = 3, bool Norm = true)
{
    const double Slope = 0.2;

    /// <summary>The network, with random weights: normal of deviation 0.02, or Kaiming's without norm.</summary>
    /// <param name="random">Where the weights come from.</param>
    public Sequential Build(RandomStream random)
    {
        List<Module> layers = [Convolution(Channels, Width, stride: 2, random), new LeakyReLU(Slope)];
        int width = Width;
        for (int i = 1; i <= Layers; i++)
        {
            // The last of these keeps the size.
            int next = Math.Min(Width << i, 8 * Width);
            layers.Add(Convolution(width, next, i < Layers ? 2 : 1, random));
            layers.AddRange(Norm ? [new InstanceNorm2d(next), new LeakyReLU(Slope)] : [new LeakyReLU(Slope)]);
            width = next;
        }

        return [.. layers, Convolution(width, 1, stride: 1, random)];
    }

    Conv2d Convolution(int from, int to, int stride, RandomStream random)
    {
        Conv2d convolution = new(from, to, 4, stride: stride, padding: 1, random: random);
        return Norm ? WeightInit.Normal(convolution, random) : WeightInit.Kaiming(convolution, random);
    }
}
