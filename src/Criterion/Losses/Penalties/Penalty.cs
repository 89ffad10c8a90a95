using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>A penalty: a regularizer that is added to the loss of a network.</summary>
/// <param name="Weight">The weight; must be 0 or more.</param>
public abstract partial record Penalty(double Weight) : ICriterion
{
    /// <summary><inheritdoc cref="Penalty" path="/param[@name='Weight']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The weight is negative or not finite.</exception>
    public double Weight { get; init => field = Require.NonNegative(value, nameof(Penalty)); } =
        Require.NonNegative(Weight, nameof(Penalty));

    /// <inheritdoc/>
    public abstract string ToLatex();

    /// <inheritdoc/>
    public virtual IEnumerable<LossCurve> Curves() => [];

    /// <summary>Gets the name that error messages begin with.</summary>
    protected string Name => GetType().Name;

    /// <summary>Returns a factor in LaTeX, nothing for 1.</summary>
    private protected static string LatexFactor(double factor) => factor == 1 ? "" : $@"{Numbers.Latex.Const(factor)} \cdot ";
}
