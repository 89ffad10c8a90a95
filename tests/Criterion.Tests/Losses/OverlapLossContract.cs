using Criterion.Formulas;
using Criterion.Losses;

namespace Criterion.Tests.Losses;

/// <summary>The contract of every loss of the overlap of two sets.</summary>
public abstract class OverlapLossContract : RowLossContract
{
    /// <summary>The loss with default options, and with the given smoothing.</summary>
    protected abstract OverlapLoss Smoothed(double smooth);

    protected override RowLoss Default => Smoothed(0);

    protected override IEnumerable<Tensor[]> Extremes =>
    [
        [Doubles(0, 0, 0), Doubles(0, 0, 0)],
        [Doubles(1, 1, 0), Doubles(1, 1, 0)],
        [Doubles(1, 0, 1), Doubles(0, 1, 0)],
        [Doubles(0, 0, 0), Doubles(1, 1, 1)],
    ];

    [Fact]
    public void Equal_sets_cost_nothing_and_disjoint_ones_1()
    {
        Tensor a = Tensor.From<double>([1, 0, 0, 1, 1, 0], [2, 3]);
        Tensor losses = (Smoothed(0) with { Reduction = Reduction.None }).Forward(a, a);
        Assert.All(losses.ToArray<double>(), static loss => Assert.Equal(0, loss, 1e-8));
        Assert.Equal(1, Smoothed(0).Forward(a, 1 - a).Item());
    }

    [Fact]
    public void Nothing_against_nothing_is_finite_and_as_documented()
    {
        Tensor nothing = Tensor.Zeros([1, 4], DType.Float64);
        Assert.Equal(1, Smoothed(0).Forward(nothing, nothing).Item());
        Assert.Equal(0, Smoothed(1).Forward(nothing, nothing).Item(), 1e-7);
        Assert.All(Kink.Derivatives(Smoothed(0), nothing, nothing), static slope => Assert.Equal(0, slope));
        Assert.All(Kink.Derivatives(Smoothed(1), nothing, nothing), static slope => Assert.True(slope > 0));
    }

    [Fact]
    public void Everything_but_the_first_dimension_is_one_sample()
    {
        Tensor[] x = Draw([2, 3, 4], Random);
        Tensor losses = (Smoothed(0) with { Reduction = Reduction.None }).Forward(x[0], x[1]);
        Assert.Equal([2], losses.Shape);
        Near(Smoothed(0).Forward(x[0][1].Flatten(), x[1][1].Flatten()), losses[1]);
    }

    [Theory]
    [InlineData(1.5, 0.5, "prediction")]
    [InlineData(0.5, -0.5, "target")]
    public void What_is_no_probability_is_an_error_that_names_it(double x, double y, string name)
    {
        string message = Assert.Throws<LossException>(() => Smoothed(0).Forward(Doubles(0.5, x), Doubles(0.5, y))).Message;
        Assert.Contains($": {name} must be", message, StringComparison.Ordinal);
        Assert.Contains("element 1", message, StringComparison.Ordinal);
    }

    // The contract's rows run along the last dimension.
    protected override Tensor Loss(Tensor[] inputs, Reduction reduction = Reduction.Mean, OnEmpty onEmpty = OnEmpty.Throw)
    {
        Tensor[] rows = inputs[0].Rank > 2 ? [.. inputs.Select(x => x.Flatten(0, -2))] : inputs;
        return (Smoothed(0) with { Reduction = reduction, OnEmpty = onEmpty }).Forward(rows[0], rows[1]);
    }

    protected override Tensor[] Draw(Shape shape, RandomStream random) =>
    [
        Tensor.Rand(shape, DType.Float64, random, low: 0.05, high: 0.95),
        Tensor.Rand(shape, DType.Float64, random, low: 0.05, high: 0.95),
    ];
}
