namespace Criterion.Training;

/// <summary>The ways in which both networks of a GAN learn the classes of labelled images.</summary>
public enum ClassConditioning
{
    /// <summary>By no means, or by the class loss of <see cref="GanOptions.ClassWeight"/> (ACGAN).</summary>
    None,

    /// <summary>
    /// Conditional batch norm in the generator, and a projection in the discriminator: see <see cref="Nn.ProjectionHead"/>.
    /// </summary>
    Projection,
}
