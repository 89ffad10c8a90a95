namespace Criterion.Tests.Tensors;

public class UnitRowsTests
{
    [Theory]
    [InlineData(1e-30)]
    [InlineData(1)]
    [InlineData(1e30)]
    public void Gradient_in_Float32_is_right_at_any_length(double length)
    {
        double[] row = [0.3, -1.2, 0.7, 2.5, 0.4];
        double[] of = [1, -0.5, 0.25, 2, -3];
        Tensor x = Tensor.From([.. row.Select(v => (float)(v * length))], [1, 5], requiresGrad: true);
        Tensor gradient = Tensor.From([.. of.Select(static v => (float)v)], [1, 5]);
        double norm = Math.Sqrt(row.Sum(static v => v * v));
        double along = row.Zip(of, static (a, b) => a * b).Sum() / (norm * norm);
        double[] expected = [.. row.Zip(of, (a, b) => (b - (a * along)) / norm / length)];
        float[] actual = Autograd.Grad([UnitRows.Of(x)], [x], gradients: [gradient])[0].ToArray<float>();
        Assert.Equal(expected, actual.Select(static v => (double)v), (a, b) => Math.Abs(a - b) <= 2e-6 / length);
    }

    [Fact]
    public void Rows_of_zeros_are_left_with_their_gradient()
    {
        Tensor x = Tensor.From([0.0, 0, 3, 4], [2, 2], requiresGrad: true);
        Tensor unit = UnitRows.Of(x);
        Assert.Equal([0, 0, 0.6, 0.8], unit.ToArray<double>());
        Tensor gradient = Tensor.From([1.0, -2, 5, 0], [2, 2]);
        double[] actual = Autograd.Grad([unit], [x], gradients: [gradient])[0].ToArray<double>();
        Assert.Equal([1, -2, 0.64, -0.48], actual, static (a, b) => Math.Abs(a - b) <= 1e-15);
    }

    [Fact]
    public void Second_derivatives_are_those_of_differences() => GradCheck.Check(
        static x => UnitRows.Of(x[0]).Square().Sum(0).Sum() + (UnitRows.Of(x[0]) * x[1]).Sum(),
        [Tensor.From([0.3, -1.2, 0.7, 2.5, 0.4, 1.1], [2, 3]), Tensor.From([1.0, 2, -1, 0.5, 0.25, -2], [2, 3])]);
}
