using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// The networks of a GAN of points: each has two hidden layers, the generator's with ReLU and the discriminator's with leaky ReLU.
/// Source of the size: Metz, Poole, Pfau, Sohl-Dickstein, Unrolled generative adversarial networks, 2016.
/// </summary>
/// <param name="Width">Units of a hidden layer.</param>
/// <param name="Latent">How many random numbers make a point.</param>
/// <param name="DiscriminatorNorm">What the discriminator's hidden layers are normalised by: not by batches with a gradient penalty.</param>
public sealed record PointNetworks(int Width = 128, int Latent = 64, DiscriminatorNorm DiscriminatorNorm = DiscriminatorNorm.None)
    : GanNetworks(Width, Latent, DiscriminatorNorm)
{
    const int Dimensions = 2;
    const double Slope = 0.2;

    /// <inheritdoc/>
    public override int SamplesInPicture => 1000;

    /// <summary>The generator: latents <c>[N, Latent + Classes, 1, 1]</c> to points <c>[N, 2]</c>.</summary>
    public override Sequential Generator(RandomStream random) =>
    [
        new Flatten(),
        new Linear(Latent + Classes, Width, random: random),
        new ReLU(),
        new Linear(Width, Width, random: random),
        new ReLU(),
        new Linear(Width, Dimensions, random: random),
    ];

    /// <summary>The discriminator: points to one number each, <c>[N]</c>; with classes <c>[N, 1 + Classes]</c>.</summary>
    /// <exception cref="TrainingException">It is to be an auto-encoder, or to normalise the channels of images.</exception>
    public override Sequential Discriminator(RandomStream random) => !IsReconstruction
        ? [
            .. Hidden(Dimensions, random),
            .. Hidden(Width, random),
            Bounded(new Linear(Width, 1 + Classes, random: random), random),
            .. End(Classes == 0 ? [new Flatten(0)] : []),
        ]
        : throw new TrainingException("An auto-encoder of points gives every point back and tells none apart: a discriminator of points says a logit. Take a recipe other than ebgan and began.");

    /// <inheritdoc/>
    public override Tensor Picture(Tensor samples, Dataset? data = null)
    {
        ArgumentNullException.ThrowIfNull(samples);
        return ScatterPlot.Compose(samples, (data as PointDataset)?.Points is { } real ? real[..Math.Min(real.Shape[0], ModeCoverage.Samples)] : null);
    }

    IEnumerable<Module> Hidden(int from, RandomStream random)
    {
        Module layer = Bounded(new Linear(from, Width, random: random), random);
        return from != Dimensions && Norm() is { } norm ? [layer, norm, new LeakyReLU(Slope)] : [layer, new LeakyReLU(Slope)];
    }

    Module? Norm() => DiscriminatorNorm switch
    {
        DiscriminatorNorm.Batch => new BatchNorm1d(Width),
        DiscriminatorNorm.Layer => new LayerNorm([Width]),
        DiscriminatorNorm.Instance => throw new TrainingException("Instance norm is for the channels of images. Normalise a discriminator of points by Batch, Layer, Spectral or None."),
        _ => null,
    };

    Module Bounded(Linear layer, RandomStream random) =>
        DiscriminatorNorm == DiscriminatorNorm.Spectral ? new SpectralNorm(layer, random: random) : layer;
}
