namespace Criterion.Tests.Tensors;

/// <summary>Sums, norms and logarithms of sums of exponentials where squares, sums or exponentials leave the range on the way.</summary>
public class ExtremeReductionTests
{
    public static TheoryData<DType, int, double> Scales
    {
        get
        {
            TheoryData<DType, int, double> data = [];
            foreach (int length in new[] { 1, 2, 3, 16, 33, 64, 100, 2000 })
            {
                foreach (int exponent in new[] { -124, -100, -66, 0, 66, 100, 120 })
                {
                    data.Add(DType.Float32, length, Math.ScaleB(1, exponent));
                }

                foreach (int exponent in new[] { -1016, -700, 0, 700, 1000 })
                {
                    data.Add(DType.Float64, length, Math.ScaleB(1, exponent));
                }
            }

            return data;
        }
    }

    [Fact]
    [Trait("Case", "norm-overflow")]
    public void Norm_does_not_overflow_when_squared()
    {
        Tensor x = Variable([1e20, 1, 1], DType.Float32);
        Tensor norm = x.Norm();
        norm.Backward();
        Assert.Equal((float)1e20, norm.Item());
        Assert.Equal([1, 1e-20f, 1e-20f], x.Grad!.ToArray<float>());
    }

    [Theory]
    [MemberData(nameof(Scales))]
    public void Norms_scale_with_their_rows(DType type, int length, double scale)
    {
        double[] pattern = Pattern(length);
        foreach (double p in new[] { 1, 1.5, 2, 3, 10, double.PositiveInfinity })
        {
            double norm = Power(pattern, p);
            Tensor rows = Variable([.. pattern, .. pattern.Select(static v => v / 2)], type, scale).Reshape(2, length);
            Near(norm * scale, rows.Norm(1, p: p)[0], type);
            Near(norm * scale / 2, rows.Norm(1, p: p)[1], type);
            Near(norm * scale, rows.Transpose().Norm(0, p: p)[0], type);
        }
    }

    [Theory]
    [MemberData(nameof(Scales))]
    public void Gradients_of_norms_do_not_depend_on_the_scale(DType type, int length, double scale)
    {
        double[] pattern = Pattern(length);
        double norm = Power(pattern, 2);
        Tensor x = Variable(pattern, type, scale);
        Tensor[] fused = Autograd.Grad([x.Norm()], [x]);
        Tensor[] recorded = Autograd.Grad([x.Norm()], [x], createGraph: true);
        Tensor second = Autograd.Grad(recorded[0][0], x);
        for (int i = 0; i < length; i++)
        {
            Near(pattern[i] / norm, fused[0][i], type);
            Near(pattern[i] / norm, recorded[0][i], type);
            double curvature = ((i == 0 ? 1 : 0) - (pattern[0] * pattern[i] / (norm * norm))) / norm / scale;
            Near(curvature, second[i], type, 2 / norm / scale);
        }
    }

    [Theory]
    [MemberData(nameof(Scales))]
    public void Deviations_scale_with_their_values(DType type, int length, double scale)
    {
        double[] pattern = Pattern(length);
        double mean = pattern.Average();
        double variance = pattern.Sum(v => (v - mean) * (v - mean)) / length;
        Tensor x = Variable(pattern, type, scale);
        Near(Math.Sqrt(variance) * scale, x.Std(correction: 0), type, scale);
        Near(variance * scale * scale, x.Var(correction: 0), type, scale * scale);
    }

    [Theory]
    [InlineData(DType.Float32, 0.1)]
    [InlineData(DType.Float64, 0.1)]
    [InlineData(DType.Float32, 3e37)]
    public void Equal_values_have_no_deviation(DType type, double value)
    {
        foreach (int length in new[] { 2, 3, 7, 64, 1001 })
        {
            Tensor x = Tensor.Full([length], value, DType.Float64).To(type);
            x.RequiresGrad = true;
            Tensor deviation = x.Std();
            deviation.Backward();
            Assert.Equal(0, deviation.Item());
            Assert.Equal(0, x.Grad!.Abs().Max().Item());
        }
    }

    [Fact]
    public void The_gradient_of_a_norm_beyond_the_range_is_right()
    {
        Tensor x = Variable(Enumerable.Repeat(3e38, 64), DType.Float32);
        Tensor norm = x.Norm();
        norm.Backward();
        Assert.Equal(double.PositiveInfinity, norm.Item());
        Assert.All(x.Grad!.ToArray<float>(), static g => Assert.Equal(0.125f, g));
    }

    [Theory]
    [InlineData(DType.Float32, 3e38)]
    [InlineData(DType.Float64, 1.7e308)]
    public void Means_do_not_overflow(DType type, double large)
    {
        foreach (int length in new[] { 2, 3, 16, 33, 64, 20000 })
        {
            Tensor x = Tensor.Full([length, 3], large, DType.Float64).To(type);
            double expected = x[0, 0].Item();
            Near(expected, x.Mean(), type);
            Near(expected, x.Mean(0)[1], type);
            Near(expected, x.Transpose().Contiguous().Mean(1)[1], type);
            Near(expected, x.Reshape(length, 1, 3).Mean([0, 2])[0], type);
        }
    }

