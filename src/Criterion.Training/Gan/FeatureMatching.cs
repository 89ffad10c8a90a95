namespace Criterion.Training;

/// <summary>
/// Feature matching in the generator's loss: weight · Σ (E[φ(G(z))] − E[φ(x)])², φ a hidden layer of the discriminator and the real
/// side fixed. Source: Salimans et al., Improved techniques for training GANs, 2016, section 3.1, where it is the whole loss; here it
/// is added to the objective's.
/// </summary>
/// <param name="Weight">Its weight beside the objective.</param>
/// <param name="Layer">The name of the layer whose output is φ, such as <c>4</c>; what the discriminator's last layer sees if not given.</param>
public sealed record FeatureMatching(double Weight = 1, string? Layer = null)
{
    /// <inheritdoc cref="FeatureMatching"/>
    public double Weight { get; init; } = Weight > 0 && double.IsFinite(Weight)
        ? Weight
        : throw new TrainingException($"The weight of feature matching must be a positive number, and is {Weight}. Leave it out for none.");

    /// <summary>Reads <c>WEIGHT</c> or <c>WEIGHT@LAYER</c>; a weight of 0 is none.</summary>
    /// <exception cref="TrainingException">It is neither.</exception>
    public static FeatureMatching? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('@', 2);
        return !NumberText.TryParse(parts[0], out double weight)
            ? throw new TrainingException($"Invalid value '{text}' for feature matching. Expected a weight, such as 0.1, or a weight and a layer, such as 0.1@4.{NumberText.Hint(text)}")
            : weight == 0 ? null : new FeatureMatching(weight, parts.ElementAtOrDefault(1));
    }
}
