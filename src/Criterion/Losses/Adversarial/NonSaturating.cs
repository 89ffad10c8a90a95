using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>
/// The logistic objective with the generator's non-saturating part: L_D = E[softplus(r) − t r] + E[softplus(f)],
/// L_G = E[softplus(−f)]. With t = 1 the first is E[softplus(−r)].
/// </summary>
/// <remarks>
/// Binary cross-entropy on logits, as in the article's adversarial loss. Source: Goodfellow et al., Generative adversarial nets,
/// 2014; one-sided smoothing from Salimans et al., 2016.
/// </remarks>
/// <param name="RealTarget">t, what the discriminator should say of real images, in (0, 1]: below 1 it is one-sided label smoothing.</param>
public sealed record NonSaturating(double RealTarget = 1) : AdversarialObjective
{
    /// <inheritdoc cref="NonSaturating(double)"/>
    public double RealTarget { get; init; } = RealTarget is > 0 and <= 1
        ? RealTarget
        : throw new ArgumentOutOfRangeException(nameof(RealTarget), RealTarget, "NonSaturating: the target for real images must be in (0, 1].");

    /// <inheritdoc/>
    public override Tensor Discriminator(Tensor real, Tensor fake) =>
        Formula.Mean(new RealTerm(RealTarget), real) + Formula.Mean(default(FakeTerm), fake);

    /// <inheritdoc/>
    public override Tensor Generator(Tensor fake, Tensor? real = null) => Formula.Mean(new RealTerm(1), fake);

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
