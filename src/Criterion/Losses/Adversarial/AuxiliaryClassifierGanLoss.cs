namespace Criterion.Losses;

/// <summary>
/// An adversarial objective with a classifier at its side (ACGAN): L_D = adversarial + w (CE(real, labels) + CE(fake, labels)) and
/// L_G = adversarial + w CE(fake, labels), where CE is the cross-entropy of the discriminator's class logits.
/// </summary>
/// <remarks>
/// Both players want the classes right. As with any adversarial objective the discriminator's logits are those of detached images.
/// </remarks>
/// <param name="Objective">The adversarial part; <see cref="NonSaturatingGanLoss"/> if not given.</param>
/// <param name="Weight">w, a factor of the cross-entropies.</param>
/// <param name="LabelSmoothing">How much of a real image's label is spread over all classes, in [0, 1]; generated ones are not smoothed.</param>
/// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "logits of any shape, class logits [N, C], labels [N] → scalar",
    Source = "Odena, Olah, Shlens, Conditional image synthesis with auxiliary classifier GANs, 2016, equations 2 and 3",
    Alternatives = "MutualInformationLoss finds the classes by itself, without labels.")]
public sealed record AuxiliaryClassifierGanLoss(GanLoss? Objective = null, double Weight = 1, double LabelSmoothing = 0) : ICriterion
{
    /// <inheritdoc cref="AuxiliaryClassifierGanLoss(GanLoss, double, double)"/>
    public GanLoss Objective { get; init; } = Objective ?? new NonSaturatingGanLoss();

    /// <inheritdoc cref="AuxiliaryClassifierGanLoss(GanLoss, double, double)"/>
    public double Weight { get; init => field = Require.NonNegative(value, nameof(AuxiliaryClassifierGanLoss)); } =
        Require.NonNegative(Weight, nameof(AuxiliaryClassifierGanLoss));

    /// <inheritdoc cref="AuxiliaryClassifierGanLoss(GanLoss, double, double)"/>
    public double LabelSmoothing { get; init => field = Require.InUnitInterval(value, nameof(AuxiliaryClassifierGanLoss)); } =
        Require.InUnitInterval(LabelSmoothing, nameof(AuxiliaryClassifierGanLoss));

    /// <summary>The discriminator's loss.</summary>
    /// <param name="real">Its logits of real images, of any shape.</param>
    /// <param name="fake">Its logits of generated images, detached from the generator.</param>
    /// <param name="realClasses">Its class logits of the real images, [N, C].</param>
    /// <param name="realLabels">Their classes, [N] of Int64.</param>
    /// <param name="fakeClasses">Its class logits of the generated images, [M, C].</param>
    /// <param name="fakeLabels">The classes that they were generated for, [M] of Int64.</param>
    /// <exception cref="LossException">A label is no class, or there is nothing to compare.</exception>
    public Tensor Discriminator(Tensor real, Tensor fake, Tensor realClasses, Tensor realLabels, Tensor fakeClasses, Tensor fakeLabels)
    {
        Tensor classes = ClassLabelLoss.CrossEntropy(nameof(AuxiliaryClassifierGanLoss), realClasses, realLabels, LabelSmoothing)
            + ClassLabelLoss.CrossEntropy(nameof(AuxiliaryClassifierGanLoss), fakeClasses, fakeLabels);
        return Objective.Discriminator(real, fake) + (classes * Weight);
    }

    /// <summary>The generator's loss.</summary>
    /// <param name="fake">The discriminator's logits of generated images.</param>
    /// <param name="fakeClasses">Its class logits of them, [M, C].</param>
    /// <param name="fakeLabels">The classes that they were generated for, [M] of Int64.</param>
    /// <param name="real">Its logits of real images, which relativistic objectives need.</param>
    /// <exception cref="LossException">A label is no class, or there is nothing to compare.</exception>
    public Tensor Generator(Tensor fake, Tensor fakeClasses, Tensor fakeLabels, Tensor? real = null) =>
        Objective.Generator(fake, real) + (ClassLabelLoss.CrossEntropy(nameof(AuxiliaryClassifierGanLoss), fakeClasses, fakeLabels) * Weight);

    /// <inheritdoc/>
    public string ToLatex() =>
        $$"""
        {{Objective.ToLatex()}}
        L_D \mathrel{+}= w \left(\mathbb{E}\left[-\ln p_{y}(x)\right] + \mathbb{E}\left[-\ln p_{y}(G(z))\right]\right)
        L_G \mathrel{+}= w\, \mathbb{E}\left[-\ln p_{y}(G(z))\right]
        """;

    /// <inheritdoc/>
    public IEnumerable<LossCurve> Curves() => Objective.Curves();
}
