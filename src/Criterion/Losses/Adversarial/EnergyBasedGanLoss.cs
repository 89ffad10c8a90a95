namespace Criterion.Losses;

/// <summary>
/// The energy-based loss (EBGAN): L_D = E[r] + E[max(0, m − f)], L_G = E[f], where r and f are energies, such as the error with which the
/// discriminator, an autoencoder, reconstructs a real or a generated image.
/// </summary>
/// <remarks>
/// Add <see cref="PullingAwayPenalty"/> on the encodings of generated images to the generator's loss, with weight 0.1 as in the paper. A
/// generated image with an energy beyond the margin has no gradient for the discriminator: choose the margin by the scale of the energies.
/// </remarks>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake energies of any shape → scalar",
    Source = "Zhao, Mathieu, LeCun, Energy-based generative adversarial network, 2016, equations 1 and 2",
    Alternatives = "BoundaryEquilibriumGanLoss balances the two energies by a controller and needs no margin; HingeGanLoss takes logits.")]
public sealed record EnergyBasedGanLoss : PointwiseGanLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="margin">
    /// m, in units of energy; must be positive. Choose it slightly below the energy of images that an untrained autoencoder reconstructs.
    /// Default: 10.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The margin is not positive.</exception>
    public EnergyBasedGanLoss(double margin = 10) => Margin = margin;

    /// <summary><inheritdoc cref="EnergyBasedGanLoss(double)" path="/param[@name='margin']/node()"/></summary>
    public double Margin { get; init => field = Require.Positive(value, nameof(EnergyBasedGanLoss)); }

    /// <inheritdoc/>
    protected internal override UnaryFormula Real => UnaryFormula.From(default(WassersteinGanLoss.FakeTerm));

    /// <inheritdoc/>
    protected internal override UnaryFormula Fake => UnaryFormula.From(new HingeGanLoss.RealTerm(Margin));

    /// <inheritdoc/>
    protected internal override UnaryFormula Generated => UnaryFormula.From(default(WassersteinGanLoss.FakeTerm));

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
    [
        Curve(Real, "discriminator, real", "energy", 0, 2 * Margin),
        Curve(Fake, "discriminator, fake", "energy", 0, 2 * Margin),
        Curve(Generated, "generator", "energy", 0, 2 * Margin),
    ];
}
