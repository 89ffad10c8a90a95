using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>The Wasserstein loss: L_D = E[f] − E[r], L_G = −E[f], over the scores of a critic.</summary>
/// <remarks>
/// −L_D estimates the Wasserstein distance only for a critic with a bounded slope: combine it with <see cref="GradientPenalty"/> or
/// <see cref="WeightClip"/>.
/// </remarks>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake scores of any shape → scalar",
    Source = "Arjovsky, Chintala, Bottou, Wasserstein GAN, 2017",
    Alternatives = "HingeGanLoss is bounded without a bounded slope; WassersteinLogisticGanLoss has a vanishing gradient for scores that "
        + "are already far apart.")]
public sealed record WassersteinGanLoss : PointwiseGanLoss
{
    /// <inheritdoc/>
    protected internal override UnaryFormula Real => UnaryFormula.From(default(RealTerm));

    /// <inheritdoc/>
    protected internal override UnaryFormula Fake => UnaryFormula.From(default(FakeTerm));

    /// <inheritdoc/>
    protected internal override UnaryFormula Generated => UnaryFormula.From(default(RealTerm));

    /// <summary>−r.</summary>
    internal readonly struct RealTerm : IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x)
            where T : struct, IReal<T> => -x;
    }

    /// <summary>f.</summary>
    internal readonly struct FakeTerm : IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x)
            where T : struct, IReal<T> => x;
    }
}
