namespace Criterion.Losses;

/// <summary>Describes a criterion in the catalogue, beside its formula, options and documentation.</summary>
/// <param name="family">The family that lists it.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class CatalogueAttribute(LossFamily family) : Attribute
{
    /// <summary>Gets the family that lists it.</summary>
    public LossFamily Family { get; } = family;

    /// <summary>Gets the name on the command line where <see cref="LossName"/> would derive another, such as <c>f-gan-kl</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>Gets the shapes of inputs and result, such as <c>prediction, target [N, ...] → scalar</c>.</summary>
    public required string Shapes { get; init; }

    /// <summary>Gets the source: authors, title, year, equation. Empty where the formula is common knowledge without an author.</summary>
    public string Source { get; init; } = "";

    /// <summary>Gets the PyTorch equivalent, a class or function such as <c>torch.nn.L1Loss</c>. Empty where PyTorch has none.</summary>
    public string PyTorch { get; init; } = "";

    /// <summary>Gets the nearest alternatives and when to prefer them, as one or two sentences that end in a full stop.</summary>
    public required string Alternatives { get; init; }
}

/// <summary>The families of the catalogue.</summary>
public enum LossFamily
{
    /// <summary>Losses of numbers against numbers.</summary>
    Regression,

    /// <summary>Losses of classes and distributions.</summary>
    Classification,

    /// <summary>Losses of embeddings, in pairs and triplets.</summary>
    Embedding,

    /// <summary>Losses of the discriminator and the generator of a GAN.</summary>
    Adversarial,

    /// <summary>Penalties and regularizers of the networks of a GAN.</summary>
    Penalty,

    /// <summary>Losses of images.</summary>
    Image,
}
