using Criterion.Losses;
using Criterion.Optim;

namespace Criterion.Tests.Optim;

/// <summary>Norms of gradients of any size, number and kind.</summary>
public class GradientClipTests
{
    public static IEnumerable<TheoryDataRow<DType, double, int, double>> Sizes() =>
        from size in (IEnumerable<(DType Type, double Value)>)
        [
            (DType.Float32, 1e20), (DType.Float32, 1e-30), (DType.Float32, 1e37), (DType.Float32, 1e-40), (DType.Float32, 3),
            (DType.Float64, 1e200),
            (DType.Float64, 1e-200), (DType.Float64, 1e-310), (DType.Float64, 3),
        ]
        from count in new[] { 1, 3, 16, 63, 64, 65, 40_000 }
        from norm in new[] { 2, 1, 3, 0.5, double.PositiveInfinity }
        select new TheoryDataRow<DType, double, int, double>(size.Type, size.Value, count, norm);

    [Theory]
    [Trait("Case", "clip-overflow")]
    [MemberData(nameof(Sizes))]
    public void The_norm_of_equal_gradients_is_size_times_a_power_of_their_number(DType dtype, double size, int count, double norm)
    {
        Tensor parameter = WithGradient(Tensor.Full([count], size, dtype));
        double stored = parameter.Grad!.To(DType.Float64)[0].Item();
        double expected = stored * Math.Pow(count, double.IsInfinity(norm) ? 0 : 1 / norm);
        Near(expected, GradientClip.ByNorm([parameter], double.PositiveInfinity, norm));
        Near(stored, parameter.Grad!.To(DType.Float64)[count - 1].Item(), 0);

        double limit = expected / 8;
        Near(expected, GradientClip.ByNorm([parameter], limit, norm));
        Near(stored / 8, parameter.Grad!.To(DType.Float64)[count - 1].Item(), dtype == DType.Float32 && size < 1e-38 ? 1e-3 : 3e-6);
    }

    [Fact]
    [Trait("Case", "clip-overflow")]
    public void Large_gradients_are_clipped_and_small_ones_kept()
    {
        Tensor large = WithGradient(Tensor.Full([64], 1e20));
        Near(8e20, GradientClip.ByNorm([large], 1), 1e-6);
        Assert.All(large.Grad!.ToArray<float>(), static g => Assert.Equal(0.125f, g, 1e-6f));
        Tensor small = WithGradient(Tensor.Full([64], 1e-30));
        Near(8e-30, GradientClip.ByNorm([small], 1), 1e-6);
        Assert.All(small.Grad!.ToArray<float>(), static g => Assert.Equal(1e-30f, g));
    }

    [Fact]
    public void Gradients_whose_norm_no_double_holds_are_clipped()
    {
        Tensor parameter = WithGradient(Tensor.Full([400], 1e308, DType.Float64));
        Assert.Equal(double.PositiveInfinity, GradientClip.ByNorm([parameter], 20));
        Assert.All(parameter.Grad!.ToArray<double>(), static g => Assert.Equal(1, g, 1e-5));
    }

    [Fact]
    public void Types_and_sizes_mix()
    {
        Tensor[] parameters =
        [
            WithGradient(Tensor.Full([3], 1e200, DType.Float64)),
            WithGradient(Tensor.Full([5], 1e-30)),
            WithGradient(Tensor.Ones([2])),
            WithGradient(Tensor.Zeros([0])),
            Tensor.Ones(
                [2]),
        ];
        Near(Math.Sqrt(3) * 1e200, GradientClip.ByNorm(parameters, double.PositiveInfinity));
        Tensor[] tiny = [WithGradient(Tensor.Full([4], 1e-200, DType.Float64)), WithGradient(Tensor.Zeros([16]))];
        Near(2e-200, GradientClip.ByNorm(tiny, double.PositiveInfinity));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_is_not_finite_shows_in_the_norm_and_leaves_the_gradients(double value)
    {
        Tensor parameter = WithGradient(Tensor.From([1, value, 2], [3]));
        Assert.Equal(value, GradientClip.ByNorm([parameter], 1));
        Assert.Equal([1, value, 2], parameter.Grad!.ToArray<double>());
    }

    [Fact]
    public void A_parameter_that_comes_twice_counts_once()
    {
        Tensor parameter = WithGradient(Tensor.Full([4], 3.0, DType.Float64));
        Assert.Equal(6, GradientClip.ByNorm([parameter, parameter], 3), 1e-12);
        Assert.All(parameter.Grad!.ToArray<double>(), static g => Assert.Equal(1.5, g, 1e-6));
    }

    [Fact]
    public void Values_are_held_whatever_their_size()
    {
        Tensor parameter = WithGradient(Tensor.From([1e30f, -1e30f, 1e-40f, 0, float.NaN, float.PositiveInfinity], [6]));
        GradientClip.ByValue([parameter], 1e10);
        Assert.Equal([1e10f, -1e10f, 1e-40f, 0, float.NaN, 1e10f], parameter.Grad!.ToArray<float>());
    }

    [Fact]
    public void A_norm_that_is_not_positive_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(static () => GradientClip.ByNorm([WithGradient(Tensor.Ones([1]))], 1, norm: 0));

    [Fact]
    public void The_balance_of_gradients_counts_a_tensor_once()
    {
        Tensor x = Tensor.Full([4], 1e20);
        x.RequiresGrad = true;
        Near(0.5, new GradientBalance(epsilon: 0).Weight(x.Sum() * 2e19, x.Sum() * 1e19, x, x), 1e-6);
    }

    static Tensor WithGradient(Tensor gradient)
    {
        Tensor parameter = Tensor.ZerosLike(gradient);
        parameter.Grad = gradient;
        return parameter;
    }

    static void Near(double expected, double actual, double tolerance = 1e-5) =>
        Assert.True(
            expected == actual || Math.Abs(expected - actual) <= tolerance * Math.Abs(expected), $"{actual:R} should be {expected:R}");
}
