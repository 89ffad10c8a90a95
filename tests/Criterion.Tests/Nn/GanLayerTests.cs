using Criterion.Nn;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Nn;

/// <summary>Layers of the networks of GANs, beyond their golden numbers.</summary>
public class GanLayerTests
{
    static RandomStream Random => new(3);

    public static TheoryData<string> Names => [.. Cases().Keys];

    static Dictionary<string, (Layer Layer, int[] Input)> Cases() => new()
    {
        ["PixelNorm"] = (new PixelNorm(), [2, 3, 2, 2]),
        ["MinibatchStdDev"] = (new MinibatchStdDev(2, 2), [4, 2, 2, 2]),
        ["EqualizedLearningRate"] = (new EqualizedLearningRate(
            new ConvTranspose2d(2, 3, 2, dtype: DType.Float64), 1.4, 0.5, Random), [2, 2, 3, 3]),
        ["ModulatedConv2d"] = (new ModulatedConv2d(2, 3, 3, random: Random, dtype: DType.Float64), [2, 2, 3, 3]),
        ["ModulatedConv2d up"] = (new ModulatedConv2d(2, 3, 3, up: 2, random: Random, dtype: DType.Float64), [2, 2, 3, 3]),
        ["BlurResample up"] = (new BlurResample(up: 2), [1, 2, 3, 3]),
        ["BlurResample down"] = (new BlurResample(down: 2), [1, 2, 5, 4]),
        ["PixelShuffle"] = (new PixelShuffle(2), [1, 8, 2, 3]),
        ["SelfAttention2d"] = (WithGamma(new SelfAttention2d(4, 2, Random, DType.Float64)), [2, 4, 2, 2]),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Derivatives_by_the_input_are_those_of_central_differences(string name)
    {
        (Layer layer, int[] shape) = Cases()[name];
        GradCheck.Check(x => layer.Forward(x[0]), [Input(shape)]);
    }

    [Fact]
    public void Derivatives_by_styles_are_those_of_central_differences()
    {
        ModulatedConv2d layer = new(2, 3, 3, random: Random, dtype: DType.Float64);
        Tensor styles = Tensor.Randn([2, 2], DType.Float64, Random);
        GradCheck.Check(x => layer.Forward(x[0], x[1]).Square().Sum(), [Input([2, 2, 3, 3]), styles]);
    }

    [Theory]
    [InlineData(3, null)]
    [InlineData(5, 1)]
    public void An_enlarging_convolution_is_that_of_the_enlarged_image_away_from_the_border(int kernel, int? padding)
    {
        ModulatedConv2d up = new(2, 3, kernel, padding, up: 2, random: Random, dtype: DType.Float64);
        ModulatedConv2d plain = new(2, 3, kernel, padding, random: Random, dtype: DType.Float64);
        (Tensor x, Tensor styles) = (Input([2, 2, 8, 9]), Tensor.Rand([2, 2], DType.Float64, Random) + 0.5);

        // A transposed convolution is a convolution with the turned kernel.
        plain.LoadStateDict(new Dictionary<string, Tensor> { ["weight"] = up.Weight.Detach().Flip(2, 3) });
        (Tensor a, Tensor b) = (up.Forward(x, styles), plain.Forward(new BlurResample(up: 2).Forward(x), styles));
        Assert.Equal(b.Shape, a.Shape);
        GoldenAssert.Close(Inner(b), Inner(a), "interior");

        static Tensor Inner(Tensor y) => y.Narrow(2, 4, y.Shape[2] - 8).Narrow(3, 4, y.Shape[3] - 8);
    }

    [Fact]
    public void Demodulated_outputs_do_not_depend_on_the_size_of_the_styles()
    {
        ModulatedConv2d layer = new(4, 3, 3, random: Random, dtype: DType.Float64);
        (Tensor x, Tensor styles) = (Input([2, 4, 3, 3]), Tensor.Rand([2, 4], DType.Float64, Random) + 0.5);
        GoldenAssert.Close(layer.Forward(x, styles), layer.Forward(x, styles * 100), "output", 1e-6);
        GoldenAssert.Close(layer.Forward(x, Tensor.OnesLike(styles)), layer.Forward(x), "without styles");
    }

    [Fact]
    public void Standard_deviation_of_the_batch_couples_its_samples()
    {
        MinibatchStdDev layer = new();
        using (BatchCoupling.Refuse("R1: the gradient by an image must be that of its own score."))
        {
            Assert.Equal(
                "MinibatchStdDev", Assert.Throws<BatchCouplingException>(() => layer.Forward(Input([2, 2, 2, 2]))).Layer);
        }

        Tensor alike = Input([1, 2, 2, 2]).Expand(4, 2, 2, 2);
        Assert.All(layer.Forward(alike).Narrow(1, 2, 1).ToArray<double>(), static value => Assert.Equal(1e-4, value, 1e-12));
    }

    [Fact]
    public void Equalized_weights_start_as_normal_numbers_of_unit_size()
    {
        EqualizedLearningRate layer = new(new Linear(100, 200), multiplier: 0.01, random: Random);
        Assert.Equal(100, layer.Weight.Std().Item(), 2.0);
        Assert.All(layer.Bias!.ToArray<float>(), static value => Assert.Equal(0, value));
        Assert.Equal(1, layer.Forward(Tensor.Randn([500, 100], random: new RandomStream(4))).Std().Item(), 0.05);
        Assert.Equal(["weight", "bias"], layer.NamedParameters().Select(static p => p.Name));
    }

    [Fact]
    public void Blur_keeps_a_constant_image_away_from_the_border()
    {
        Tensor ones = Tensor.Ones([1, 1, 8, 8], DType.Float64);
        Tensor large = new BlurResample(up: 2).Forward(ones);
        Assert.Equal([1, 1, 16, 16], large.Shape);
        Assert.All(large.Narrow(2, 2, 12).Narrow(3, 2, 12).ToArray<double>(), static value => Assert.Equal(1, value, 1e-12));
        Tensor small = new BlurResample(down: 2).Forward(ones);
        Assert.Equal([1, 1, 4, 4], small.Shape);
        Assert.All(small.Narrow(2, 1, 2).Narrow(3, 1, 2).ToArray<double>(), static value => Assert.Equal(1, value, 1e-12));
    }

    [Fact]
    public void Attention_is_the_identity_at_first()
    {
        Tensor x = Input([2, 8, 3, 3]);
        Assert.Equal(x.ToArray<double>(), new SelfAttention2d(8, dtype: DType.Float64).Forward(x).ToArray<double>());
    }

    [Fact]
    public void Wrong_shapes_and_options_are_errors()
    {
        Assert.Throws<ShapeException>(static () => new PixelNorm().Forward(Tensor.Ones([3])));
        Assert.Throws<ShapeException>(static () => new MinibatchStdDev().Forward(Tensor.Ones([6, 2, 2, 2])));
        Assert.Throws<ShapeException>(static () => new MinibatchStdDev(channels: 2).Forward(Tensor.Ones([4, 3, 2, 2])));
        Assert.Throws<ShapeException>(static () => new ModulatedConv2d(2, 3, 3).Forward(Tensor.Ones([2, 2, 4, 4]), Tensor.Ones([2, 3])));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new ModulatedConv2d(2, 3, 3, up: 3));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new ModulatedConv2d(2, 3, 1, up: 2));
        Assert.Throws<ShapeException>(static () => new BlurResample().Forward(Tensor.Ones([2, 4, 4])));
        Assert.Throws<ShapeException>(static () => new PixelShuffle(2).Forward(Tensor.Ones([1, 6, 2, 2])));
        Assert.Throws<ShapeException>(static () => new PixelShuffle(2).Forward(Tensor.Ones([4, 2, 2])));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new PixelShuffle(0));
        Assert.Throws<ShapeException>(static () => new SelfAttention2d(8).Forward(Tensor.Ones([1, 4, 2, 2])));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new SelfAttention2d(12));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new BlurResample(2, 2));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new BlurResample(kernel: [1, -1]));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new BlurResample(up: 3, kernel: [1, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new PixelNorm(0));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new MinibatchStdDev(0));
    }

    static Tensor Input(int[] shape) => Tensor.Randn(new Shape(shape), DType.Float64, Random);

    static SelfAttention2d WithGamma(SelfAttention2d layer)
    {
        Init.Constant(layer.Gamma, 0.7);
        return layer;
    }
}
