using Criterion.Formulas;
using Criterion.Losses;

namespace Criterion.Tests.Losses;

/// <summary>The contract of every loss of rows of logits, with classes along dimension 1.</summary>
public abstract class SoftmaxLossContract : LossContract
{
    /// <summary>The loss with default options but for the reduction.</summary>
    protected abstract SoftmaxLoss Default { get; }

    /// <summary>The loss of a row in plain doubles, from the definition.</summary>
    protected abstract double Reference(double[][] rows, int row, int rowCount);

    /// <summary>The loss of inputs, whose other targets the tests choose.</summary>
    protected abstract Tensor Forward(SoftmaxLoss loss, Tensor[] inputs);

    /// <summary>Whether a number added to all logits of a row changes nothing.</summary>
    protected virtual bool IsShiftInvariant => true;

    protected override Tensor Loss(Tensor[] inputs, Reduction reduction = Reduction.Mean, OnEmpty onEmpty = OnEmpty.Throw) =>
        Forward(Default with { Reduction = reduction, OnEmpty = onEmpty }, inputs);

    // The targets read the same from both ends: turned round, a batch keeps them.
    protected override Tensor Order(int count) => Tensor.Arange(count - 1, -1, -1, DType.Int64);

    /// <summary>A class for each row; that of the middle of three is 2.</summary>
    protected static int Class(int row, int rowCount, int classes) => (Math.Min(row, rowCount - 1 - row) + 1) % classes;

    /// <summary>The classes of a batch of logits.</summary>
    protected static Tensor Classes(Tensor logits)
    {
        int dim = logits.Rank == 1 ? 0 : 1;
        Shape shape = logits.Shape.Without(dim);
        return Tensor.From([.. Enumerable.Range(0, shape.Count).Select(row => (long)Class(row, shape.Count, logits.Shape[dim]))], shape);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    [MemberData(nameof(LargeShapes))]
    public void Value_is_the_definition_in_plain_doubles(int[] shape)
    {
        Tensor[] inputs = Draw(shape, Random);
        double[][][] rows = [.. inputs.Select(Rows)];
        int count = rows[0].Length;
        double[] expected = [.. Enumerable.Range(0, count).Select(i => Reference([.. rows.Select(input => input[i])], i, count))];
        Near(Tensor.From(expected), Loss(inputs, Reduction.None).Flatten());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    [MemberData(nameof(LargeShapes))]
    public void Value_without_gradients_is_the_same(int[] shape)
    {
        Tensor[] inputs = Draw(shape, Random);
        Near(Loss(Leaves(inputs)), Loss(inputs), 1e-14);
    }

    [Fact]
    public void Trailing_dimensions_are_more_rows()
    {
        Tensor[] inputs = Draw([2, 3, 4, 5], Random);
        Tensor[] flat = [.. inputs.Select(x => x.Permute(0, 2, 3, 1).Reshape(-1, 3))];
        Near(Loss(flat, Reduction.None), Loss(inputs, Reduction.None).Flatten());
        Near(Loss(flat), Loss(inputs));
        if (Reductions.Contains(Reduction.BatchMean))
        {
            Near(Loss(inputs, Reduction.Sum) / 2, Loss(inputs, Reduction.BatchMean));
        }
    }

    [Fact]
    public void Batch_of_one_row_is_that_row()
    {
        Tensor[] inputs = Draw([1, 5], Random);
        Near(Loss(inputs), Loss([.. inputs.Select(x => x.Squeeze(0))]));
    }

    [Fact]
    public void A_number_added_to_all_logits_changes_nothing()
    {
        Assert.SkipUnless(IsShiftInvariant, "the rows are no logits");
        foreach (DType type in new[] { DType.Float64, DType.Float32 })
        {
            // Multiples of 1/16, which stay exact in single precision.
            Tensor[] inputs = [.. Draw([5, 7], Random).Select(x => ((x * 16).To(DType.Int64).To(DType.Float64) / 16).To(type))];
            Tensor[] near = Leaves(inputs);
            Tensor[] far = Leaves([.. inputs.Select(x => x + 1e6)]);
            Tensor loss = Loss(near);
            Tensor moved = Loss(far);
            Near(loss, moved, 0);
            loss.Backward();
            moved.Backward();
            Near(near[0].Grad!, far[0].Grad!, 0);
        }
    }

    [Fact]
    public void Formula_writes_itself() => Assert.NotEmpty(Default.ToLatex());

    [Fact]
    public void Curves_can_be_drawn_and_differentiated()
    {
        foreach (LossCurve curve in Default.Curves())
        {
            Tensor x = Tensor.Linspace(curve.From, curve.To, 9, DType.Float64);
            x.RequiresGrad = true;
            Tensor y = curve.Value(x);
            Assert.Equal([9], y.Shape);
            Assert.Equal(1, Criterion.Autograd.Grad(y.Sum(), x).IsFinite().To(DType.Int64).Min().Item());
        }
    }

    protected static double[] LogSoftmax(double[] x)
    {
        double peak = x.Max();
        double log = Math.Log(x.Sum(v => Math.Exp(v - peak)));
        return [.. x.Select(v => v - peak - log)];
    }

    static double[][] Rows(Tensor x)
    {
        Tensor last = x.Rank == 1 ? x.Unsqueeze(0) : x.Permute([0, .. Enumerable.Range(2, x.Rank - 2), 1]);
        return [.. last.Reshape(-1, last.Shape[-1]).ToArray<double>().Chunk(last.Shape[-1])];
    }
}

/// <summary>What holds for every loss of rows of logits against classes.</summary>
public abstract class ClassLossContract : SoftmaxLossContract
{
    protected override Tensor[] Draw(Shape shape, RandomStream random) => [Tensor.Randn(shape, DType.Float64, random) * 2];

    /// <summary>The loss of given classes.</summary>
    protected abstract Tensor Forward(SoftmaxLoss loss, Tensor prediction, Tensor target);

    protected override Tensor Forward(SoftmaxLoss loss, Tensor[] inputs) => Forward(loss, inputs[0], Classes(inputs[0]));

    /// <summary>The loss of one row against a class in plain doubles.</summary>
    protected abstract double Reference(double[] row, int target);

    protected override double Reference(double[][] rows, int row, int rowCount) => Reference(rows[0], Class(row, rowCount, rows[0].Length));

    [Fact]
    public override void Other_shapes_are_an_error_that_names_them()
    {
        string message =
            Assert.Throws<ShapeException>(() => Forward(Default, Draw([4, 5], Random)[0], Tensor.Zeros([4, 1], DType.Int64))).Message;
        Assert.Contains("[4, 5]", message, StringComparison.Ordinal);
        Assert.Contains("[4, 1]", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    [InlineData(long.MaxValue)]
    public void Class_out_of_range_is_an_error_that_names_the_first(long wrong)
    {
        string message = Assert.Throws<LossException>(
            () => Forward(Default, Draw([4, 5], Random)[0], Tensor.From([0, 4, wrong, -7]))).Message;
        Assert.Contains("[0, 5)", message, StringComparison.Ordinal);
        Assert.Contains($"element 2 is {wrong}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Target_of_floats_or_of_another_type_is_not_taken_for_classes() =>
        Assert.ThrowsAny<TensorException>(() => Forward(Default, Draw([4, 5], Random)[0], Tensor.Zeros([4])));
}
