using System.Text.Json;
using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training.Tests;

public sealed class FidInceptionTests : IDisposable
{
    static readonly Lazy<FidInception> Single = new(static () => Filled(new FidInception(InceptionResize.Legacy, new RandomStream(1))));

    readonly TempFolder _temp = new();

    public static TheoryData<string> Resized =>
        [.. NetworkGolden.Cases("inception").Skip(2).Select(static golden => golden.GetProperty("name").GetString()!)];

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Names_are_those_of_pytorch_fid()
    {
        JsonElement names = NetworkGolden.Case("inception", "names").GetProperty("names");
        Assert.Equal(
            names.EnumerateArray().Select(static name => name.GetString()!), Weights(Single.Value).Select(static pair => pair.Key));
        Assert.Equal(23_850_960, Single.Value.ParameterCount);
    }

    [Theory]
    [InlineData(DType.Float64, 1e-9)]
    [InlineData(DType.Float32, 5e-4)]
    public void Features_probabilities_and_gradient_are_those_of_PyTorch(DType dtype, double tolerance)
    {
        JsonElement golden = NetworkGolden.Case("inception", "network");
        FidInception network = dtype == DType.Float32
            ? Single.Value
            : Filled(new FidInception(InceptionResize.Legacy, new RandomStream(1), dtype));
        Tensor x = NetworkGolden.Noise(100, [2, 3, 107, 91], width: 2).To(dtype);
        x.RequiresGrad = true;

        Tensor features = network.Forward(x);
        (features * features).Mean().Backward();

        NetworkGolden.Matches(golden.GetProperty("features"), features, tolerance, "features");
        NetworkGolden.Matches(golden.GetProperty("probabilities"), network.Probabilities(features), 10 * tolerance, "probabilities");
        NetworkGolden.Matches(golden.GetProperty("gradient"), x.Grad!, 10 * tolerance, "gradient");
    }

    [Theory]
    [MemberData(nameof(Resized))]
    public void Images_are_resized_as_by_the_reference(string name)
    {
        JsonElement golden = NetworkGolden.Case("inception", name);
        InceptionResize resize = golden.GetProperty("how").GetString() switch
        {
            "clean" => InceptionResize.Clean,
            "legacy" => InceptionResize.Legacy,
            _ => InceptionResize.PyTorchFid,
        };
        Shape shape = [1, 3, golden.GetProperty("size")[0].GetInt32(), golden.GetProperty("size")[1].GetInt32()];
        Tensor bytes = Tensor.From([.. NetworkGolden.Numbers(100, shape.Count).Select(static x => Math.Floor((x + 0.5) * 256))], shape);

        // Pillow rounds to Float32 after each side.
        double tolerance = resize == InceptionResize.Clean ? 1e-6 : 1e-12;
        NetworkGolden.Matches(golden.GetProperty("resized"), InceptionInput.Of(bytes, resize), tolerance, name);
        if (golden.GetProperty("features").ValueKind == JsonValueKind.Object)
        {
            FidInception network = new(resize, new RandomStream(1));
            network.LoadStateDict(Single.Value.StateDict());
            NetworkGolden.Matches(golden.GetProperty("features"), network.Features(bytes.To(DType.UInt8), ImageRange.Byte), 5e-4, name);
        }
    }

    [Fact]
    public void Images_in_every_range_and_grey_ones_have_the_same_features()
    {
        Tensor grey = NetworkGolden.Pixels(100, [1, 1, 20, 24], 0, 1);
        float[] expected = Single.Value.Features(grey, ImageRange.ZeroOne).ToArray<float>();
        Assert.Equal(expected, Single.Value.Features((grey * 2) - 1, ImageRange.MinusOneOne).ToArray<float>(), Near);
        Assert.Equal(expected, Single.Value.Features(grey * 255, ImageRange.Byte).ToArray<float>(), Near);
        Assert.Equal(expected, Single.Value.Features(grey.Expand(-1, 3, -1, -1), ImageRange.ZeroOne).ToArray<float>(), Near);
    }

    [Fact]
    public void Weights_are_loaded()
    {
        // Files of pytorch-fid were saved before num_batches_tracked.
        Safetensors.Write(_temp["inception.safetensors"], [.. Weights(Single.Value)]);
        FidInception loaded = FidInception.Load(_temp["inception.safetensors"], InceptionResize.Legacy);
        Tensor image = NetworkGolden.Pixels(100, [1, 3, 20, 24], 0, 1);
        Assert.Equal(
            Single.Value.Features(image, ImageRange.ZeroOne).ToArray<float>(), loaded.Features(image, ImageRange.ZeroOne).ToArray<float>());
        Assert.All(loaded.Parameters(), static parameter => Assert.False(parameter.RequiresGrad));
        Assert.False(loaded.IsTraining);
    }

    [Fact]
    public void Mistakes_name_the_fix()
    {
        Says<TrainingException>(
            "pt_inception-2015-12-05-6726825d.pth (91 MB", "github.com/mseitzer/pytorch-fid", static () => FidInception.Load("none"));
        Says<ShapeException>(
            "[1, 2, 8, 8]", "[N, 3, H, W]", static () => Single.Value.Features(Tensor.Zeros([1, 2, 8, 8]), ImageRange.Byte));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new FidInception((InceptionResize)3));
        Safetensors.Write(_temp["other.safetensors"], new Sequential(new Linear(2, 2)).StateDict());
        Says<StateDictException>("Conv2d_1a_3x3", "0.weight", () => FidInception.Load(_temp["other.safetensors"]));
    }

    /// <summary>Gives the network weights that follow from their positions in the state.</summary>
    internal static FidInception Filled(FidInception network)
    {
        int seed = 0;
        foreach ((string name, Tensor value) in network.StateDict().Where(static pair => pair.Value.DType.IsFloat()))
        {
            bool isFactor = name.EndsWith("bn.weight", StringComparison.Ordinal) || name.EndsWith("running_var", StringComparison.Ordinal);
            double width = value.Rank > 1 ? 2 * Math.Sqrt(6.0 / (value.Count / value.Size(0))) : 0.2;
            value.CopyFrom(NetworkGolden.Noise(seed++, value.Shape, width, isFactor ? 1 : 0));
        }

        return network;
    }

    static IEnumerable<KeyValuePair<string, Tensor>> Weights(FidInception network) =>
        network.StateDict().Where(static pair => !pair.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal));

    static bool Near(float a, float b) => Math.Abs(a - b) < 1e-4;

    static void Says<T>(string what, string fix, Action act)
        where T : Exception
    {
        string message = Assert.ThrowsAny<T>(act).Message;
        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.Contains(fix, message, StringComparison.Ordinal);
    }
}
