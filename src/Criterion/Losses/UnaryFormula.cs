using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// A boxed <see cref="IUnaryFormula"/>: a formula of one number, for the terms of a <see cref="PointwiseGanLoss"/>. It keeps the struct
/// that implements the formula out of the loss's type.
/// </summary>
public abstract class UnaryFormula
{
    private protected UnaryFormula()
    {
    }

    /// <summary>Boxes a formula.</summary>
    /// <param name="formula">The formula with its options.</param>
    public static UnaryFormula From<TFormula>(TFormula formula)
        where TFormula : struct, IUnaryFormula => new Boxed<TFormula>(formula);

    internal abstract Tensor Map(Tensor x);

    internal abstract Tensor Mean(Tensor x);

    /// <summary>Returns the mean of f(xᵢ − mean of y) plus that of f(mean of x − yᵢ).</summary>
    internal abstract Tensor MeanAcross(Tensor x, Tensor y);

    internal abstract Tensor MeanOfDifference(Tensor x, Tensor y);

    internal abstract string ToLatex(string x);

    /// <summary>Evaluates the formula on any kind of number.</summary>
    internal abstract T Evaluate<T>(T x)
        where T : struct, IReal<T>;

    sealed class Boxed<TFormula>(TFormula formula) : UnaryFormula
        where TFormula : struct, IUnaryFormula
    {
        internal override Tensor Map(Tensor x) => TensorFormula.Map(formula, x);

        internal override Tensor Mean(Tensor x) => TensorFormula.Mean(formula, x);

        internal override Tensor MeanAcross(Tensor x, Tensor y) => TensorFormula.MeanAcross(formula, x, y);

        internal override Tensor MeanOfDifference(Tensor x, Tensor y) => TensorFormula.Mean(new OfDifference<TFormula>(formula), x, y);

        internal override string ToLatex(string x) => TensorFormula.ToLatex(formula, x);

        internal override T Evaluate<T>(T x) => formula.Value(x);
    }
}
