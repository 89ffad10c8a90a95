using Criterion.Drivers;
using Criterion.Formulas;

namespace Criterion;

public static partial class TensorFormula
{
    /// <summary>Computes the loss of each row: values and gradients in one pass, higher derivatives through tensor operations.</summary>
    /// <param name="formula">The formula.</param>
    /// <param name="inputs">As many tensors of one shape as the formula takes; rows run along the last dimension.</param>
    /// <param name="perRow">One number for each row. Default: null, for 0.</param>
    /// <returns>The shape of the inputs without the last dimension.</returns>
    public static Tensor Rows<TFormula>(TFormula formula, ReadOnlySpan<Tensor> inputs, Tensor? perRow = null)
        where TFormula : struct, IRowFormula
    {
        (Tensor[] rows, Tensor? numbers, Tensor?[] gradients, Tensor values) = Evaluate(formula, inputs, perRow, scale: 1);
        return Autograd.Record(
            Name<TFormula>(),
            values.To(rows[0].DType),
            rows,
            (F: formula, Rows: rows, Numbers: numbers, Gradients: gradients),
            rows,
            static (g, of) => Autograd.Enabled
                ? Autograd.Compose(of.Rows, () => Composed(of.F, of.Rows, of.Numbers).To(g.DType), g)
                : [.. of.Gradients.Select(gradient => gradient is null ? null : gradient * g.Unsqueeze(-1))]);
    }

    /// <summary>Computes the sum of the losses of all rows, times <paramref name="scale"/>; value and gradients in one pass.</summary>
    /// <inheritdoc cref="Rows"/>
    /// <param name="formula">The formula.</param>
    /// <param name="inputs">As many tensors of one shape as the formula takes; rows run along the last dimension.</param>
    /// <param name="perRow">One number for each row. Default: null, for 0.</param>
    /// <param name="scale">A factor. Default: 1.</param>
    /// <returns>A scalar.</returns>
    public static Tensor RowSum<TFormula>(TFormula formula, ReadOnlySpan<Tensor> inputs, Tensor? perRow = null, double scale = 1)
        where TFormula : struct, IRowFormula
    {
        (Tensor[] rows, Tensor? numbers, Tensor?[] gradients, Tensor values) = Evaluate(formula, inputs, perRow, scale);
        return Autograd.Record(
            Name<TFormula>(),
            values.Total(scale).To(rows[0].DType),
            [.. rows, .. gradients],
            (F: formula, Rows: rows, Numbers: numbers, Gradients: gradients, Scale: scale),
            rows,
            static (g, of) => Autograd.Enabled
                ? Autograd.Compose(of.Rows, () => (Composed(of.F, of.Rows, of.Numbers).Sum() * of.Scale).To(g.DType), g)
                : [.. of.Gradients.Select(gradient => Scaled(gradient, g))]);
    }

    /// <summary>Computes the mean of the losses of all rows; value and gradients in one pass.</summary>
    /// <inheritdoc cref="RowSum"/>
    public static Tensor RowMean<TFormula>(TFormula formula, ReadOnlySpan<Tensor> inputs, Tensor? perRow = null)
        where TFormula : struct, IRowFormula
    {
        int length = Math.Max(1, inputs[0].Rank == 0 ? 1 : inputs[0].Shape[-1]);
        return RowSum(formula, inputs, perRow, length / (double)inputs[0].Count);
    }

    /// <summary>Computes the losses of rows in double precision, unrecorded.</summary>
    internal static Tensor RowValues<TFormula>(TFormula formula, Tensor rows)
        where TFormula : struct, IRowFormula => Evaluate(formula, [rows.Detach()], null, scale: 1).Values;

    /// <summary>Computes the gradient of the sum of the losses of rows by the first of two inputs, unrecorded.</summary>
    internal static Tensor RowGradient<TFormula>(TFormula formula, Tensor x, Tensor y)
        where TFormula : struct, IRowFormula
    {
        Tensor[] rows = Aligned<TFormula>([x.Detach(), y.Detach()]);
        Tensor gradient = Tensor.EmptyLike(rows[0]);
        using Scratch values = new(DType.Float64, rows[0].Shape.Without(-1).Count);
        RowDriver.Run(new RowLosses<TFormula>(
            formula, rows[0].Elements, rows[1].Elements, rows[1].Elements, PerRow: default, values.Elements, Scale: 1)
        {
            GradientA = gradient.Elements,
        });
        return gradient;
    }

    /// <summary>
    /// Computes the losses of rows in double precision, and their gradients times <paramref name="scale"/> where they are needed.
    /// </summary>
    static (Tensor[] Rows, Tensor? PerRow, Tensor?[] Gradients, Tensor Values) Evaluate<TFormula>(
        TFormula formula, ReadOnlySpan<Tensor> inputs, Tensor? perRow, double scale)
        where TFormula : struct, IRowFormula
    {
        Tensor[] rows = Aligned<TFormula>(inputs);
        Shape shape = rows[0].Shape.Without(-1);
        Tensor? numbers = perRow?.Detach().To(rows[0].DType).Reshape(shape).Contiguous();
        Tensor?[] gradients = [.. rows.Select(Autograd.FusedGradient)];
        Tensor values = Tensor.Empty(shape, DType.Float64);
        RowDriver.Run(new RowLosses<TFormula>(
            formula, rows[0].Elements, Input(1), Input(2), numbers?.Elements ?? default, values.Elements, scale)
        {
            GradientA = Gradient(0),
            GradientB = Gradient(1),
            GradientC = Gradient(2),
        });
        return (rows, numbers, gradients, values);
        Elements Input(int i) => rows[Math.Min(i, rows.Length - 1)].Elements;
        Elements Gradient(int i) => i < gradients.Length && gradients[i] is { } gradient ? gradient.Elements : default;
    }

    /// <summary>
    /// Computes the losses in tensor operations, in double precision, in which no square of a float overflows or underflows.
    /// </summary>
    static Tensor Composed<TFormula>(TFormula formula, Tensor[] inputs, Tensor? perRow)
        where TFormula : struct, IRowFormula
    {
        Tensor[] rows = [.. inputs.Select(static row => row.To(DType.Float64))];
        TensorReal Row(int i) => rows[Math.Min(i, rows.Length - 1)];
        Statistics<TensorReal> sums = formula.Terms(Row(0), Row(1), Row(2)).Select(term => term.SumRows(rows[0].Shape[-1]));
        TensorReal number = perRow is null ? TensorReal.Const(0) : perRow.To(DType.Float64);
        return formula.Value(sums, number).ToTensor(rows[0].Detach().Sum(-1));
    }

    static Tensor[] Aligned<TFormula>(ReadOnlySpan<Tensor> inputs)
        where TFormula : struct, IRowFormula
    {
        if (inputs.Length != TFormula.Arity)
        {
            throw new ShapeException($"{Name<TFormula>()}: {TFormula.Arity} input(s) are needed, and {inputs.Length} are given.");
        }

        Tensor[] rows = new Tensor[inputs.Length];
        DType type = inputs[0].Floating().DType;
        foreach (Tensor input in inputs)
        {
            type = DTypes.Promote(type, input.DType);
            if (input.Rank == 0 || input.Shape != inputs[0].Shape)
            {
                throw new ShapeException($"{Name<TFormula>()}: rows of {inputs[0].Shape} and {input.Shape} do not go together.");
            }
        }

        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = inputs[i].To(type).Contiguous();
        }

        return rows;
    }
}
