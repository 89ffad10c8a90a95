namespace Criterion.Tests.Tensors;

/// <summary>Rounding at halves, at signs of zero, at what is not finite, and of integers.</summary>
public class RoundingTests
{
    static readonly double[] Numbers =
        [-2.5, -1.5, -1.2, -0.5, -0.0, 0.0, 0.3, 0.5, 1.5, 2.5, 8388609, 4503599627370497, 1e300, double.NaN, double.PositiveInfinity,
            double.NegativeInfinity, 0.49999999999999994];

    public static TheoryData<string, Func<Tensor, Tensor>, Func<double, double>> Functions => new()
    {
        { "Round", static x => x.Round(), static x => Math.Round(x, MidpointRounding.ToEven) },
        { "Floor", static x => x.Floor(), Math.Floor },
        { "Ceil", static x => x.Ceil(), Math.Ceiling },
        { "Trunc", static x => x.Trunc(), Math.Truncate },
        { "Frac", static x => x.Frac(), static x => x - Math.Truncate(x) },
    };

    [Theory]
    [MemberData(nameof(Functions), DisableDiscoveryEnumeration = true)]
    public void Numbers_are_rounded_bit_for_bit(string name, Func<Tensor, Tensor> round, Func<double, double> expected)
    {
        Assert.NotEmpty(name);
        Assert.Equal(Numbers.Select(expected).Select(Bits), round(Tensor.From(Numbers)).ToArray<double>().Select(Bits));
        float[] singles = [.. Numbers.Select(static x => (float)x)];
        Assert.Equal(
            singles.Select(x => Bits((float)expected(x))), round(Tensor.From(singles)).ToArray<float>().Select(static x => Bits(x)));
        Assert.Equal([], round(Tensor.Zeros(0)).ToArray<float>());

        static long Bits(double x) => double.IsNaN(x) ? long.MinValue + 1 : BitConverter.DoubleToInt64Bits(x);
    }

    [Fact]
    public void Integers_stay_what_they_are()
    {
        Assert.Equal([3L, -3], Tensor.From(3, -3).Round().ToArray<long>());
        Assert.Equal(DType.UInt8, Tensor.From((byte)3).Floor().DType);
        Assert.Equal([0L, 0], Tensor.From(3, -3).Frac().ToArray<long>());
    }

    [Fact]
    public void Rounding_passes_no_gradient()
    {
        Tensor x = Tensor.From([0.4, 1.6], requiresGrad: true);
        (x.Round() * x).Sum().Backward();
        Assert.Equal([0.0, 2], x.Grad!.ToArray<double>());
    }
}
