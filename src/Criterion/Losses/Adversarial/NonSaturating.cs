using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>
/// The logistic objective with the generator's non-saturating part: L_D = E[softplus(r) − t r] + E[softplus(f)],
/// L_G = E[softplus(−f)]. With t = 1 the first is E[softplus(−r)].
/// </summary>
/// <remarks>
/// Binary cross-entropy on logits, as in the article's adversarial loss.
/// </remarks>
/// <param name="RealTarget">t, what the discriminator should say of real images, in (0, 1]: below 1 it is one-sided label smoothing.</param>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake logits of any shape → scalar",
    Source = "Goodfellow et al., Generative adversarial nets, 2014; one-sided smoothing: Salimans et al., Improved techniques for training GANs, 2016",
    Alternatives = "Hinge stops pushing logits that are already right; RelativisticPaired with R1 and R2 penalties keeps modes better.")]
public sealed record NonSaturating(double RealTarget = 1)
    : PointwiseObjective<NonSaturating.RealTerm, NonSaturating.FakeTerm, NonSaturating.RealTerm>
{
    /// <inheritdoc cref="NonSaturating(double)"/>
    public double RealTarget { get; init; } = RealTarget is > 0 and <= 1
        ? RealTarget
        : throw new ArgumentOutOfRangeException(nameof(RealTarget), RealTarget, "NonSaturating: the target for real images must be in (0, 1].");

    /// <inheritdoc/>
    protected internal override RealTerm Real => new(RealTarget);

    /// <inheritdoc/>
    protected internal override FakeTerm Fake => default;

    /// <inheritdoc/>
    protected internal override RealTerm Generated => new(1);

    /// <summary>softplus(r) − t r.</summary>
    public readonly struct RealTerm(double target) : IUnaryFormula
    {
        /// <inheritdoc/>
        public T Value<T>(T x)
            where T : struct, IReal<T> => target == 1 ? T.Softplus(-x) : T.Softplus(x) - (T.Const(target) * x);
    }

    /// <summary>softplus(f).</summary>
    public readonly struct FakeTerm : IUnaryFormula
    {
        /// <inheritdoc/>
        public T Value<T>(T x)
            where T : struct, IReal<T> => T.Softplus(x);
    }
}
