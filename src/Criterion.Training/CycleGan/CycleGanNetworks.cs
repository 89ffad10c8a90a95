using Criterion.Nn;

namespace Criterion.Training;

/// <summary>The four networks of a CycleGAN.</summary>
/// <param name="AToB">Translates images of domain A.</param>
/// <param name="BToA">Translates images of domain B.</param>
/// <param name="DiscriminatorA">Tells images of domain A from translated ones.</param>
/// <param name="DiscriminatorB">Tells images of domain B from translated ones.</param>
public sealed record CycleGanNetworks(Module AToB, Module BToA, Module DiscriminatorA, Module DiscriminatorB)
{
    /// <summary>Networks of the paper's kind.</summary>
    /// <param name="translator">Both translators.</param>
    /// <param name="discriminator">Both discriminators.</param>
    /// <param name="random">Where the weights come from.</param>
    public static CycleGanNetworks Build(ResnetTranslator translator, PatchDiscriminator discriminator, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(translator);
        ArgumentNullException.ThrowIfNull(discriminator);
        ArgumentNullException.ThrowIfNull(random);
        return new(
            translator.Build(random.Fork(1)), translator.Build(random.Fork(2)), discriminator.Build(random.Fork(3)), discriminator.Build(random.Fork(4)));
    }
}
