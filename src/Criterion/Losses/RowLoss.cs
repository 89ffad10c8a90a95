using Criterion.Drivers;
using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>A loss of rows: ℓ = f(Σⱼ s₁, …, Σⱼ s_K), where the statistics s are pointwise in the elements of the rows.</summary>
public abstract record RowLoss : Loss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="reduction">How per-element losses are reduced.</param>
    protected RowLoss(Reduction reduction)
        : base(reduction)
    {
    }

    Cached<RowFormula> _formula;

    /// <summary>Gets the formula with the options of this loss.</summary>
    protected internal abstract RowFormula Formula { get; }

    /// <inheritdoc/>
    public override string ToLatex() => Formula.ToLatex(InputNames, PerRowName);

    /// <summary>Gets the names of the rows in the formula.</summary>
    protected virtual IReadOnlyList<string> InputNames => ["x", "y", "z"];

    /// <summary>Gets the name of the per-row number in the formula.</summary>
    protected virtual string PerRowName => "t";

    /// <summary>Computes the reduced loss of rows.</summary>
    protected Tensor Evaluate(ReadOnlySpan<Tensor> rows, Tensor? perRow = null) => Evaluate(Formula, rows, perRow);

    /// <summary>
    /// Computes the reduced loss of rows by a formula specialized to the usual options: a branch taken here costs nothing in the loop.
    /// </summary>
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

    /// <summary>Gets the formula that <see cref="Evaluate(ReadOnlySpan{Tensor}, Tensor?)"/> uses.</summary>
    private protected virtual RowFormula EvaluatedFormula => Formula;

    /// <summary>Computes the reduced loss of rows of a length, and the gradients, in one pass without a graph.</summary>
    private protected FusedLoss? FuseRows(in FusedInputs inputs, int length, Elements perRow = default, Elements third = default)
    {
        RowFormula formula = _formula.Of(this, static loss => loss.EvaluatedFormula);
        double scale = Reduction == Reduction.Mean ? length / (double)inputs.X.Count : 1;
        return Reduction == Reduction.BatchMean ? null : new FusedLoss(formula.FusedSum(inputs, length, third, perRow, scale));
    }
}
