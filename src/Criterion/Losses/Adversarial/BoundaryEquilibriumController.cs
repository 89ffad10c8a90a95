namespace Criterion.Losses;

/// <summary>
/// Proportional control of the two reconstruction errors of <see cref="BoundaryEquilibriumGanLoss"/>: k ← clamp(k + λ (γ L(real) −
/// L(fake)), 0, 1). The record is immutable: <see cref="Update(double, double)"/> returns the next one. Its state is k: save
/// it in a checkpoint by <see cref="StatefulNumbers"/>.
/// </summary>
/// <example><code>
/// EquilibriumController controller = new();
/// Tensor loss = controller.Objective().Discriminator(realError, fakeError);
/// controller = controller.Update(realError, fakeError);
/// </code></example>
public sealed record BoundaryEquilibriumController
{
    /// <summary>Initializes the controller.</summary>
    /// <param name="k">k. Default: 0, its value at the start.</param>
    /// <param name="gamma">
    /// γ, the target ratio of errors L(fake) / L(real), in [0, 1]: lower values give better images and less variety. Default: 0.75.
    /// </param>
    /// <param name="rate">λ, the rate at which k changes; must be positive. Default: 0.001.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public BoundaryEquilibriumController(double k = 0, double gamma = 0.75, double rate = 0.001) => (K, Gamma, Rate) = (k, gamma, rate);

    /// <summary><inheritdoc cref="BoundaryEquilibriumController(double, double, double)" path="/param[@name='k']/node()"/></summary>
    public double K { get; init => field = Require.InUnitInterval(value, nameof(BoundaryEquilibriumController)); }

    /// <summary><inheritdoc cref="BoundaryEquilibriumController(double, double, double)" path="/param[@name='gamma']/node()"/></summary>
    public double Gamma { get; init => field = Require.InUnitInterval(value, nameof(BoundaryEquilibriumController)); }

    /// <summary><inheritdoc cref="BoundaryEquilibriumController(double, double, double)" path="/param[@name='rate']/node()"/></summary>
    public double Rate { get; init => field = Require.Positive(value, nameof(BoundaryEquilibriumController)); }

    /// <summary>Returns the GAN loss of this step.</summary>
    public BoundaryEquilibriumGanLoss Objective() => new(K);

    /// <summary>Returns the controller of the next step.</summary>
    /// <param name="real">L(real), the mean error of real images.</param>
    /// <param name="fake">L(fake), the mean error of generated images.</param>
    /// <exception cref="LossException">An error is NaN, and k would stay NaN.</exception>
    public BoundaryEquilibriumController Update(double real, double fake)
    {
        double next = K + (Rate * Balance(real, fake));
        return double.IsNaN(next)
            ? throw new LossException(
                $"BoundaryEquilibriumController: the errors {real} (real) and {fake} (fake) make k NaN. "
                + "Stop the training when a loss is NaN.")
            : this with { K = Math.Clamp(next, 0, 1) };
    }

    /// <summary>Returns the controller of the next step, from errors of any shape.</summary>
    public BoundaryEquilibriumController Update(Tensor real, Tensor fake) => Update(Mean(real), Mean(fake));

    /// <summary>Computes L(real) + |γ L(real) − L(fake)|, which decreases as training converges.</summary>
    /// <inheritdoc cref="Update(double, double)"/>
    public double Convergence(double real, double fake) => real + Math.Abs(Balance(real, fake));

    /// <summary>Computes L(real) + |γ L(real) − L(fake)| from errors of any shape.</summary>
    public double Convergence(Tensor real, Tensor fake) => Convergence(Mean(real), Mean(fake));

    double Balance(double real, double fake) => (Gamma * real) - fake;

    static double Mean(Tensor errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        return errors.Detach().Mean().Item();
    }
}
