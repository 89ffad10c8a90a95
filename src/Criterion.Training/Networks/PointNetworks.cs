using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// The networks of a GAN of points, with two hidden layers each: ReLU in the generator, leaky ReLU in the discriminator. Source of the
/// size: Metz, Poole, Pfau, Sohl-Dickstein, Unrolled generative adversarial networks, 2016.
/// </summary>
public sealed record PointNetworks : RecipeNetworks
{
    const int Dimensions = 2;
    const double Slope = 0.2;

    /// <summary>Initializes the networks.</summary>
    /// <param name="width">The units of a hidden layer. Default: 128.</param>
    /// <param name="latent">The size of a latent. Default: 64.</param>
    /// <param name="discriminatorNorm">
    /// The normalisation of the discriminator; not batch norm with a gradient penalty. Default: none.
    /// </param>
    public PointNetworks(int width = 128, int latent = 64, DiscriminatorNorm discriminatorNorm = DiscriminatorNorm.None)
        : base(width, latent, discriminatorNorm)
    {
    }

    /// <inheritdoc/>
    public override int SamplesInPicture => 1000;

    /// <summary>Builds the generator: latents <c>[N, Latent + Classes, 1, 1]</c> to points <c>[N, 2]</c>.</summary>
    public override Sequential Generator(RandomStream random) =>
    [
        new Flatten(),
        new Linear(Latent + Classes, Width, random: random),
        new ReLU(),
        new Linear(Width, Width, random: random),
        new ReLU(),
        new Linear(Width, Dimensions, random: random),
    ];

    /// <summary>Builds the discriminator: points to one number each, <c>[N]</c>; with classes to <c>[N, 1 + Classes]</c>.</summary>
    /// <exception cref="TrainingException">An auto-encoder or instance norm is asked for.</exception>
    public override Sequential Discriminator(RandomStream random) => Conditioning != ClassConditioning.None
        ? throw new TrainingException(
            $"{nameof(GanOptions)}.{nameof(GanOptions.Classes)}: a projection needs images, and these are points. Set it to none, or use "
            + "the recipe acgan.")
        : !IsReconstruction
        ? [
            .. Hidden(Dimensions, random),
            .. Hidden(Width, random),
            Bounded(new Linear(Width, 1 + Classes, random: random), random),
            .. End(Classes == 0 ? [new Flatten(0)] : []),
        ]
        : throw new TrainingException(
            "An auto-encoder reconstructs all points equally well, so a discriminator of points must return a logit. "
            + "Use another recipe than ebgan and began.");

    /// <inheritdoc/>
    public override Tensor Picture(Tensor samples, Dataset? data = null) => Plot(samples, data);

    /// <summary>Plots generated points over real ones, if these are known.</summary>
    internal static Tensor Plot(Tensor samples, Dataset? data)
    {
        ArgumentNullException.ThrowIfNull(samples);
        PointDataset? points = data as PointDataset;
        return ScatterPlot.Compose(samples, points?.Points is { } real ? real[..Math.Min(real.Shape[0], ModeCoverage.Samples)] : null);
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
        DiscriminatorNorm.Instance => throw new TrainingException(
            "Instance norm normalises the channels of images. "
            + $"Set {nameof(GanOptions)}.{nameof(GanOptions.DiscriminatorNorm)} to batch, layer, spectral or none for points."),
        _ => null,
    };

    Module Bounded(Linear layer, RandomStream random) =>
        DiscriminatorNorm == DiscriminatorNorm.Spectral ? new SpectralNorm(layer, random: random) : layer;
}
