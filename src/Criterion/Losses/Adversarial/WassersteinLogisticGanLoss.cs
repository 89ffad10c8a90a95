namespace Criterion.Losses;

/// <summary>The Wasserstein loss with a softplus of every score: L_D = E[softplus(−r)] + E[softplus(f)], L_G = E[softplus(−f)].</summary>
/// <remarks>
/// The loss of StyleGAN, under the name in mmgeneration (<c>wgan-logistic-ns</c>). Its values equal those of
/// <see cref="NonSaturatingGanLoss"/> with targets of 1: a score is a logit with a gradient below 1, so the critic needs no bounded slope.
/// Usually combined with <see cref="R1Penalty"/>.
/// </remarks>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake scores of any shape → scalar",
    Source = "Karras et al., A style-based generator architecture for generative adversarial networks, 2018; "
        + "the formula is that of Goodfellow et al., 2014",
    Alternatives = "NonSaturatingGanLoss is the same with targets for label smoothing; "
        + "WassersteinGanLoss is linear in the scores and needs a bounded slope.")]
public sealed record WassersteinLogisticGanLoss : PointwiseGanLoss
{
    /// <inheritdoc/>
    protected internal override UnaryFormula Real => UnaryFormula.From(new NonSaturatingGanLoss.RealTerm(1));

    /// <inheritdoc/>
    protected internal override UnaryFormula Fake => UnaryFormula.From(default(NonSaturatingGanLoss.FakeTerm));

    /// <inheritdoc/>
    protected internal override UnaryFormula Generated => UnaryFormula.From(new NonSaturatingGanLoss.RealTerm(1));
}
