namespace Criterion.Losses;

/// <summary>
/// What the two players of a GAN minimise, as a value: a part for the discriminator and a part for the generator, both over
/// logits of any shape (one for each image, or a map of patches).
/// </summary>
public abstract record AdversarialObjective : ICriterion
{
    /// <inheritdoc/>
    public abstract string ToLatex();

    /// <inheritdoc/>
    public virtual IEnumerable<LossCurve> Curves() => [];

    /// <summary>The discriminator's loss.</summary>
    /// <param name="real">Its logits of real images, of any shape.</param>
    /// <param name="fake">Its logits of generated images, detached from the generator.</param>
    /// <returns>A scalar.</returns>
    public abstract Tensor Discriminator(Tensor real, Tensor fake);

    /// <summary>The generator's loss.</summary>
    /// <param name="fake">The discriminator's logits of generated images.</param>
    /// <param name="real">Its logits of real images, which relativistic objectives need.</param>
    /// <returns>A scalar.</returns>
    public abstract Tensor Generator(Tensor fake, Tensor? real = null);
}
