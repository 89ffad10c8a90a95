namespace Criterion.Formulas;

public static partial class Formula
{
    /// <summary>The loss of each row: values and gradients in one pass, higher derivatives through the formula's tensors.</summary>
    /// <param name="formula">The formula.</param>
    /// <param name="inputs">As many tensors of one shape as the formula takes; rows run along the last dimension.</param>
    /// <param name="perRow">One number for each row, or null.</param>
    /// <returns>The shape of the inputs without the last dimension.</returns>
    public static Tensor Rows<TFormula>(TFormula formula, ReadOnlySpan<Tensor> inputs, Tensor? perRow = null)
        where TFormula : struct, IRowFormula
    {
        Tensor[] rows = Aligned<TFormula>(inputs);
        Shape shape = rows[0].Shape.Without(-1);
        Tensor? numbers = perRow?.Detach().To(rows[0].DType).Reshape(shape).Contiguous();
        Tensor?[] gradients = [.. rows.Select(row => Autograd.Wanted(row) ? Tensor.EmptyLike(row) : null)];
        Tensor values = Tensor.Empty(shape, rows[0].DType);
        RowDriver.Run(formula, rows, numbers, values, gradients);
        return Autograd.RecordJoint(
            Name<TFormula>(),
            values,
            rows,
            rows,
            g => Autograd.Enabled
                ? Autograd.Compose(rows, () => Composed(formula, rows, numbers), g)
                : [.. gradients.Select(gradient => Scaled(gradient, g.Unsqueeze(-1)))]);
    }

    /// <summary>The same from tensor operations.</summary>
    internal static Tensor Composed<TFormula>(TFormula formula, Tensor[] rows, Tensor? perRow)
        where TFormula : struct, IRowFormula
    {
        TensorReal Row(int i) => rows[Math.Min(i, rows.Length - 1)];
        Statistics<TensorReal> sums = formula.Terms(Row(0), Row(1), Row(2)).Select(term => term.SumRows(rows[0].Shape[-1]));
        TensorReal number = perRow is null ? TensorReal.Const(0) : perRow;
        return formula.Value(sums, number).ToTensor(rows[0].Detach().Sum(-1));
    }

    static Tensor[] Aligned<TFormula>(ReadOnlySpan<Tensor> inputs)
        where TFormula : struct, IRowFormula
    {
        if (inputs.Length != TFormula.Inputs)
        {
            throw new ShapeException($"{Name<TFormula>()}: {TFormula.Inputs} input(s) are needed, and {inputs.Length} are given.");
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
