using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>A loss of three numbers for every element: ℓᵢ = f(xᵢ, yᵢ, zᵢ). What the three are, and are called, is the loss's own.</summary>
/// <param name="Reduction">What becomes of the losses of single elements.</param>
public abstract record TernaryLoss(Reduction Reduction) : Loss(Reduction)
{
    /// <summary>The formula f with this loss's options.</summary>
    protected internal abstract TernaryFormula Formula { get; }

    /// <inheritdoc/>
    public override string ToLatex() => Formula.ToLatex(InputNames[0], InputNames[1], InputNames[2]);

    /// <summary>What the three are called in the formula.</summary>
    protected virtual IReadOnlyList<string> InputNames => ["x", "y", "z"];

    /// <summary>The reduced formula, which is NaN on values that it is not defined on; <paramref name="check"/> says which they are.</summary>
    private protected Tensor Evaluate(Tensor x, Tensor y, Tensor z, Action check) => EvaluateThenCheck(
        () => Reduction switch
        {
            Reduction.Mean => Formula.Mean(x, y, z),
            Reduction.Sum => Formula.Sum(x, y, z),
            _ => Formula.Map(x.Floating(), y, z),
        },
        check);
}
