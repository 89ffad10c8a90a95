using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>A loss of every row: ℓ = f(Σⱼ s₁, …, Σⱼ s_K), with statistics s that are pointwise in the rows.</summary>
/// <param name="Reduction">What becomes of the losses of single rows.</param>
public abstract record RowLoss(Reduction Reduction) : Loss(Reduction)
{
    /// <summary>The formula with this loss's options.</summary>
    protected internal abstract RowFormula Formula { get; }

    /// <inheritdoc/>
    public override string ToLatex() => Formula.ToLatex(InputNames, PerRowName);

    /// <summary>What the rows are called in the formula.</summary>
    protected virtual IReadOnlyList<string> InputNames => ["x", "y", "z"];

    /// <summary>What the number of a row is called in the formula.</summary>
    protected virtual string PerRowName => "t";

    /// <summary>The reduced loss of rows.</summary>
    protected Tensor Evaluate(ReadOnlySpan<Tensor> rows, Tensor? perRow = null) => Evaluate(Formula, rows, perRow);

    /// <summary>The same by a formula for what the options are most often: a choice that is made here costs nothing in the loop.</summary>
    private protected Tensor Evaluate(RowFormula formula, ReadOnlySpan<Tensor> rows, Tensor? perRow = null)
    {
        Tensor first = rows[0];
        if (ForEmpty(first, first.Count) is { } empty)
        {
            return empty;
        }

        return Reduction switch
        {
            Reduction.Mean => formula.Mean(rows, perRow),
            Reduction.Sum => formula.Sum(rows, perRow),
            Reduction.BatchMean => formula.Sum(rows, perRow) / (first.Rank == 1 ? 1 : first.Shape[0]),
            _ => formula.Rows(rows, perRow),
        };
    }
}
