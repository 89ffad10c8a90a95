using System.Text.Json;
using Criterion.Formats;
using Criterion.Losses;

namespace Criterion.Training.Tests;

public sealed class DistsTests : IDisposable
{
    const int Seed = 100;

    static readonly Lazy<DistsNetwork> Single = new(static () => Network(DType.Float32));

    readonly TempFolder _temp = new();

    public static TheoryData<string> Cases =>
        [.. NetworkGolden.Cases("dists").Select(static golden => golden.GetProperty("name").GetString()!)];

    public void Dispose() => _temp.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Value_gradient_and_second_order_are_those_of_PyTorch(string name)
    {
        JsonElement golden = NetworkGolden.Case("dists", name);
        Shape shape = [2, 3, golden.GetProperty("size")[0].GetInt32(), golden.GetProperty("size")[1].GetInt32()];
        Tensor x = NetworkGolden.Pixels(Seed, shape, -1, 1).To(DType.Float64);
        Tensor y = (0.5 * (x + NetworkGolden.Pixels(Seed + 1, shape, -1, 1).To(DType.Float64))).To(DType.Float32).To(DType.Float64);
        x.RequiresGrad = true;

        Tensor value = new DistsLoss(Network(DType.Float64), ImageRange.MinusOneOne, Reduction.None).Forward(x, y);
        Tensor gradient = Autograd.Grad(value.Sum(), x, createGraph: true);
        Tensor second = Autograd.Grad((gradient * NetworkGolden.Noise(102, x.Shape, round: false)).Sum(), x);

        Assert.Equal(
            golden.GetProperty("value").EnumerateArray().Select(static one => one.GetDouble()),
            value.ToArray<double>(),
            static (a, b) => Math.Abs(a - b) < 1e-11);
        NetworkGolden.Matches(golden.GetProperty("gradient"), gradient, 1e-8, "gradient");
        NetworkGolden.Matches(golden.GetProperty("second"), second, 1e-7, "second order");
    }

