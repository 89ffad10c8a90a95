using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// A boxed <see cref="IBinaryFormula"/>: a formula of prediction and target, for a <see cref="PointwiseLoss"/>. It keeps the struct that
/// implements the formula out of the loss's type.
/// </summary>
public abstract class BinaryFormula
{
    private protected BinaryFormula()
    {
    }

    /// <summary>Boxes a formula.</summary>
    /// <param name="formula">The formula with its options.</param>
    public static BinaryFormula From<TFormula>(TFormula formula)
        where TFormula : struct, IBinaryFormula => new Boxed<TFormula>(formula);

    internal abstract Tensor Map(Tensor x, Tensor y);

    internal abstract Tensor Mean(Tensor x, Tensor y);

    internal abstract Tensor Sum(Tensor x, Tensor y);

    /// <summary>Computes the sum, times a factor, and the gradients in one pass without a graph.</summary>
    internal abstract double FusedSum(in FusedInputs inputs, double scale);

    internal abstract double Value(double x, double y);

    /// <summary>Evaluates the formula on any kind of number.</summary>
    internal abstract T Evaluate<T>(T x, T y)
        where T : struct, IReal<T>;

    internal abstract string ToLatex(string x, string y);

    sealed class Boxed<TFormula>(TFormula formula) : BinaryFormula
        where TFormula : struct, IBinaryFormula
    {
        internal override Tensor Map(Tensor x, Tensor y) => TensorFormula.Map(formula, x, y);

        internal override Tensor Mean(Tensor x, Tensor y) => TensorFormula.Mean(formula, x, y);

        internal override Tensor Sum(Tensor x, Tensor y) => TensorFormula.Sum(formula, x, y);

        internal override double FusedSum(in FusedInputs inputs, double scale) => TensorFormula.FusedSum(formula, inputs, scale);

        internal override double Value(double x, double y) => formula.Value<Real>(x, y).Value;

        internal override T Evaluate<T>(T x, T y) => formula.Value(x, y);

        internal override string ToLatex(string x, string y) => TensorFormula.ToLatex(formula, x, y);
    }
}
