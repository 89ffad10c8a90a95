namespace Criterion.Losses;

/// <summary>
/// Keeps the two sides of <see cref="BoundaryEquilibriumGanLoss"/> in proportion: k ← clamp(k + λ (γ L(real) − L(fake)), 0, 1), a
/// value whose <see cref="Update(double, double)"/> gives the next one. Three numbers: save it with a checkpoint.
/// </summary>
/// <example><code>
/// EquilibriumController controller = new();
/// Tensor loss = controller.Objective().Discriminator(realError, fakeError);
/// controller = controller.Update(realError, fakeError);
/// </code></example>
/// <param name="K">k now; 0 at the start.</param>
/// <param name="Gamma">γ, the ratio of errors L(fake) / L(real) that is aimed at, in [0, 1]: lower gives better images and less variety.</param>
/// <param name="Rate">λ, how fast k follows.</param>
/// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
public sealed record BoundaryEquilibriumController(double K = 0, double Gamma = 0.75, double Rate = 0.001)
{
    /// <inheritdoc cref="BoundaryEquilibriumController(double, double, double)"/>
    public double K { get; init => field = Require.InUnitInterval(value, nameof(BoundaryEquilibriumController)); } =
        Require.InUnitInterval(K, nameof(BoundaryEquilibriumController));

    /// <inheritdoc cref="BoundaryEquilibriumController(double, double, double)"/>
    public double Gamma { get; init => field = Require.InUnitInterval(value, nameof(BoundaryEquilibriumController)); } =
        Require.InUnitInterval(Gamma, nameof(BoundaryEquilibriumController));

    /// <inheritdoc cref="BoundaryEquilibriumController(double, double, double)"/>
    public double Rate { get; init => field = Require.Positive(value, nameof(BoundaryEquilibriumController)); } =
        Require.Positive(Rate, nameof(BoundaryEquilibriumController));

    /// <summary>What the players minimise in this step.</summary>
    public BoundaryEquilibriumGanLoss Objective() => new(K);

    /// <summary>The controller of the next step.</summary>
    /// <param name="real">L(real), the mean error of real images.</param>
    /// <param name="fake">L(fake), the mean error of generated images.</param>
    /// <exception cref="LossException">An error is no number: k would stay lost.</exception>
    public BoundaryEquilibriumController Update(double real, double fake)
    {
        double next = K + (Rate * Balance(real, fake));
        return double.IsNaN(next)
            ? throw new LossException($"EquilibriumController: the errors are {real} (real) and {fake} (fake), and k cannot follow. Stop the training where a loss is no number.")
            : this with { K = Math.Clamp(next, 0, 1) };
    }

    /// <summary>The controller of the next step, from errors of any shape.</summary>
    public BoundaryEquilibriumController Update(Tensor real, Tensor fake) => Update(Mean(real), Mean(fake));

    /// <summary>L(real) + |γ L(real) − L(fake)|: falls as the training converges.</summary>
    /// <inheritdoc cref="Update(double, double)"/>
    public double Convergence(double real, double fake) => real + Math.Abs(Balance(real, fake));

    /// <summary>L(real) + |γ L(real) − L(fake)|, from errors of any shape.</summary>
    public double Convergence(Tensor real, Tensor fake) => Convergence(Mean(real), Mean(fake));

    double Balance(double real, double fake) => (Gamma * real) - fake;

    static double Mean(Tensor errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        return errors.Detach().Mean().Item();
    }
}
