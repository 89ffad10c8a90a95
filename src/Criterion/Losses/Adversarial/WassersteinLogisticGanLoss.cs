namespace Criterion.Losses;

/// <summary>
/// The Wasserstein objective with every score through a softplus: L_D = E[softplus(−r)] + E[softplus(f)], L_G = E[softplus(−f)].
/// </summary>
/// <remarks>
/// What StyleGAN trains with, under the name that mmgeneration gives it (<c>wgan-logistic-ns</c>). Its numbers are those of
/// <see cref="NonSaturatingGanLoss"/> with targets of 1: a score is a logit, and each one's gradient is below 1, so that the objective
/// works without a bound on the critic's slope, usually with an <see cref="R1Penalty"/> penalty.
/// </remarks>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake scores of any shape → scalar",
    Source = "Karras et al., A style-based generator architecture for generative adversarial networks, 2018; the formula is that of Goodfellow et al., 2014",
    Alternatives = "NonSaturatingGanLoss is the same with targets for label smoothing; WassersteinGanLoss is linear in the scores and needs a bounded slope.")]
public sealed record WassersteinLogisticGanLoss : PointwiseGanLoss
{
    /// <inheritdoc/>
    protected internal override UnaryFormula Real => UnaryFormula.From(new NonSaturatingGanLoss.RealTerm(1));

    /// <inheritdoc/>
    protected internal override UnaryFormula Fake => UnaryFormula.From(default(NonSaturatingGanLoss.FakeTerm));

    /// <inheritdoc/>
    protected internal override UnaryFormula Generated => UnaryFormula.From(new NonSaturatingGanLoss.RealTerm(1));
}
