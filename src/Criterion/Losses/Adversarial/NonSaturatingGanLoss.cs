using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// The logistic loss with a non-saturating generator: L_D = E[softplus(−r)] + E[softplus(f)], L_G = E[softplus(−f)]. With a target t below
/// 1, softplus(−x) is replaced by t softplus(−x) + (1 − t) softplus(x).
/// </summary>
/// <remarks>
/// Binary cross-entropy of logits, as in the article's adversarial loss. Smoothing is one-sided: only targets of 1 are lowered, and targets
/// of 0 are never raised. Other libraries specify a smoothing s instead of a target: t = 1 − s or t = 1 − s/2.
/// </remarks>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake logits of any shape → scalar",
    Source = "Goodfellow et al., Generative adversarial nets, 2014; one-sided smoothing: Salimans et al., Improved techniques for "
        + "training GANs, 2016",
    Alternatives = "HingeGanLoss has no gradient for logits that are already correct; "
        + "RelativisticPairedLogisticGanLoss with R1Penalty and R2Penalty covers modes better.")]
public sealed record NonSaturatingGanLoss : PointwiseGanLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="realTarget">
    /// t, the discriminator's target for real images, in (0, 1]: below 1 it is one-sided label smoothing. Default: 1.
    /// </param>
    /// <param name="generatorTarget">The generator's target for generated images, in (0, 1]. Default: 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A target is not in (0, 1].</exception>
    public NonSaturatingGanLoss(double realTarget = 1, double generatorTarget = 1) =>
        (RealTarget, GeneratorTarget) = (realTarget, generatorTarget);

    /// <summary><inheritdoc cref="NonSaturatingGanLoss(double, double)" path="/param[@name='realTarget']/node()"/></summary>
    public double RealTarget { get; init => field = Require.SmoothedTarget(value, nameof(NonSaturatingGanLoss)); }

    /// <summary><inheritdoc cref="NonSaturatingGanLoss(double, double)" path="/param[@name='generatorTarget']/node()"/></summary>
    public double GeneratorTarget { get; init => field = Require.SmoothedTarget(value, nameof(NonSaturatingGanLoss)); }

    /// <inheritdoc/>
    protected internal override UnaryFormula Real => UnaryFormula.From(new RealTerm(RealTarget));

    /// <inheritdoc/>
    protected internal override UnaryFormula Fake => UnaryFormula.From(default(FakeTerm));

    /// <inheritdoc/>
    protected internal override UnaryFormula Generated => UnaryFormula.From(new RealTerm(GeneratorTarget));

    /// <summary>t softplus(−x) + (1 − t) softplus(x).</summary>
    internal readonly struct RealTerm(double target) : IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x)
            where T : struct, IReal<T>
        {
            // This form subtracts no infinities, and with t = 1 multiplies none by 0.
            T wrong = T.Softplus(-x);
            return target == 1 ? wrong : (target * wrong) + ((1 - target) * T.Softplus(x));
        }
    }

    /// <summary>softplus(f).</summary>
    internal readonly struct FakeTerm : IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x)
            where T : struct, IReal<T> => T.Softplus(x);
    }
}
