using Criterion.Drivers;
using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>
/// A boxed <see cref="ISoftmaxFormula"/>: a formula of rows of logits, for a <see cref="SoftmaxLoss"/>. It keeps the struct that implements
/// the formula out of the loss's type.
/// </summary>
public abstract class SoftmaxFormula
{
    private protected SoftmaxFormula()
    {
    }

    /// <summary>Boxes a formula.</summary>
    /// <param name="formula">The formula with its options.</param>
    public static SoftmaxFormula From<TFormula>(TFormula formula)
        where TFormula : struct, ISoftmaxFormula => new Boxed<TFormula>(formula);

    internal abstract Tensor Rows(Tensor x, SoftmaxTarget target, Tensor? perRow, RowOrigin origin);

    internal abstract Tensor Sum(Tensor x, SoftmaxTarget target, Tensor? perRow, RowOrigin origin, double scale);

    /// <summary>Computes the sum over rows of logits, times a factor, and their gradient in one pass without a graph.</summary>
    internal abstract double FusedSum(in FusedInputs inputs, SoftmaxTargetRows target, Elements perRow, RowOrigin origin, double scale);

    internal abstract string ToLatex(string a, string b);

    sealed class Boxed<TFormula>(TFormula formula) : SoftmaxFormula
        where TFormula : struct, ISoftmaxFormula
    {
        internal override Tensor Rows(Tensor x, SoftmaxTarget target, Tensor? perRow, RowOrigin origin) =>
            TensorFormula.SoftmaxRows(formula, x, target, perRow, origin);

        internal override Tensor Sum(Tensor x, SoftmaxTarget target, Tensor? perRow, RowOrigin origin, double scale) =>
            TensorFormula.SoftmaxRowSum(formula, x, target, perRow, origin, scale);

        internal override double FusedSum(
            in FusedInputs inputs, SoftmaxTargetRows target, Elements perRow, RowOrigin origin, double scale) =>
            TensorFormula.FusedSoftmaxSum(formula, inputs, target, perRow, origin, scale);

        internal override string ToLatex(string a, string b) => TensorFormula.ToLatexOfRow(formula, a, b);
    }
}
