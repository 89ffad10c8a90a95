using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// A boxed <see cref="IRowFormula"/>: a formula of rows, for a <see cref="RowLoss"/>. It keeps the struct that implements the formula out
/// of the loss's type.
/// </summary>
public abstract class RowFormula
{
    private protected RowFormula()
    {
    }

    /// <summary>Boxes a formula.</summary>
    /// <param name="formula">The formula with its options.</param>
    public static RowFormula From<TFormula>(TFormula formula)
        where TFormula : struct, IRowFormula => new Boxed<TFormula>(formula);

    internal abstract Tensor Rows(ReadOnlySpan<Tensor> inputs, Tensor? perRow = null);

    internal abstract Tensor Mean(ReadOnlySpan<Tensor> inputs, Tensor? perRow = null);

    internal abstract Tensor Sum(ReadOnlySpan<Tensor> inputs, Tensor? perRow = null);

    internal abstract Statistics<Real> Terms(Real a, Real b, Real c);

    internal abstract Real Value(Statistics<Real> sums, Real perRow);

    internal abstract string ToLatex(IReadOnlyList<string> inputs, string perRow);

    sealed class Boxed<TFormula>(TFormula formula) : RowFormula
        where TFormula : struct, IRowFormula
    {
        internal override Tensor Rows(ReadOnlySpan<Tensor> inputs, Tensor? perRow) => TensorFormula.Rows(formula, inputs, perRow);

        internal override Tensor Mean(ReadOnlySpan<Tensor> inputs, Tensor? perRow) => TensorFormula.RowMean(formula, inputs, perRow);

        internal override Tensor Sum(ReadOnlySpan<Tensor> inputs, Tensor? perRow) => TensorFormula.RowSum(formula, inputs, perRow);

        internal override Statistics<Real> Terms(Real a, Real b, Real c) => formula.Terms(a, b, c);

        internal override Real Value(Statistics<Real> sums, Real perRow) => formula.Value(sums, perRow);

        internal override string ToLatex(IReadOnlyList<string> inputs, string perRow) => TensorFormula.ToLatex(formula, inputs, perRow);
    }
}
