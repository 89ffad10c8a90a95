namespace Criterion.Losses;

/// <summary>
/// Brings what a discriminator sees in generated data to what it sees in real data: the mean over discriminators and layers of
/// the mean absolute error of their features, without the last layers of each, which are its verdict.
/// </summary>
/// <remarks>Every layer counts alike, whatever its size. The features of real data are detached. The gradient of equal features is 0.</remarks>
/// <param name="SkipLast">How many layers at the end of each discriminator do not count.</param>
[Catalogue(
    LossFamily.Image,
    Shapes = "fake, real: a list of features for each discriminator → scalar",
    Source = "Salimans et al., Improved techniques for training GANs, 2016; over layers with L1: Wang et al., High-resolution image synthesis with conditional GANs, 2018, equation 4; the article",
    Alternatives = "PerceptualLoss takes the features of a network that was trained for something else, and does not move with the discriminator.")]
public sealed record FeatureMatchingLoss(int SkipLast = 1) : ICriterion
{
    /// <inheritdoc cref="FeatureMatchingLoss(int)"/>
    public int SkipLast { get; init => field = Require.AtLeast(0, value, nameof(FeatureMatchingLoss)); } =
        Require.AtLeast(0, SkipLast, nameof(FeatureMatchingLoss));

    /// <summary>The loss of one discriminator's features.</summary>
    /// <inheritdoc cref="Forward(IReadOnlyList{IReadOnlyList{Tensor}}, IReadOnlyList{IReadOnlyList{Tensor}})"/>
    /// <param name="fake">Features of generated data, layer by layer, of any shapes.</param>
    /// <param name="real">Features of real data, of the same shapes.</param>
    public Tensor Forward(IReadOnlyList<Tensor> fake, IReadOnlyList<Tensor> real) => Forward([fake], [real]);

    /// <summary>The loss of several discriminators' features.</summary>
    /// <param name="fake">For each discriminator its features of generated data, layer by layer, of any shapes.</param>
    /// <param name="real">The same of real data.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ShapeException">Numbers of layers or shapes differ.</exception>
    /// <exception cref="LossException">No layer is left to compare.</exception>
    public Tensor Forward(IReadOnlyList<IReadOnlyList<Tensor>> fake, IReadOnlyList<IReadOnlyList<Tensor>> real)
    {
        FeatureListChecks.CheckCounts(nameof(FeatureMatchingLoss), "discriminators", fake, real);
        List<Tensor> losses = [];
        for (int i = 0; i < fake.Count; i++)
        {
            FeatureListChecks.CheckCounts(nameof(FeatureMatchingLoss), $"layers of discriminator {i}", fake[i], real[i]);
            for (int layer = 0; layer < fake[i].Count - SkipLast; layer++)
            {
                losses.Add(new L1Loss().Forward(fake[i][layer], real[i][layer].Detach()));
            }
        }

        return losses.Count > 0
            ? Tensor.Stack(losses.ToArray()).Mean()
            : throw new LossException($"FeatureMatchingLoss: no layer is left: with SkipLast = {SkipLast} each discriminator must give at least {SkipLast + 1} features.");
    }

    /// <inheritdoc/>
    public string ToLatex()
    {
        string error = TensorFormula.ToLatex(default(L1Loss.AbsoluteError), @"D_k^{(i)}(G(z))", @"D_k^{(i)}(x)");
        return $@"\operatorname{{mean}}_{{k,\, i \le L_k - {SkipLast}}} \left(\operatorname{{mean}} {error}\right)";
    }

    /// <inheritdoc/>
    public IEnumerable<LossCurve> Curves() => [new("one feature", "fake − real", -3, 3, x => TensorFormula.Map(default(L1Loss.AbsoluteError), x, Tensor.ZerosLike(x)))];
}
