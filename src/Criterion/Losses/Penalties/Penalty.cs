using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>A penalty: a regularizer that is added to the loss of a network.</summary>
public abstract partial record Penalty : ICriterion
{
    /// <summary>Initializes the penalty.</summary>
    /// <param name="weight">The weight; must be 0 or more.</param>
    protected Penalty(double weight) => Weight = weight;

    /// <summary><inheritdoc cref="Penalty(double)" path="/param[@name='weight']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The weight is negative or not finite.</exception>
    public double Weight { get; init => field = Require.NonNegative(value, nameof(Penalty)); }

    /// <inheritdoc/>
    public virtual string ToLatex() => Latex.Text(Name);

    /// <inheritdoc/>
    public virtual IEnumerable<LossCurve> Curves() => [];

    /// <summary>Gets the name that error messages begin with.</summary>
    protected string Name => GetType().Name;

    /// <summary>Returns a factor in LaTeX, nothing for 1.</summary>
    private protected static string LatexFactor(double factor) => factor == 1 ? "" : $@"{Numbers.Latex.Const(factor)} \cdot ";
}
