using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Memory;

namespace Criterion;

// The passes that the recorded sums make, without a graph: the same drivers in the same order, so that the bits are the same. They
// allocate nothing once the pool is warm.
public static partial class TensorFormula
{
    internal static double FusedSum<TFormula>(TFormula formula, in FusedInputs inputs, double scale)
        where TFormula : struct, IBinaryFormula => FusedPointwiseSum(new Binary<TFormula>(formula), inputs, scale);

    internal static double FusedTernarySum<TFormula>(TFormula formula, in FusedInputs inputs, double scale)
        where TFormula : struct, ITernaryFormula => FusedPointwiseSum(new Ternary<TFormula>(formula), inputs, scale);

    /// <summary>Computes Σ f over rows of a length, times a factor.</summary>
    internal static double FusedRowSum<TFormula>(
        TFormula formula, in FusedInputs inputs, int length, Elements third, Elements perRow, double scale)
        where TFormula : struct, IRowFormula
    {
        using Scratch values = new(DType.Float64, inputs.X.Count / length);
        Elements second = TFormula.Arity > 1 ? inputs.Y.Elements : inputs.X.Elements;
        RowDriver.Run(new RowLosses<TFormula>(
            formula,
            inputs.X.Elements,
            second,
            TFormula.Arity < 3 ? second : inputs.Z?.Elements ?? third,
            perRow,
            values.Elements,
            scale)
        {
            GradientA = inputs.GradientX,
            GradientB = inputs.GradientY,
            GradientC = inputs.GradientZ,
        });
        return Total(values.Elements, scale);
    }

    /// <summary>Computes Σ f over rows of logits, which run along the last dimension, times a factor.</summary>
    internal static double FusedSoftmaxSum<TFormula>(
        TFormula formula, in FusedInputs inputs, SoftmaxTargetRows target, Elements perRow, RowOrigin origin, double scale)
        where TFormula : struct, ISoftmaxFormula
    {
        using Scratch values = new(DType.Float64, inputs.X.Count / inputs.X.Shape[-1]);
        SoftmaxDriver.Run(new SoftmaxLosses<TFormula>(formula, inputs.X.Elements, target, perRow, origin, values.Elements, scale)
        {
            GradientX = inputs.GradientX,
        });
        return Total(values.Elements, scale);
    }

    /// <summary>Computes the sum over planes of the mean of f over their windows, times a factor.</summary>
    internal static double FusedWindowSum<TFormula>(TFormula formula, in FusedInputs inputs, in WindowGeometry geometry, double scale)
        where TFormula : struct, IWindowFormula
    {
        using Scratch means = new(inputs.X.DType, inputs.X.Shape.CountOf(0, inputs.X.Rank - 2));
        WindowLosses<TFormula> losses = new(formula, inputs.X.Elements, inputs.Y.Elements, means.Elements, scale)
        {
            GradientX = inputs.GradientX,
            GradientY = inputs.GradientY,
        };
        return WindowDriver.Run(losses, geometry) * scale;
    }

    static double FusedPointwiseSum<TFormula>(TFormula formula, in FusedInputs inputs, double scale)
        where TFormula : struct, IPointwiseFormula => PointwiseDriver.Run(SumOf(formula, scale, inputs.X, inputs.Y, inputs.Z) with
        {
            GradientX = inputs.GradientX,
            GradientY = inputs.GradientY,
            GradientZ = inputs.GradientZ,
        }).Value;

    /// <summary>Sums values times a factor, as <see cref="Tensor.Total"/> does.</summary>
    static double Total(Elements values, double factor)
    {
        double divisor = 1 / factor;
        if (values.Count == 1)
        {
            return divisor == 1 ? values.Span<double>()[0] : values.Span<double>()[0] / divisor;
        }

        using Scratch sum = new(DType.Float64, 1);
        ReduceDriver.Run<SumReduction>(new(values, sum.Elements, 1, values.Count, 1, divisor));
        return sum.Elements.Span<double>()[0];
    }
}
