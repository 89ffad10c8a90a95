using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>A per-element loss of three inputs: ℓᵢ = f(xᵢ, yᵢ, zᵢ). The loss defines and names the inputs.</summary>
public abstract record TernaryLoss : Loss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="reduction">How per-element losses are reduced.</param>
    protected TernaryLoss(Reduction reduction)
        : base(reduction)
    {
    }

    /// <summary>Gets the formula f with the options of this loss.</summary>
    protected internal abstract TernaryFormula Formula { get; }

    /// <inheritdoc/>
    public override string ToLatex() => Formula.ToLatex(InputNames[0], InputNames[1], InputNames[2]);

    /// <summary>Gets the names of the three inputs in the formula.</summary>
    protected virtual IReadOnlyList<string> InputNames => ["x", "y", "z"];

    /// <summary>
    /// Evaluates and reduces the formula, which is NaN outside its domain; <paramref name="check"/> names the invalid element.
    /// </summary>
    private protected Tensor Evaluate(Tensor x, Tensor y, Tensor z, Action check) => EvaluateThenCheck(
        () => Reduction switch
        {
            Reduction.Mean => Formula.Mean(x, y, z),
            Reduction.Sum => Formula.Sum(x, y, z),
            _ => Formula.Map(x.Floating(), y, z),
        },
        check);
}
