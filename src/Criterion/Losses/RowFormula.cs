using Criterion.Drivers;
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

    /// <summary>Computes the sum over rows, times a factor, and the gradients in one pass without a graph.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="length">The number of elements in a row.</param>
    /// <param name="third">A third input in place of that of <paramref name="inputs"/>, or default.</param>
    /// <param name="perRow">One number for each row, or default for 0.</param>
    /// <param name="scale">The factor.</param>
    internal abstract double FusedSum(in FusedInputs inputs, int length, Elements third, Elements perRow, double scale);

    internal abstract Statistics<Real> Terms(Real a, Real b, Real c);

    internal abstract Real Value(Statistics<Real> sums, Real perRow);

    internal abstract string ToLatex(IReadOnlyList<string> inputs, string perRow);

    sealed class Boxed<TFormula>(TFormula formula) : RowFormula
        where TFormula : struct, IRowFormula
    {
        internal override Tensor Rows(ReadOnlySpan<Tensor> inputs, Tensor? perRow) => TensorFormula.Rows(formula, inputs, perRow);

        internal override Tensor Mean(ReadOnlySpan<Tensor> inputs, Tensor? perRow) => TensorFormula.RowMean(formula, inputs, perRow);

        internal override Tensor Sum(ReadOnlySpan<Tensor> inputs, Tensor? perRow) => TensorFormula.RowSum(formula, inputs, perRow);

        internal override double FusedSum(in FusedInputs inputs, int length, Elements third, Elements perRow, double scale) =>
            TensorFormula.FusedRowSum(formula, inputs, length, third, perRow, scale);

        internal override Statistics<Real> Terms(Real a, Real b, Real c) => formula.Terms(a, b, c);

        internal override Real Value(Statistics<Real> sums, Real perRow) => formula.Value(sums, perRow);

        internal override string ToLatex(IReadOnlyList<string> inputs, string perRow) => TensorFormula.ToLatex(formula, inputs, perRow);
    }
}
