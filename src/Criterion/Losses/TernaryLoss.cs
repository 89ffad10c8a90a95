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

    Cached<TernaryFormula> _formula;

    /// <summary>Gets the formula f with the options of this loss.</summary>
    protected internal abstract TernaryFormula Formula { get; }

    /// <inheritdoc/>
    public override string ToLatex() => Formula.ToLatex(InputNames[0], InputNames[1], InputNames[2]);

    /// <summary>Gets the names of the three inputs in the formula.</summary>
    protected virtual IReadOnlyList<string> InputNames => ["x", "y", "z"];

    internal override FusedLoss? EvaluateFused(in FusedInputs inputs)
    {
        if (!inputs.AreOfOneShape)
        {
            return null;
        }

        TernaryFormula formula = _formula.Of(this, static loss => loss.Formula);
        double value = formula.FusedSum(inputs, Reduction == Reduction.Mean ? 1.0 / inputs.X.Count : 1);
        return double.IsNaN(value) ? null : new(value);
    }

    /// <summary>Evaluates and reduces the formula.</summary>
    /// <param name="x">The first input.</param>
    /// <param name="y">The second input, of the same shape.</param>
    /// <param name="z">The third input, of the same shape.</param>
    protected Tensor Evaluate(Tensor x, Tensor y, Tensor z) => Evaluate(x, y, z, static () => { });

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
