using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// The logistic objective with the generator's non-saturating part: L_D = E[softplus(−r)] + E[softplus(f)],
/// L_G = E[softplus(−f)]; with a target t below 1 a softplus(−x) becomes t softplus(−x) + (1 − t) softplus(x).
/// </summary>
/// <remarks>
/// Binary cross-entropy on logits, as in the article's adversarial loss. Smoothing is one-sided: only what is to be called real
/// is lowered, never what is to be called fake raised. Other libraries state a smoothing s instead of a target: t = 1 − s or t = 1 − s/2.
/// </remarks>
/// <param name="RealTarget">t, what the discriminator should say of real images, in (0, 1]: below 1 it is one-sided label smoothing.</param>
/// <param name="GeneratorTarget">What the generator would have said of its own images, in (0, 1].</param>
/// <exception cref="ArgumentOutOfRangeException">A target is not in (0, 1].</exception>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake logits of any shape → scalar",
    Source = "Goodfellow et al., Generative adversarial nets, 2014; one-sided smoothing: Salimans et al., Improved techniques for training GANs, 2016",
    Alternatives = "HingeGanLoss stops pushing logits that are already right; RelativisticPairedLogisticGanLoss with R1 and R2Penalty penalties keeps modes better.")]
public sealed record NonSaturatingGanLoss(double RealTarget = 1, double GeneratorTarget = 1)
    : PointwiseGanLoss
{
    /// <inheritdoc cref="NonSaturatingGanLoss(double, double)"/>
    public double RealTarget { get; init => field = Require.SmoothedTarget(value, nameof(NonSaturatingGanLoss)); } =
        Require.SmoothedTarget(RealTarget, nameof(NonSaturatingGanLoss));

    /// <inheritdoc cref="NonSaturatingGanLoss(double, double)"/>
    public double GeneratorTarget { get; init => field = Require.SmoothedTarget(value, nameof(NonSaturatingGanLoss)); } =
        Require.SmoothedTarget(GeneratorTarget, nameof(NonSaturatingGanLoss));

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
            // In this form no infinity is taken from another, and with t = 1 none meets a 0.
            T wrong = T.Softplus(-x);
            return target == 1 ? wrong : (T.Const(target) * wrong) + (T.Const(1 - target) * T.Softplus(x));
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
