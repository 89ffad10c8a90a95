using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Tests.Formulas;

public class PiecewiseTests
{
    [Theory]
    [InlineData(-2, 0, 0)]
    [InlineData(0, 0, 1)]
    [InlineData(3, 3, 1)]
    [InlineData(double.NaN, double.NaN, 1)]
    public void Positive_part_has_the_slope_of_the_right_at_0(double x, double value, double slope)
    {
        Dual<Real> y = PositivePart(Dual<Real>.Variable(x));
        Assert.Equal(value, y.Value.Value);
        Assert.Equal(slope, y.Tangent.Value);
    }

    [Theory]
    [InlineData(-2, 0, 0)]
    [InlineData(0, 0, 0)]
    [InlineData(3, 3, 1)]
    [InlineData(double.NaN, double.NaN, 1)]
    public void Relu_has_the_slope_of_the_left_at_0(double x, double value, double slope)
    {
        Dual<Real> y = Guards.Relu(Dual<Real>.Variable(x));
        Assert.Equal(value, y.Value.Value);
        Assert.Equal(slope, y.Tangent.Value);
    }

    [Theory]
    [InlineData(double.PositiveInfinity, 0, 0)]
    [InlineData(double.NegativeInfinity, 0, 0)]
    [InlineData(double.PositiveInfinity, 0.5, double.PositiveInfinity)]
    [InlineData(2, 0, 2)]
    [InlineData(double.NaN, 0, double.NaN)]
    public void Infinity_without_a_weight_is_0_and_nothing_else_changes(double x, double weight, double expected) =>
        Assert.Equal(expected, Guards.Weighable<Real>(x, weight).Value);

    [Fact]
    public void Lanes_and_tensors_say_the_same()
    {
        Tensor x = Tensor.From([double.PositiveInfinity, double.NegativeInfinity, 1, -3, double.PositiveInfinity, 0, 7, 8, 9]);
        Tensor weight = Tensor.From<double>([0, 0, 0, 0, 2, 1, 1, 0, 1]);
        Tensor mapped = TensorFormula.Map(default(Product), x, weight);
        Tensor composed = default(Product).Value<TensorReal>(x, weight).ToTensor(x);
        Assert.Equal([0, 0, 0, -0.0, double.PositiveInfinity, 0, 7, 0, 9], mapped.ToArray<double>());
        Assert.Equal(mapped.ToArray<double>(), composed.ToArray<double>());
    }

    static T PositivePart<T>(T x)
        where T : struct, IReal<T> => T.PositivePart(x);

    readonly struct Product : IBinaryFormula
    {
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => y * Guards.Weighable(x, y);
    }
}
