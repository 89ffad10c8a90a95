namespace Criterion.Training;

/// <summary>
/// Feature matching in the loss of the generator: weight · Σ (E[φ(G(z))] − E[φ(x)])², where φ is a hidden layer of the discriminator and
/// the real side is fixed. Source: Salimans et al., Improved techniques for training GANs, 2016, section 3.1, where it is the whole loss;
/// here it is added to the objective.
/// </summary>
public sealed record FeatureMatchingOptions
{
    /// <summary>Initializes the options.</summary>
    /// <param name="weight">The weight; must be positive. Default: 1.</param>
    /// <param name="layer">
    /// The name of the layer whose output is φ, such as <c>4</c>. Default: the input of the last layer with parameters.
    /// </param>
    public FeatureMatchingOptions(double weight = 1, string? layer = null) => (Weight, Layer) = (weight, layer);

    /// <summary><inheritdoc cref="FeatureMatchingOptions(double, string?)" path="/param[@name='layer']/node()"/></summary>
    public string? Layer { get; init; }

    /// <summary><inheritdoc cref="FeatureMatchingOptions(double, string?)" path="/param[@name='weight']/node()"/></summary>
    public double Weight
    {
        get;
        init => field = value > 0 && double.IsFinite(value)
            ? value
            : throw new TrainingException(
                $"{nameof(FeatureMatchingOptions)}: the weight must be positive and finite, but is {NumberText.Format(value)}. "
                + $"Set {nameof(GanOptions)}.{nameof(GanOptions.FeatureMatching)} to null for no feature matching.");
    }

    /// <summary>Parses <c>WEIGHT</c> or <c>WEIGHT@LAYER</c>.</summary>
    /// <returns>The options, or null for <c>none</c> or a weight of 0.</returns>
    /// <exception cref="TrainingException">The text has another form.</exception>
    public static FeatureMatchingOptions? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('@', 2);
        return text == GanNames.None ? null : !NumberText.TryParse(parts[0], out double weight)
            ? throw new TrainingException(
                $"Invalid value '{text}' for feature matching. "
                + $"Expected a weight, such as 0.1, or a weight and a layer, such as 0.1@4.{NumberText.Hint(text)}")
            : weight == 0 ? null : new FeatureMatchingOptions(weight, parts.ElementAtOrDefault(1));
    }
}
