using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>The zero-sum loss of the first GAN paper: L_D = E[softplus(−r)] + E[softplus(f)], L_G = −E[softplus(f)].</summary>
/// <remarks>
/// The generator's gradient vanishes where the discriminator is confident of a fake (f ≪ 0), where it is needed most: use
/// <see cref="NonSaturatingGanLoss"/> for training and this loss for analysis. At the optimal discriminator −L_D is twice the
/// Jensen–Shannon divergence minus ln 4.
/// </remarks>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake logits of any shape → scalar",
    Source = "Goodfellow et al., Generative adversarial nets, 2014, equation 1",
    Alternatives = "NonSaturatingGanLoss has the same fixed point and a generator gradient for obvious fakes; "
        + "JensenShannonFGanLoss is the same divergence without its constant.")]
public sealed record MinimaxGanLoss : PointwiseGanLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="realTarget">
    /// The discriminator's target for real images, in (0, 1]: below 1 it is one-sided label smoothing. Default: 1.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The target is not in (0, 1].</exception>
    public MinimaxGanLoss(double realTarget = 1) => RealTarget = realTarget;

    /// <summary><inheritdoc cref="MinimaxGanLoss(double)" path="/param[@name='realTarget']/node()"/></summary>
    public double RealTarget { get; init => field = Require.SmoothedTarget(value, nameof(MinimaxGanLoss)); }

    /// <inheritdoc/>
    protected internal override UnaryFormula Real => UnaryFormula.From(new NonSaturatingGanLoss.RealTerm(RealTarget));

    /// <inheritdoc/>
    protected internal override UnaryFormula Fake => UnaryFormula.From(default(NonSaturatingGanLoss.FakeTerm));

    /// <inheritdoc/>
    protected internal override UnaryFormula Generated => UnaryFormula.From(default(GeneratorTerm));

    /// <summary>The negated discriminator term of a generated logit.</summary>
    internal readonly struct GeneratorTerm : IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x)
            where T : struct, IReal<T> => -default(NonSaturatingGanLoss.FakeTerm).Value(x);
    }
}
