using Criterion.Nn;

namespace Criterion.Training;

/// <summary>The four networks of a CycleGAN.</summary>
public sealed record CycleGanNetworks
{
    /// <summary>Initializes the networks.</summary>
    /// <param name="aToB">The translator of images of domain A.</param>
    /// <param name="bToA">The translator of images of domain B.</param>
    /// <param name="discriminatorA">The discriminator of images of domain A and translated ones.</param>
    /// <param name="discriminatorB">The discriminator of images of domain B and translated ones.</param>
    public CycleGanNetworks(Module aToB, Module bToA, Module discriminatorA, Module discriminatorB) =>
        (AToB, BToA, DiscriminatorA, DiscriminatorB) = (aToB, bToA, discriminatorA, discriminatorB);

    /// <summary><inheritdoc cref="CycleGanNetworks(Module, Module, Module, Module)" path="/param[@name='aToB']/node()"/></summary>
    public Module AToB { get; init; }

    /// <summary><inheritdoc cref="CycleGanNetworks(Module, Module, Module, Module)" path="/param[@name='bToA']/node()"/></summary>
    public Module BToA { get; init; }

    /// <summary>
    /// <inheritdoc cref="CycleGanNetworks(Module, Module, Module, Module)" path="/param[@name='discriminatorA']/node()"/>
    /// </summary>
    public Module DiscriminatorA { get; init; }

    /// <summary>
    /// <inheritdoc cref="CycleGanNetworks(Module, Module, Module, Module)" path="/param[@name='discriminatorB']/node()"/>
    /// </summary>
    public Module DiscriminatorB { get; init; }

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
