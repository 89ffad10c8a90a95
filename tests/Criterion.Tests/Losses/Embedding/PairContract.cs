using Criterion.Formulas;
using Criterion.Losses;

namespace Criterion.Tests.Losses.Embedding;

/// <summary>The contract of every loss of similar and dissimilar pairs, which alternate here.</summary>
public abstract class PairContract : RowLossContract
{
    /// <summary>The default loss, whose mean is that of its single losses.</summary>
    protected PairLoss Pairs => (PairLoss)Default;

    [Fact]
    public void Weights_multiply_the_losses_of_pairs()
    {
        Tensor[] x = Draw([6, 3], Random);
        Tensor target = Targets(6);
        Tensor weights = Tensor.From<double>([0, 1, 2, 0.5, 3, 1]);
        Tensor single = (Pairs with { Reduction = Reduction.None }).Forward(x[0], x[1], target);
        Near(single * weights, (Pairs with { Reduction = Reduction.None }).Forward(x[0], x[1], target, weights));
        Near((single * weights).Sum(), (Pairs with { Reduction = Reduction.Sum }).Forward(x[0], x[1], target, weights));
        Near((single * weights).Mean(), Pairs.Forward(x[0], x[1], target, weights));
        GradCheck.Check(inputs => Pairs.Forward(inputs[0], inputs[1], target, inputs[2]), [.. x, weights]);
    }

    [Fact]
    public void Weights_of_another_shape_are_an_error() => Assert.Contains(
        "weights",
        Assert.Throws<ShapeException>(
            () => Pairs.Forward(Tensor.Ones([2, 3]), Tensor.Ones([2, 3]), Tensor.Ones([2]), Tensor.Ones([3]))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Single_pair_takes_a_scalar_target()
    {
        Tensor x = Tensor.From<double>([1, 0]);
        Tensor y = Tensor.From<double>([0, 1]);
        Tensor scalar = (Pairs with { Reduction = Reduction.None }).Forward(x, y, Tensor.Scalar(1));
        Assert.Equal([], scalar.Shape);
        Near(scalar, (Pairs with { Reduction = Reduction.None }).Forward(x, y, Tensor.From<long>([1]), Tensor.Ones([1])));
        Near(scalar, Pairs.Forward(x.Unsqueeze(0), y.Unsqueeze(0), Tensor.Ones([1])));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(2)]
    [InlineData(double.NaN)]
    public void Target_that_says_neither_is_an_error_that_names_it(double target)
    {
        string message = Assert.Throws<LossException>(
            () => Pairs.Forward(Tensor.Ones([2, 3]), Tensor.Ones([2, 3]), Tensor.From<double>([1, target]))).Message;
        Assert.Contains("element 1", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Target_of_shape_N_1_is_an_error() => Assert.Throws<ShapeException>(
        () => Pairs.Forward(Tensor.Ones([2, 3]), Tensor.Ones([2, 3]), Tensor.Ones([2, 1])));

    [Fact]
    public void Curves_are_of_similar_and_dissimilar_pairs() => Assert.All(Default.Curves(), static curve =>
    {
        Tensor x = Tensor.Linspace(curve.From, curve.To, 9, DType.Float64);
        x.RequiresGrad = true;
        Tensor y = curve.Value(x);
        Assert.Equal([9], y.Shape);
        Assert.Equal([9], Criterion.Autograd.Grad(y.Sum(), x).Shape);
    });

    // The targets alternate: turned round, an odd batch keeps them.
    protected override Tensor Order(int count) => Tensor.Arange(count - 1, -1, -1, DType.Int64);

    protected override double PerRow(int row) => row % 2 == 0 ? 1 : -1;

    protected override Tensor Loss(Tensor[] inputs, Reduction reduction = Reduction.Mean, OnEmpty onEmpty = OnEmpty.Throw)
    {
        Tensor[] rows = inputs[0].Rank == 2 ? inputs : [.. inputs.Select(x => x.Rank == 1 ? x.Unsqueeze(0) : x.Flatten(0, -2))];
        return (Pairs with { Reduction = reduction, OnEmpty = onEmpty }).Forward(rows[0], rows[1], Targets(rows[0].Shape[0]));
    }

    protected override Tensor[] Draw(Shape shape, RandomStream random) =>
        [Tensor.Randn(shape, DType.Float64, random), Tensor.Randn(shape, DType.Float64, random)];

    Tensor Targets(int count) => Tensor.From([.. Enumerable.Range(0, count).Select(PerRow)], [count]);
}
