namespace Criterion.Losses;

/// <summary>
/// Feature matching: the mean absolute error of the discriminators' features of generated and real data, averaged over discriminators and
/// layers. The last layers, which are the output, are skipped.
/// </summary>
/// <remarks>
/// Every layer has the same weight, whatever its size. The features of real data are detached. The gradient of equal features is 0.
/// </remarks>
[Catalogue(
    LossFamily.Image,
    Shapes = "fake, real: a list of features for each discriminator → scalar",
    Source = "Salimans et al., Improved techniques for training GANs, 2016; over layers with L1: Wang et al., High-resolution image "
        + "synthesis with conditional GANs, 2018, equation 4; the article",
    Alternatives = "PerceptualLoss takes the features of a pretrained network, which does not change with the discriminator.")]
public sealed record FeatureMatchingLoss : ICriterion
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="skipLast">
    /// The number of layers at the end of each discriminator that are skipped; must be 0 or more. Default: 1.
    /// </param>
    public FeatureMatchingLoss(int skipLast = 1) => SkipLast = skipLast;

    /// <summary><inheritdoc cref="FeatureMatchingLoss(int)" path="/param[@name='skipLast']/node()"/></summary>
    public int SkipLast { get; init => field = Require.AtLeast(0, value, nameof(FeatureMatchingLoss)); }

    /// <summary>Computes the loss of one discriminator's features.</summary>
    /// <inheritdoc cref="Forward(IReadOnlyList{IReadOnlyList{Tensor}}, IReadOnlyList{IReadOnlyList{Tensor}})"/>
    /// <param name="fake">The features of generated data, for each layer, of any shapes.</param>
    /// <param name="real">The features of real data, of the same shapes.</param>
    public Tensor Forward(IReadOnlyList<Tensor> fake, IReadOnlyList<Tensor> real) => Forward([fake], [real]);

    /// <summary>Computes the loss of several discriminators' features.</summary>
    /// <param name="fake">The features of generated data, for each discriminator and layer, of any shapes.</param>
    /// <param name="real">The features of real data, of the same shapes.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ShapeException">The numbers of layers or the shapes differ.</exception>
    /// <exception cref="LossException">No layer remains.</exception>
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
            : throw new LossException($"FeatureMatchingLoss: no layer remains with SkipLast = {SkipLast}. "
                + $"Pass at least {SkipLast + 1} layers for each discriminator, or decrease SkipLast.");
    }

    /// <inheritdoc/>
    public string ToLatex()
    {
        string error = TensorFormula.ToLatex(default(L1Loss.AbsoluteError), @"D_k^{(i)}(G(z))", @"D_k^{(i)}(x)");
        return $@"\operatorname{{mean}}_{{k,\, i \le L_k - {SkipLast}}} \left(\operatorname{{mean}} {error}\right)";
    }

    /// <inheritdoc/>
    public IEnumerable<LossCurve> Curves() =>
        [new("one feature", "fake − real", -3, 3, x => TensorFormula.Map(default(L1Loss.AbsoluteError), x, Tensor.ZerosLike(x)))];
}
