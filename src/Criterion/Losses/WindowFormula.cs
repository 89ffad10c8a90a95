using Criterion.Drivers;
using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>
/// A boxed <see cref="IWindowFormula"/>: a formula of the windows of two images, for a <see cref="WindowLoss"/>. It keeps the struct that
/// implements the formula out of the loss's type.
/// </summary>
public abstract class WindowFormula
{
    private protected WindowFormula()
    {
    }

    /// <summary>Boxes a formula.</summary>
    /// <param name="formula">The formula with its options.</param>
    public static WindowFormula From<TFormula>(TFormula formula)
        where TFormula : struct, IWindowFormula => new Boxed<TFormula>(formula);

    internal abstract Tensor Windows(BlurWindow window, Tensor x, Tensor y);

    internal abstract Tensor Sum(BlurWindow window, Tensor x, Tensor y, double scale);

    /// <summary>Computes the sum over planes, times a factor, and the gradients in one pass without a graph.</summary>
    internal abstract double FusedSum(in FusedInputs inputs, in WindowGeometry geometry, double scale);

    internal abstract string ToLatex(IReadOnlyList<string> inputs);

    sealed class Boxed<TFormula>(TFormula formula) : WindowFormula
        where TFormula : struct, IWindowFormula
    {
        internal override Tensor Windows(BlurWindow window, Tensor x, Tensor y) => TensorFormula.Windows(formula, window, x, y);

        internal override Tensor Sum(BlurWindow window, Tensor x, Tensor y, double scale) =>
            TensorFormula.WindowSum(formula, window, x, y, scale);

        internal override double FusedSum(in FusedInputs inputs, in WindowGeometry geometry, double scale) =>
            TensorFormula.FusedWindowSum(formula, inputs, geometry, scale);

        internal override string ToLatex(IReadOnlyList<string> inputs) => TensorFormula.ToLatex(formula, inputs);
    }
}
