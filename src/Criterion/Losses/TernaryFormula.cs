using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// A boxed <see cref="ITernaryFormula"/>: a formula of three numbers, for a <see cref="TernaryLoss"/>. It keeps the struct that implements
/// the formula out of the loss's type.
/// </summary>
public abstract class TernaryFormula
{
    private protected TernaryFormula()
    {
    }

    /// <summary>Boxes a formula.</summary>
    /// <param name="formula">The formula with its options.</param>
    public static TernaryFormula From<TFormula>(TFormula formula)
        where TFormula : struct, ITernaryFormula => new Boxed<TFormula>(formula);

    internal abstract Tensor Map(Tensor x, Tensor y, Tensor z);

    internal abstract Tensor Mean(Tensor x, Tensor y, Tensor z);

    internal abstract Tensor Sum(Tensor x, Tensor y, Tensor z);

    /// <inheritdoc cref="BinaryFormula.FusedSum"/>
    internal abstract double FusedSum(in FusedInputs inputs, double scale);

    internal abstract double Value(double x, double y, double z);

    internal abstract string ToLatex(string x, string y, string z);

    sealed class Boxed<TFormula>(TFormula formula) : TernaryFormula
        where TFormula : struct, ITernaryFormula
    {
        internal override Tensor Map(Tensor x, Tensor y, Tensor z) => TensorFormula.Map(formula, x, y, z);

        internal override Tensor Mean(Tensor x, Tensor y, Tensor z) => TensorFormula.Mean(formula, x, y, z);

        internal override Tensor Sum(Tensor x, Tensor y, Tensor z) => TensorFormula.Sum(formula, x, y, z);

        internal override double FusedSum(in FusedInputs inputs, double scale) => TensorFormula.FusedTernarySum(formula, inputs, scale);

        internal override double Value(double x, double y, double z) => formula.Value<Real>(x, y, z).Value;

        internal override string ToLatex(string x, string y, string z) => TensorFormula.ToLatex(formula, x, y, z);
    }
}
