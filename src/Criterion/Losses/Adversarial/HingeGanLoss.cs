using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>The hinge loss: L_D = E[max(0, m − r)] + E[max(0, m + f)], L_G = −E[f].</summary>
/// <remarks>
/// For the discriminator, logits beyond the margin on the correct side have zero loss and no gradient; at the margin itself the gradient is
/// 0 too.
/// </remarks>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake logits of any shape → scalar",
    Source = "Lim, Ye, Geometric GAN, 2017; Miyato et al., Spectral normalization for generative adversarial networks, 2018",
    Alternatives = "WassersteinGanLoss has no margin and needs a bounded slope; NonSaturatingGanLoss never has a zero gradient; "
        + "RelativisticPairedHingeGanLoss compares real with fake.")]
public sealed record HingeGanLoss : PointwiseGanLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="margin">m, the distance from 0 beyond which a correct logit has zero loss; must be positive. Default: 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The margin is not positive.</exception>
    public HingeGanLoss(double margin = 1) => Margin = margin;

    /// <summary><inheritdoc cref="HingeGanLoss(double)" path="/param[@name='margin']/node()"/></summary>
    public double Margin { get; init => field = Require.Positive(value, nameof(HingeGanLoss)); }

    /// <inheritdoc/>
    protected internal override UnaryFormula Real => UnaryFormula.From(new RealTerm(Margin));

    /// <inheritdoc/>
    protected internal override UnaryFormula Fake => UnaryFormula.From(new FakeTerm(Margin));

    /// <inheritdoc/>
    protected internal override UnaryFormula Generated => UnaryFormula.From(default(WassersteinGanLoss.RealTerm));

    /// <summary>max(0, m − x).</summary>
    internal readonly struct RealTerm(double margin) : IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x)
            where T : struct, IReal<T> => Guards.Relu(margin - x);
    }

    /// <summary>max(0, m + x).</summary>
    internal readonly struct FakeTerm(double margin) : IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x)
            where T : struct, IReal<T> => Guards.Relu(margin + x);
    }
}
