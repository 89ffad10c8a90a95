namespace Criterion.Losses;

/// <summary>What the catalogue says of a criterion beside its formula, its options and its documentation.</summary>
/// <param name="family">The family that it is listed under.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class CatalogueAttribute(LossFamily family) : Attribute
{
    /// <summary>The family that it is listed under.</summary>
    public LossFamily Family { get; } = family;

    /// <summary>The name on a command line where <see cref="LossName"/> would choose another, such as <c>f-gan-kl</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>The shapes that it takes and gives, such as <c>prediction, target [N, ...] → scalar</c>.</summary>
    public required string Shapes { get; init; }

    /// <summary>Authors, title, year, equation; empty where the formula is nobody's.</summary>
    public string Source { get; init; } = "";

    /// <summary>The class or function of PyTorch that it is the twin of, such as <c>torch.nn.L1Loss</c>.</summary>
    public string PyTorch { get; init; } = "";

    /// <summary>The nearest alternatives and when to prefer them: a sentence or two.</summary>
    public required string Alternatives { get; init; }
}

/// <summary>The families of the catalogue.</summary>
public enum LossFamily
{
    /// <summary>Numbers against numbers.</summary>
    Regression,

    /// <summary>Classes and distributions.</summary>
    Classification,

    /// <summary>Embeddings: pairs and triplets.</summary>
    Embedding,

    /// <summary>What the players of a GAN minimise.</summary>
    Adversarial,

    /// <summary>Penalties and regularisers of the players of a GAN.</summary>
    Penalty,

    /// <summary>Images.</summary>
    Image,
}
