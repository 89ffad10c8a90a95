using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Tests.Losses.Penalties;

public class WeightClipTests
{
    [Fact]
    public void Weights_end_within_the_box()
    {
        Tensor w = Tensor.From<double>([-1, -0.5, -0.1, 0, 0.3, 0.5, double.PositiveInfinity]);
        new WeightClip(0.5).Apply([w]);
        Assert.Equal([-0.5, -0.5, -0.1, 0, 0.3, 0.5, 0.5], w.ToArray<double>());
    }

    [Fact]
    public void Parameters_of_a_module_are_changed_where_they_are()
    {
        Linear layer = new(20, 10, random: new RandomStream(1));
        Tensor before = layer.Weight.Detach().Clone();
        new WeightClip().Apply(layer.Parameters());
        Assert.True(layer.Parameters().All(static p => p.RequiresGrad && p.Detach().Abs().Max().Item() <= 0.01f));
        Assert.Equal(before.Clamp(-0.01f, 0.01f).ToArray<float>(), layer.Weight.ToArray<float>());
    }

    [Theory]
    [InlineData(DType.Int64)]
    [InlineData(DType.UInt8)]
    [InlineData(DType.Bool)]
    public void Only_floats_are_clipped(DType type)
    {
        DTypeException error = Assert.Throws<DTypeException>(() => new WeightClip().Apply([Tensor.Zeros([2], type)]));
        Assert.Contains($"must be Float32 or Float64, but [2] is {type}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NaN_stays()
    {
        Tensor w = Tensor.From(new double[,] { { 1, double.NaN }, { -3, 0.001 } });
        new WeightClip().Apply([w]);
        Assert.Equal([0.01, double.NaN, -0.01, 0.001], w.ToArray<double>());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Limit_must_be_positive(double limit) => Assert.Throws<ArgumentOutOfRangeException>(() => new WeightClip(limit));

    [Fact]
    public void It_is_shown_and_stored()
    {
        CriterionAssert.IsShown(new WeightClip());
        CriterionAssert.IsStored(new WeightClip(0.1));
    }
}
