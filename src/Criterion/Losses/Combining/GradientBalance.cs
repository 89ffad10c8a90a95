namespace Criterion.Losses;

/// <summary>
/// Weighs an adversarial term by its gradient: w so that ‖∂(w · adversarial)/∂x‖ = ratio · ‖∂rest/∂x‖ at tensors x that both come
/// from, such as a generator's image or the weights of its last layer.
/// </summary>
/// <remarks>
/// w = ratio · ‖∂rest/∂x‖ / (‖∂adversarial/∂x‖ + ε), held at <paramref name="Largest"/>, is a number: no gradient goes through it.
/// The norms run over all tensors at once, without overflow. Where the adversarial gradient is exactly 0 no weight would do, and w
/// is 0; where that of the rest is 0, so is w. A NaN shows. Both graphs are passed through once more, and kept.
/// </remarks>
/// <param name="Ratio">How large the adversarial gradient should be in terms of the other.</param>
/// <param name="Largest">The largest weight: what holds it where the adversarial gradient nearly vanishes.</param>
/// <param name="Epsilon">ε, added to the adversarial norm.</param>
public sealed record GradientBalance(double Ratio = 1, double Largest = 1e4, double Epsilon = 1e-8)
{
    /// <inheritdoc cref="GradientBalance(double, double, double)"/>
    public double Ratio { get; init => field = Require.NonNegative(value, nameof(GradientBalance)); } = Require.NonNegative(Ratio, nameof(GradientBalance));

    /// <inheritdoc cref="GradientBalance(double, double, double)"/>
    public double Largest { get; init => field = Require.NonNegative(value, nameof(GradientBalance)); } = Require.NonNegative(Largest, nameof(GradientBalance));

    /// <inheritdoc cref="GradientBalance(double, double, double)"/>
    public double Epsilon { get; init => field = Require.NonNegative(value, nameof(GradientBalance)); } = Require.NonNegative(Epsilon, nameof(GradientBalance));

    /// <summary>The weight of the adversarial term.</summary>
    /// <param name="adversarial">The adversarial term, one number with its graph.</param>
    /// <param name="rest">All others, one number with its graph.</param>
    /// <param name="at">Where the gradients are measured: results or leaves on the way to both.</param>
    /// <exception cref="AutogradException">A term does not depend on one of the tensors.</exception>
    public double Weight(Tensor adversarial, Tensor rest, params ReadOnlySpan<Tensor> at)
    {
        if (at.IsEmpty)
        {
            throw new ArgumentException("GradientBalance: name at least one tensor at which the gradients are measured.", nameof(at));
        }

        Tensor[] distinct = [.. TensorMemory.Distinct(at.ToArray())];
        double wanted = Ratio * TotalNorm.Of(Autograd.Grad([rest], distinct, retainGraph: true)).Value;
        double has = TotalNorm.Of(Autograd.Grad([adversarial], distinct, retainGraph: true)).Value;
        return has == 0 ? 0 : Math.Min(Largest, wanted / (has + Epsilon));
    }

    /// <summary>A report with the adversarial term added at its weight.</summary>
    /// <param name="rest">The other terms.</param>
    /// <param name="adversarial">The adversarial term, one number with its graph.</param>
    /// <param name="at">Where the gradients are measured: results or leaves on the way to all terms.</param>
    /// <param name="name">Its name in the report.</param>
    /// <exception cref="AutogradException">The terms do not depend on one of the tensors.</exception>
    public LossReport Combine(LossReport rest, Tensor adversarial, ReadOnlySpan<Tensor> at, string name = "adversarial")
    {
        ArgumentNullException.ThrowIfNull(rest);
        return rest.Plus(name, adversarial, Weight(adversarial, rest.Total, at));
    }
}
