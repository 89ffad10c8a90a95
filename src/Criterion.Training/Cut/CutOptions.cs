namespace Criterion.Training;

/// <summary>The options of a training of CUT, apart from its networks and data. The defaults are those of the paper.</summary>
/// <remarks>Source: Park, Efros, Zhang, Zhu, Contrastive learning for unpaired image-to-image translation, 2020.</remarks>
public sealed record CutOptions : UnpairedOptions
{
    /// <summary>Gets the declared options.</summary>
    public static TrainingOptionList Declared { get; } = TrainingOptionList.Of<CutOptions>();

    /// <summary>
    /// Gets options for small networks and images, such as garments and their sketches: a higher learning rate, and steps for minutes
    /// instead of days.
    /// </summary>
    public static CutOptions Small { get; } = new() { LearningRate = 1e-3, Steps = 5000, Patches = 128 };

    /// <summary>
    /// Gets <see cref="Small"/> with the changes of <see cref="AsFast"/>, but a contrast of weight 1: with 10, small networks leave
    /// sketches as they are.
    /// </summary>
    public static CutOptions SmallFast { get; } = Small.AsFast() with { ContrastWeight = 1 };

    /// <summary>Gets the weight of the contrast between images of A and their translations; positive. Default: 1.</summary>
    [TrainingOption(
        "contrast-weight",
        "Weight of the contrast between patches of images of A and of their translations; in the paper 1, and 10 for FastCUT",
        ValueName = "weight", Range = "(0, ∞)")]
    public double ContrastWeight { get; init; } = 1;

    /// <summary>
    /// Gets the weight of the contrast between images of B and their translations, which keeps the translator from changing them; not
    /// negative, 0 to leave it out. Default: 1.
    /// </summary>
    [TrainingOption(
        "identity-weight", "Weight of the contrast between images of B and their translations; 1 in the paper, 0 for none",
        ValueName = "weight", Range = "[0, ∞)")]
    public double IdentityWeight { get; init; } = 1;

    /// <summary>Gets τ, the divisor of the cosines of patches; positive. Default: 0.07.</summary>
    [TrainingOption(
        "temperature", "Divisor of the cosines of patches; 0.07 in the paper", ValueName = "value", Range = "(0, ∞)")]
    public double Temperature { get; init; } = 0.07;

    /// <summary>Gets the positions that are compared in each layer, or all if it has fewer; at least 2. Default: 256.</summary>
    [TrainingOption(
        "patches", "Positions of an image that are compared in each layer, or all if it has fewer; 256 in the paper",
        ValueName = "count", Range = "[2, 65536]")]
    public int Patches { get; init; } = 256;

    /// <summary>
    /// Gets whether half of the batches are flipped left to right before they are translated, and the features of the translations are
    /// flipped back. Default: false.
    /// </summary>
    [TrainingOption("flip-equivariance", "Flip half of the batches before they are translated, and their features back; as FastCUT does")]
    public bool FlipEquivariance { get; init; }

    internal override TrainingOptionList List => Declared;

    /// <summary>
    /// Returns the options of FastCUT: a weight of 10, no contrast of images of B, which halves the images in the translator, and
    /// <see cref="FlipEquivariance"/>.
    /// </summary>
    public CutOptions AsFast() => this with { ContrastWeight = 10, IdentityWeight = 0, FlipEquivariance = true };
}