    [Theory]
    [InlineData(DType.Float32, 1.7014118346046923e38)]
    [InlineData(DType.Float64, 8.98846567431158e307)]
    public void Sums_do_not_overflow_on_the_way(DType type, double large)
    {
        foreach (int pairs in new[] { 1, 8, 33, 20000 })
        {
            Tensor half = Tensor.Full([pairs], large, DType.Float64).To(type);
            Tensor x = Tensor.Cat([half, -half, half[..1]]);
            Near(half[0].Item(), x.Sum(), type);
            Near(half[0].Item(), x.Unsqueeze(1).Expand(-1, 5).Contiguous().Sum(0)[4], type);
            Near(half[0].Item(), Tensor.Stack([x, x, -x], 1).Unsqueeze(1).Sum([0, 2])[0], type);
        }

        Assert.Equal(double.PositiveInfinity, Tensor.Full([64], large, DType.Float64).To(type).Sum().Item());
        Assert.Equal(double.NegativeInfinity, Variable([1, double.NegativeInfinity, 2], type).Sum().Item());
        Assert.True(double.IsNaN(Variable([double.PositiveInfinity, double.NegativeInfinity], type).Sum().Item()));
    }

    [Fact]
    public void Sums_of_many_floats_keep_their_digits()
    {
        Tensor x = Tensor.Full([1_000_001, 1], 0.1f);
        double exact = 1_000_001 * (double)0.1f;
        Assert.Equal(exact, x.Sum().Item(), 1e-6 * exact);
        Assert.Equal(exact, x.Expand(-1, 17).Contiguous().Sum(0)[16].Item(), 1e-6 * exact);
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    [Trait("Case", "logsumexp-all-masked")]
    public void LogSumExp_of_nothing_has_no_gradient(DType type)
    {
        double never = double.NegativeInfinity;
        Tensor x = Variable([never, never, never, 0, 1, never], type);
        Tensor y = x.Reshape(3, 2).LogSumExp(1);
        Tensor[] first = Autograd.Grad([y], [x], createGraph: true, gradients: [Tensor.OnesLike(y)]);
        Assert.Equal(never, y[0].Item());
        Assert.Equal([0, 0, 0, 1, 1, 0], first[0].To(DType.Float64).ToArray<double>());
        Assert.Equal([0, 0, 0, 0, 0, 0], Autograd.Grad((first[0] * first[0]).Sum(), x).To(DType.Float64).ToArray<double>());
        Tensor sum = x.Reshape(3, 2).LogSumExp(1).MaskedFill(y.Detach().EqualTo(never), 0).Sum();
        Assert.Equal([0, 0, 0, 1, 1, 0], Autograd.Grad(sum, x).To(DType.Float64).ToArray<double>());
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Infinite_logits_share_the_probability(DType type)
    {
        double most = double.PositiveInfinity;
        Tensor x = Variable([1, most, double.NegativeInfinity, 3, most], type);
        Assert.Equal(most, x.LogSumExp(0).Item());
        Assert.Equal([0, 0.5, 0, 0, 0.5], Autograd.Grad(x.LogSumExp(0), x).To(DType.Float64).ToArray<double>());
        Assert.Equal([0, 0.5, 0, 0, 0.5], x.Softmax(0).To(DType.Float64).ToArray<double>());
        Assert.Equal(0, Variable([1, most, 2], type).LogSoftmax(0)[1].Item());
        Tensor never = Variable([double.NegativeInfinity, double.NegativeInfinity], type);
        Assert.All(never.Softmax(0).To(DType.Float64).ToArray<double>(), static p => Assert.True(double.IsNaN(p)));
    }

    [Theory]
    [InlineData(DType.Float32, 20, 1e-6)]
    [InlineData(DType.Float32, 80, 1e-6)]
    [InlineData(DType.Float64, 40, 1e-14)]
    [InlineData(DType.Float64, 700, 1e-14)]
    public void What_a_sure_row_leaves_to_the_others_is_not_lost(DType type, double lead, double tolerance)
    {
        Tensor x = Variable([0, -lead, -lead, -2 * lead], type);
        double others = 2 * Math.Exp(-lead);
        Assert.Equal(1, x.LogSumExp(0).Item() / others, tolerance);
        Assert.Equal(-1, x.LogSoftmax(0)[0].Item() / others, tolerance);
    }

    [Theory]
    [InlineData(DType.Float32, 3e38)]
    [InlineData(DType.Float64, 1.7e308)]
    public void LogSumExp_of_large_numbers_is_finite(DType type, double large)
    {
        Tensor x = Variable([large, -large, large, 0], type);
        Near(x[0].Item(), x.LogSumExp(0), type);
        Assert.Equal([0.5, 0, 0.5, 0], Autograd.Grad(x.LogSumExp(0), x).To(DType.Float64).ToArray<double>());
        Assert.Equal([0.5, 0, 0.5, 0], x.Softmax(0).To(DType.Float64).ToArray<double>());
    }

    static double[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(static i => ((i * 7) % 16 / 8.0) - 0.875)];

    static double Power(double[] x, double p) =>
        double.IsInfinity(p) ? x.Max(Math.Abs) : Math.Pow(x.Sum(v => Math.Pow(Math.Abs(v), p)), 1 / p);

    static Tensor Variable(IEnumerable<double> values, DType type, double scale = 1)
    {
        double[] all = [.. values.Select(v => v * scale)];
        Tensor x = Tensor.From(all, [all.Length]).To(type);
        x.RequiresGrad = true;
        return x;
    }

    // Relative to the larger of the value and what its parts come to; of denormal numbers and those out of range as they are rounded.
    static void Near(double expected, Tensor actual, DType type, double parts = 0)
    {
        (double epsilon, double least, double most) =
            type == DType.Float32 ? (4e-7, 3e-45, float.MaxValue) : (1e-15, 1e-323, double.MaxValue);
        double value = actual.Item();
        bool isRight = Math.Abs(expected) >= most
            ? Math.Abs(value) >= most * (1 - epsilon)
            : Math.Abs(value - expected) <= (10 * epsilon * Math.Max(Math.Abs(expected), parts)) + least;
        Assert.True(isRight, $"{value:R} for {expected:R}");
    }
}
