using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>What is added to a player's loss to keep its network in check.</summary>
/// <param name="Weight">A factor.</param>
public abstract partial record Penalty(double Weight) : ICriterion
{
    /// <inheritdoc cref="Penalty(double)"/>
    /// <exception cref="ArgumentOutOfRangeException">The weight is negative or not a number.</exception>
    public double Weight { get; init => field = Require.NonNegative(value, nameof(Penalty)); } = Require.NonNegative(Weight, nameof(Penalty));

    /// <inheritdoc/>
    public abstract string ToLatex();

    /// <inheritdoc/>
    public virtual IEnumerable<LossCurve> Curves() => [];

    /// <summary>The name that errors give.</summary>
    protected string Name => GetType().Name;

    /// <summary>The factor in LaTeX, nothing for 1.</summary>
    private protected static string LatexFactor(double factor) => factor == 1 ? "" : $@"{Numbers.Latex.Const(factor)} \cdot ";
}
