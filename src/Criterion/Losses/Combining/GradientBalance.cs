namespace Criterion.Losses;

/// <summary>
/// Weighs an adversarial term by its gradient: w such that ‖∂(w · adversarial)/∂x‖ = ratio · ‖∂rest/∂x‖ at tensors x on which both depend,
/// such as a generator's image or the weights of its last layer.
/// </summary>
/// <remarks>
/// w = min(ratio · ‖∂rest/∂x‖ / (‖∂adversarial/∂x‖ + ε), <see cref="Largest"/>) is a number, so no gradient flows through it. The
/// norms span all tensors, without overflow. Where either gradient is exactly 0, w is 0. NaN propagates. Both graphs are traversed once
/// more, and retained.
/// </remarks>
public sealed record GradientBalance
{
    /// <summary>Initializes the balance.</summary>
    /// <param name="ratio">The desired norm of the adversarial gradient relative to the other. Default: 1.</param>
    /// <param name="largest">The upper bound of the weight, reached where the adversarial gradient nearly vanishes. Default: 1e4.</param>
    /// <param name="epsilon">ε, added to the adversarial norm; must be 0 or more. Default: 1e-8.</param>
    public GradientBalance(double ratio = 1, double largest = 1e4, double epsilon = 1e-8) =>
        (Ratio, Largest, Epsilon) = (ratio, largest, epsilon);

    /// <summary><inheritdoc cref="GradientBalance(double, double, double)" path="/param[@name='ratio']/node()"/></summary>
    public double Ratio { get; init => field = Require.NonNegative(value, nameof(GradientBalance)); }

    /// <summary><inheritdoc cref="GradientBalance(double, double, double)" path="/param[@name='largest']/node()"/></summary>
    public double Largest { get; init => field = Require.NonNegative(value, nameof(GradientBalance)); }

    /// <summary><inheritdoc cref="GradientBalance(double, double, double)" path="/param[@name='epsilon']/node()"/></summary>
    public double Epsilon { get; init => field = Require.NonNegative(value, nameof(GradientBalance)); }

    /// <summary>Computes the weight of the adversarial term.</summary>
    /// <param name="adversarial">The adversarial term, a scalar with its graph.</param>
    /// <param name="rest">The sum of all other terms, a scalar with its graph.</param>
    /// <param name="at">The tensors at which the gradients are measured: intermediate results or leaves of both graphs.</param>
    /// <exception cref="AutogradException">A term does not depend on one of the tensors.</exception>
    public double Weight(Tensor adversarial, Tensor rest, params ReadOnlySpan<Tensor> at)
    {
        CheckPlaces(at);
        Tensor[] distinct = [.. TensorMemory.Distinct(at.ToArray())];
        double norm = TotalNorm.Of(Autograd.Grad([rest], distinct, retainGraph: true)).Value;
        return FromNorms(TotalNorm.Of(Autograd.Grad([adversarial], distinct, retainGraph: true)).Value, norm);
    }

    /// <summary>Adds the adversarial term to a report, with its weight.</summary>
    /// <param name="rest">The other terms.</param>
    /// <param name="adversarial">The adversarial term, a scalar with its graph.</param>
    /// <param name="at">The tensors at which the gradients are measured: intermediate results or leaves of all terms.</param>
    /// <param name="name">The name of the term in the report. Default: adversarial.</param>
    /// <exception cref="AutogradException">A term does not depend on one of the tensors.</exception>
    public LossReport Combine(LossReport rest, Tensor adversarial, ReadOnlySpan<Tensor> at, string name = "adversarial")
    {
        ArgumentNullException.ThrowIfNull(rest);
        return rest.Plus(name, adversarial, Weight(adversarial, rest.Total, at));
    }

    /// <exception cref="ArgumentException">There are no tensors at which to measure.</exception>
    internal static void CheckPlaces<T>(ReadOnlySpan<T> at)
    {
        if (at.IsEmpty)
        {
            throw new ArgumentException(
                "GradientBalance: no tensors were passed. Pass at least one at which to measure the gradients.", nameof(at));
        }
    }

    /// <summary>Computes the weight from the norms of both gradients.</summary>
    internal double FromNorms(double adversarial, double rest) =>
        adversarial == 0 ? 0 : Math.Min(Largest, Ratio * rest / (adversarial + Epsilon));
}
