using System.Text.Json;
using Criterion.Formats;
using Criterion.Losses;

namespace Criterion.Training.Tests;

public sealed class LpipsTests : IDisposable
{
    const int Seed = 100;

    static readonly Lazy<LpipsNetwork> Alex = new(static () => Network("alexnet", learned: true, DType.Float32));

    readonly TempFolder _temp = new();

    public static TheoryData<string> Cases =>
        [.. NetworkGolden.Cases("lpips").Select(static golden => golden.GetProperty("name").GetString()!)];

    public void Dispose() => _temp.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Value_gradient_and_second_order_are_those_of_PyTorch(string name)
    {
        JsonElement golden = NetworkGolden.Case("lpips", name);
        (Tensor x, Tensor y) = Images(golden);
        x.RequiresGrad = true;
        LpipsLoss loss = new(Network(name, DType.Float64), ImageRange.MinusOneOne, Reduction.None);

        Tensor value = loss.Forward(x, y);
        Tensor gradient = Autograd.Grad(value.Sum(), x, createGraph: true);
        Tensor second = Autograd.Grad((gradient * NetworkGolden.Noise(102, x.Shape, round: false)).Sum(), x);

        Assert.Equal(Numbers(golden, "value"), value.ToArray<double>(), static (a, b) => Math.Abs(a - b) < 1e-10);
        NetworkGolden.Matches(golden.GetProperty("gradient"), gradient, 1e-8, "gradient");
        NetworkGolden.Matches(golden.GetProperty("second"), second, 1e-8, "second order");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Differs_little_from_the_form_of_the_authors(string name)
    {
        JsonElement golden = NetworkGolden.Case("lpips", name);
        (Tensor x, Tensor y) = Images(golden);
        Lpips metric = new(Network(name, DType.Float32), ImageRange.MinusOneOne);
        Assert.Equal(
            Numbers(golden, "official"), metric.PerImage(x, y).ToArray<double>(), static (a, b) => Math.Abs(a - b) < 2e-6 * a);
    }

    [Fact]
    public void Images_in_every_range_have_the_same_distance()
    {
        (Tensor x, Tensor y) = (NetworkGolden.Pixels(Seed, [2, 3, 33, 36], 0, 1), NetworkGolden.Pixels(Seed + 1, [2, 3, 33, 36], 0, 1));
        double expected = new Lpips(Alex.Value, ImageRange.ZeroOne).Of(x, y);
        Assert.Equal(expected, new Lpips(Alex.Value, ImageRange.MinusOneOne).Of((x * 2) - 1, (y * 2) - 1), 6);
        Assert.Equal(expected, new Lpips(Alex.Value, ImageRange.Byte).Of(x * 255, y * 255), 6);
        Assert.Equal(expected, new LpipsLoss(Alex.Value, ImageRange.ZeroOne).Forward(x, y).Item(), 6);
        Assert.Equal(expected, new Lpips(Alex.Value, ImageRange.ZeroOne).Of(y, x), 6);
    }

    [Fact]
    public void Reductions_agree()
    {
        (Tensor x, Tensor y) = (NetworkGolden.Pixels(Seed, [3, 3, 31, 31], 0, 1), NetworkGolden.Pixels(Seed + 1, [3, 3, 31, 31], 0, 1));
        LpipsLoss loss = new(Alex.Value, ImageRange.ZeroOne, Reduction.None);
        float[] each = loss.Forward(x, y).ToArray<float>();
        Assert.Equal(3, each.Length);
        Assert.Equal(each.Average(), (loss with { Reduction = Reduction.Mean }).Forward(x, y).Item(), 5);
        Assert.Equal(each.Sum(), (loss with { Reduction = Reduction.Sum }).Forward(x, y).Item(), 5);
        Assert.Equal(each[0], new Lpips(Alex.Value, ImageRange.ZeroOne).Of(x[0], y[0]), 5);
    }

    [Fact]
    public void Identical_images_have_distance_and_gradient_0()
    {
        Tensor x = NetworkGolden.Pixels(Seed, [1, 3, 31, 31], 0, 1);
        x.RequiresGrad = true;
        Tensor loss = new LpipsLoss(Alex.Value, ImageRange.ZeroOne).Forward(x, x.Detach());
        loss.Backward();
        Assert.Equal(0, loss.Item());
        Assert.All(x.Grad!.ToArray<float>(), static g => Assert.Equal(0, g));
    }

    [Fact]
    public void Features_that_are_all_0_have_finite_derivatives()
    {
        AlexNet network = NetworkGolden.Filled(new AlexNet(new RandomStream(1)));
        network.Parameters()[1].Fill(-20); // the bias of conv1: relu1 is 0 wherever an image is not bright
        LpipsLoss loss = new(new LpipsNetwork(network), ImageRange.ZeroOne);
        Tensor x = Tensor.Zeros([1, 3, 31, 31]);
        x.RequiresGrad = true;
        Tensor gradient = Autograd.Grad(loss.Forward(x, NetworkGolden.Pixels(Seed, x.Shape, 0, 1)), x, createGraph: true);
        Tensor second = Autograd.Grad(gradient.Sum(), x);
        Assert.Equal(0, network.Features(ImageNetNetwork.Normalize(x, ImageRange.ZeroOne), "relu1")[0].Max().Item());
        Assert.All(gradient.ToArray<float>().Concat(second.ToArray<float>()), static g => Assert.True(float.IsFinite(g)));
    }

    [Fact]
    public void A_NaN_is_not_dropped()
    {
        Tensor x = Tensor.Zeros([1, 3, 31, 31]);
        x[0, 0, 15, 15] = Tensor.Scalar(float.NaN);
        Assert.Equal(double.NaN, new LpipsLoss(Alex.Value, ImageRange.ZeroOne).Forward(x, Tensor.Zeros(x.Shape)).Item());
    }

    [Fact]
    public void Networks_stay_frozen()
    {
        AlexNet network = NetworkGolden.Filled(new AlexNet(new RandomStream(1)));
        Tensor x = NetworkGolden.Pixels(Seed, [1, 3, 31, 31], 0, 1);
        x.RequiresGrad = true;
        new LpipsLoss(new LpipsNetwork(network), ImageRange.ZeroOne).Forward(x, Tensor.Zeros(x.Shape)).Backward();
        Assert.NotNull(x.Grad);
        Assert.All(network.Parameters(), static parameter => Assert.True(parameter is { Grad: null, RequiresGrad: false }));
    }

    [Fact]
    public void Weights_are_loaded_by_the_names_of_the_authors()
    {
        Safetensors.Write(_temp["alex.safetensors"], Alex.Value.StateDict());
        Assert.Equal(
            ["lin0.model.1.weight", "lin1.model.1.weight", "lin2.model.1.weight", "lin3.model.1.weight", "lin4.model.1.weight"],
            Alex.Value.StateDict().Keys);
        AlexNet network = NetworkGolden.Filled(new AlexNet(new RandomStream(1)));
        LpipsNetwork loaded = LpipsNetwork.Load(network, _temp["alex.safetensors"]);
        (Tensor x, Tensor y) = (NetworkGolden.Pixels(Seed, [1, 3, 31, 31], 0, 1), Tensor.Zeros([1, 3, 31, 31]));
        Assert.Equal(new Lpips(Alex.Value, ImageRange.ZeroOne).Of(x, y), new Lpips(loaded, ImageRange.ZeroOne).Of(x, y));
        Assert.NotEqual(new Lpips(new(network), ImageRange.ZeroOne).Of(x, y), new Lpips(loaded, ImageRange.ZeroOne).Of(x, y));
        Says<StateDictException>("lin1.model.1.weight", "", () => LpipsNetwork.Load(new Vgg16(), _temp["alex.safetensors"]));
    }

    [Fact]
    public void Mistakes_name_the_fix()
    {
        LpipsLoss loss = new(Alex.Value, ImageRange.ZeroOne);
        Tensor x = Tensor.Zeros([1, 3, 31, 31]);
        Says<TrainingException>(
            "alex.pth (6,009 bytes)", "github.com/richzhang/PerceptualSimilarity", static () => LpipsNetwork.Load(new AlexNet(), "none"));
        Says<TrainingException>("vgg.pth (7,289 bytes)", "v0.1", static () => LpipsNetwork.Load(new Vgg16(), "none"));
        Says<ArgumentException>("Vgg19", "AlexNet or Vgg16", static () => new LpipsNetwork(new Vgg19()));
        Says<LossException>("-1", "Choose another ImageRange", () => loss.Forward(x - 1, x));
        Tensor grey = Tensor.Zeros([1, 1, 31, 31]);
        Says<ShapeException>("[1, 1, 31, 31]", "Expand(-1, 3, -1, -1)", () => loss.Forward(grey, grey));
        Says<ShapeException>("at least 31×31", "Resize", () => loss.Forward(Tensor.Zeros([1, 3, 30, 40]), Tensor.Zeros([1, 3, 30, 40])));
        Says<LossException>("empty", "OnEmpty", () => loss.Forward(Tensor.Zeros([0, 3, 31, 31]), Tensor.Zeros([0, 3, 31, 31])));
        Says<ArgumentNullException>("Network", "", static () => new Lpips(null!, ImageRange.Byte));
    }

    static LpipsNetwork Network(string name, DType dtype) =>
        Network(name.Split(' ')[0], name.EndsWith("learned", StringComparison.Ordinal), dtype);

    static LpipsNetwork Network(string kind, bool learned, DType dtype)
    {
        RandomStream random = new(1);
        LpipsNetwork network = new(
            NetworkGolden.Filled<ImageNetNetwork>(kind == "vgg16" ? new Vgg16(random, dtype) : new AlexNet(random, dtype)));
        foreach ((Tensor weight, int i) in network.StateDict().Values.Select(static (weight, i) => (weight, i)))
        {
            weight.CopyFrom(learned ? NetworkGolden.Noise(200 + i, weight.Shape, centre: 0.5) : Tensor.Ones(weight.Shape));
        }

        return network;
    }

    static (Tensor X, Tensor Y) Images(JsonElement golden)
    {
        Shape shape = [2, 3, golden.GetProperty("size")[0].GetInt32(), golden.GetProperty("size")[1].GetInt32()];
        Tensor x = NetworkGolden.Pixels(Seed, shape, -1, 1).To(DType.Float64);
        Tensor other = NetworkGolden.Pixels(Seed + 1, shape, -1, 1).To(DType.Float64);
        return (x, (0.5 * (x + other)).To(DType.Float32).To(DType.Float64));
    }

    static IEnumerable<double> Numbers(JsonElement golden, string name) =>
        golden.GetProperty(name).EnumerateArray().Select(static value => value.GetDouble());

    static void Says<T>(string what, string fix, Action act)
        where T : Exception
    {
        string message = Assert.ThrowsAny<T>(act).Message;
        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.Contains(fix, message, StringComparison.Ordinal);
    }
}
