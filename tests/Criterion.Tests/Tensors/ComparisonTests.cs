namespace Criterion.Tests.Tensors;

/// <summary>Comparisons, logic, choices, and reductions over one dimension.</summary>
public class ComparisonTests
{
    static readonly float[] X = [1, 2, float.NaN];
    static readonly float[] Y = [2, 2, 2];

    [Fact]
    public void Operators_are_the_methods()
    {
        Tensor x = Tensor.From(X), y = Tensor.From(Y);
        Assert.All(
            ((Tensor, bool[])[])
            [
                (x < y, [true, false, false]), (x <= y, [true, true, false]), (x > y, [false, false, false]),
                (x >= y, [false, true, false]), (x < 2, [true, false, false]), (x <= 2, [true, true, false]),
                (x > 1, [false, true, false]), (x >= 1, [true, true, false]), (1 < x, [false, true, false]),
                (1 <= x, [true, true, false]), (2 > x, [true, false, false]), (2 >= x, [true, true, false]),
                (x.NotEqualTo(2), [true, false, true]), (x.LessOrEqual(1), [true, false, false]),
                (x.GreaterOrEqual(2), [false, true, false]), (x.EqualTo(2), [false, true, false]),
            ],
            static pair => Assert.Equal(pair.Item2, pair.Item1.ToArray<bool>()));
    }

    [Fact]
    public void Truth_values_are_combined()
    {
        Tensor a = Tensor.From([true, true, false, false]), b = Tensor.From([true, false, true, false]);
        Assert.Equal([true, false, false, false], (a & b).ToArray<bool>());
        Assert.Equal([true, true, true, false], (a | b).ToArray<bool>());
        Assert.Equal([false, true, true, false], (a ^ b).ToArray<bool>());
        Assert.Equal([false, false, true, true], (!a).ToArray<bool>());
        Assert.Equal(0.5, a.Mean().Item());
        Assert.Equal(2, a.Sum().Item());
    }

    [Fact]
    public void Numbers_may_be_chosen()
    {
        Tensor x = Tensor.From([-1.0, 3]);
        Assert.Equal([-0.5, 3], Tensor.Where(x < 0, -0.5, x).ToArray<double>());
        Assert.Equal([-1, 0.25], Tensor.Where(x < 0, x, 0.25).ToArray<double>());
        Assert.Equal([0.75f, 0.25f], Tensor.Where(x < 0, 0.75, 0.25).ToArray<float>());
        Assert.Equal(DType.Float64, Tensor.Where(x < 0, 0.75, 0.25, DType.Float64).DType);
    }

    [Fact]
    public void A_single_number_is_a_dimension_in_every_reduction()
    {
        Tensor x = Tensor.From([1.0, 2, 3, 4, 5, 9], [2, 3]);
        Tensor[] reduced =
        [
            x.Sum(1), x.Mean(1), x.Var(1), x.Std(1), x.Max(1), x.Min(1), x.ArgMax(1), x.ArgMin(1), x.Prod(1), x.Any(1), x.All(1),
            x.LogSumExp(1), x.Norm(1),
        ];
        Assert.All(reduced, static y => Assert.Equal([2], y.Shape));
        Assert.Equal(x.Var([1]).ToArray<double>(), x.Var(1).ToArray<double>());
        Assert.Equal(x.Std([0], correction: 0).ToArray<double>(), x.Std(0, correction: 0).ToArray<double>());
        Assert.Equal([2, 1], x.Var(1, keepDim: true).Shape);
        Assert.Equal(x.Var([], correction: 0).Item(), x.Var(correction: 0).Item());
        Assert.Equal(24, x.Norm(p: 1).Item());
    }

    [Fact]
    public void Nearness_has_tolerances()
    {
        Tensor x = Tensor.From([1, double.PositiveInfinity]);
        Assert.True(x.AllClose(x + 1e-9));
        Assert.False(x.AllClose(x + 1e-3));
        Assert.True(x.AllClose(x + 1e-3, absolute: 1e-2));
        Assert.False(x.AllClose(-x));
        Assert.False(Tensor.From([double.NaN]).AllClose(Tensor.From([double.NaN])));
        Assert.False(Tensor.From([double.NaN]).AllClose(Tensor.From([1.0])));
        Assert.Throws<ShapeException>(() => x.AllClose(Tensor.Ones(3)));
    }
}
