using Criterion.Nn;

namespace Criterion.Training;

/// <summary>The four networks of a CycleGAN.</summary>
/// <param name="AToB">The translator of images of domain A.</param>
/// <param name="BToA">The translator of images of domain B.</param>
/// <param name="DiscriminatorA">The discriminator of images of domain A and translated ones.</param>
/// <param name="DiscriminatorB">The discriminator of images of domain B and translated ones.</param>
public sealed record CycleGanNetworks(Module AToB, Module BToA, Module DiscriminatorA, Module DiscriminatorB)
{
    /// <summary>Builds networks with the architecture of the paper.</summary>
    /// <param name="translator">The architecture of both translators.</param>
    /// <param name="discriminator">The architecture of both discriminators.</param>
    /// <param name="random">The stream of the initial weights.</param>
    public static CycleGanNetworks Build(ResnetTranslator translator, PatchDiscriminator discriminator, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(translator);
        ArgumentNullException.ThrowIfNull(discriminator);
        ArgumentNullException.ThrowIfNull(random);
        return new(
            translator.Build(random.Fork(1)),
            translator.Build(random.Fork(2)),
            discriminator.Build(random.Fork(3)),
            discriminator.Build(random.Fork(4)));
    }
}
