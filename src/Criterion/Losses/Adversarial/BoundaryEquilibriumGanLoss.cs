using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// The boundary-equilibrium loss (BEGAN): L_D = E[r] − k E[f], L_G = E[f], where r and f are the errors with which the discriminator, an
/// autoencoder, reconstructs a real or a generated image.
/// </summary>
/// <remarks>
/// k changes from step to step: a <see cref="BoundaryEquilibriumController"/> tracks it and returns the loss of each step.
/// </remarks>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake reconstruction errors of any shape → scalar",
    Source = "Berthelot, Schumm, Metz, BEGAN: boundary equilibrium generative adversarial networks, 2017, section 3.4",
    Alternatives = "EnergyBasedGanLoss has a fixed margin instead of the controller.")]
public sealed record BoundaryEquilibriumGanLoss : PointwiseGanLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="k">
    /// k, the weight of the reconstruction error of generated images in the discriminator's loss, in [0, 1]. Default: 0.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">k is not in [0, 1].</exception>
    public BoundaryEquilibriumGanLoss(double k = 0) => K = k;

    /// <summary><inheritdoc cref="BoundaryEquilibriumGanLoss(double)" path="/param[@name='k']/node()"/></summary>
    public double K { get; init => field = Require.InUnitInterval(value, nameof(BoundaryEquilibriumGanLoss)); }

    /// <inheritdoc/>
    protected internal override UnaryFormula Real => UnaryFormula.From(default(WassersteinGanLoss.FakeTerm));

    /// <inheritdoc/>
    protected internal override UnaryFormula Fake => UnaryFormula.From(new FakeTerm(K));

    /// <inheritdoc/>
    protected internal override UnaryFormula Generated => UnaryFormula.From(default(WassersteinGanLoss.FakeTerm));

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
    [
        Curve(Real, "discriminator, real", "error", 0, 2),
        .. (K > 0 ? [Curve(Fake, "discriminator, fake", "error", 0, 2)] : Array.Empty<LossCurve>()),
        Curve(Generated, "generator", "error", 0, 2),
    ];

    /// <summary>−k f.</summary>
    internal readonly struct FakeTerm(double k) : IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x)
            where T : struct, IReal<T> => -(k * x);
    }
}