    [Fact]
    public void Images_in_every_range_have_the_same_distance_and_reductions_agree()
    {
        (Tensor x, Tensor y) = (NetworkGolden.Pixels(Seed, [2, 3, 16, 17], 0, 1), NetworkGolden.Pixels(Seed + 1, [2, 3, 16, 17], 0, 1));
        double expected = new Dists(Single.Value, ImageRange.ZeroOne).Of(x, y);
        Assert.InRange(expected, 0.01, 1);
        Assert.Equal(expected, new Dists(Single.Value, ImageRange.MinusOneOne).Of((x * 2) - 1, (y * 2) - 1), 5);
        Assert.Equal(expected, new Dists(Single.Value, ImageRange.Byte).Of(x * 255, y * 255), 5);
        Assert.Equal(expected, new Dists(Single.Value, ImageRange.ZeroOne).Of(y, x), 6);
        float[] each = new DistsLoss(Single.Value, ImageRange.ZeroOne, Reduction.None).Forward(x, y).ToArray<float>();
        Assert.Equal(2, each.Length);
        Assert.Equal(expected, each.Average(), 6);
        Assert.Equal(each.Sum(), new DistsLoss(Single.Value, ImageRange.ZeroOne, Reduction.Sum).Forward(x, y).Item(), 5);
        Assert.Equal(each[0], new Dists(Single.Value, ImageRange.ZeroOne).Of(x[0], y[0]), 6);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    public void Identical_images_have_distance_and_gradient_0(double black, double white)
    {
        Tensor x = NetworkGolden.Pixels(Seed, [1, 3, 16, 16], black, white);
        x.RequiresGrad = true;
        Tensor loss = new DistsLoss(Single.Value, ImageRange.ZeroOne).Forward(x, x.Detach());
        loss.Backward();
        Assert.Equal(0, loss.Item());
        Assert.All(x.Grad!.ToArray<float>(), static g => Assert.Equal(0, g));
    }

    [Fact]
    public void Features_that_are_all_0_have_finite_derivatives()
    {
        Vgg16 network = NetworkGolden.Filled(new Vgg16(new RandomStream(1)));
        network.Parameters()[3].Fill(-1000); // the bias of conv1_2: relu1_2 is 0 everywhere
        Tensor x = Tensor.Zeros([1, 3, 16, 16]);
        x.RequiresGrad = true;
        Tensor loss = new DistsLoss(new(network), ImageRange.ZeroOne).Forward(x, NetworkGolden.Pixels(Seed, x.Shape, 0, 1));
        Tensor gradient = Autograd.Grad(loss, x, createGraph: true);
        Tensor second = Autograd.Grad(gradient.Sum(), x);
        Assert.All(gradient.ToArray<float>().Concat(second.ToArray<float>()), static g => Assert.True(float.IsFinite(g)));
    }

    [Fact]
    public void A_NaN_is_not_dropped()
    {
        Tensor x = Tensor.Zeros([1, 3, 16, 16]);
        x[0, 0, 8, 8] = Tensor.Scalar(float.NaN);
        Assert.Equal(double.NaN, new DistsLoss(Single.Value, ImageRange.ZeroOne).Forward(x, Tensor.Zeros(x.Shape)).Item());
    }

    [Fact]
    public void Weights_are_loaded_by_the_names_of_the_authors()
    {
        IReadOnlyDictionary<string, Tensor> state = Single.Value.StateDict();
        Assert.Equal(["alpha", "beta"], state.Keys);
        Assert.All(state.Values, static weight => Assert.Equal([1, 1475, 1, 1], weight.Shape));
        Safetensors.Write(_temp["weights.safetensors"], state);
        Vgg16 network = NetworkGolden.Filled(new Vgg16(new RandomStream(1)));
        DistsNetwork loaded = DistsNetwork.Load(network, _temp["weights.safetensors"]);
        (Tensor x, Tensor y) = (NetworkGolden.Pixels(Seed, [1, 3, 16, 16], 0, 1), Tensor.Zeros([1, 3, 16, 16]));
        Assert.Equal(new Dists(Single.Value, ImageRange.ZeroOne).Of(x, y), new Dists(loaded, ImageRange.ZeroOne).Of(x, y));
        Assert.NotEqual(new Dists(new(network), ImageRange.ZeroOne).Of(x, y), new Dists(loaded, ImageRange.ZeroOne).Of(x, y));
        Assert.All(network.Parameters(), static parameter => Assert.False(parameter.RequiresGrad));
    }

    [Fact]
    public void Mistakes_name_the_fix()
    {
        DistsLoss loss = new(Single.Value, ImageRange.ZeroOne);
        Tensor x = Tensor.Zeros([1, 3, 16, 16]);
        Says<TrainingException>("weights.pt", "github.com/dingkeyan93/DISTS", static () => DistsNetwork.Load(new Vgg16(), "none"));
        Safetensors.Write(_temp["other.safetensors"], new Dictionary<string, Tensor> { ["alpha"] = Tensor.Ones(3) });
        Says<StateDictException>("alpha", "", () => DistsNetwork.Load(new Vgg16(), _temp["other.safetensors"]));
        Says<LossException>("-1", "Choose another ImageRange", () => loss.Forward(x - 1, x));
        Tensor grey = Tensor.Zeros([1, 1, 16, 16]);
        Says<ShapeException>("[1, 1, 16, 16]", "Expand(-1, 3, -1, -1)", () => loss.Forward(grey, grey));
        Says<ShapeException>("at least 16×16", "Resize", () => loss.Forward(Tensor.Zeros([1, 3, 15, 20]), Tensor.Zeros([1, 3, 15, 20])));
        Says<LossException>("empty", "OnEmpty", () => loss.Forward(Tensor.Zeros([0, 3, 16, 16]), Tensor.Zeros([0, 3, 16, 16])));
        Says<ArgumentNullException>("Network", "", static () => new Dists(null!, ImageRange.Byte));
    }

    static DistsNetwork Network(DType dtype)
    {
        DistsNetwork network = new(NetworkGolden.Filled(new Vgg16(new RandomStream(1), dtype)));
        foreach ((Tensor weight, int i) in network.StateDict().Values.Select(static (weight, i) => (weight, i)))
        {
            weight.CopyFrom(NetworkGolden.Noise(200 + i, weight.Shape, centre: 0.5));
        }

        return network;
    }

    static void Says<T>(string what, string fix, Action act)
        where T : Exception
    {
        string message = Assert.ThrowsAny<T>(act).Message;
        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.Contains(fix, message, StringComparison.Ordinal);
    }
}
