using System.Diagnostics;
using System.Text.Json;
using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training.Tests;

public sealed class ImageNetNetworkTests : IDisposable
{
    static readonly Dictionary<string, Func<DType, ImageNetNetwork>> Kinds = new()
    {
        ["vgg16"] = static dtype => new Vgg16(new RandomStream(1), dtype),
        ["vgg19"] = static dtype => new Vgg19(new RandomStream(1), dtype),
        ["alexnet"] = static dtype => new AlexNet(new RandomStream(1), dtype),
    };

    static readonly Lazy<Vgg16> Single = new(static () => NetworkGolden.Filled(new Vgg16(new RandomStream(1))));

    readonly TempFolder _temp = new();

    public static TheoryData<string, string, DType, double> Cases =>
    [
        .. from network in Kinds.Keys
           from golden in NetworkGolden.Cases(network)
           from type in ((DType, double)[])[(DType.Float64, 1e-9), (DType.Float32, 2e-5)]
           select (network, golden.GetProperty("name").GetString()!, type.Item1, type.Item2),
    ];

    public void Dispose() => _temp.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Features_and_the_gradient_by_the_image_are_those_of_torchvision(string kind, string name, DType dtype, double tolerance)
    {
        JsonElement golden = NetworkGolden.Case(kind, name);
        ImageNetNetwork network = NetworkGolden.Filled(Kinds[kind](dtype));
        Tensor image = NetworkGolden.Image(golden, dtype);
        image.RequiresGrad = true;
        FeatureExtractor extractor = new(network, NetworkGolden.Range(golden), LayersOf(golden), Resize(golden));

        IReadOnlyList<Tensor> features = extractor.Features(image);
        Tensor loss = features.Select(static f => (f * f).Mean()).Aggregate(static (a, b) => a + b);
        loss.Backward();

        for (int i = 0; i < features.Count; i++)
        {
            string layer = extractor.Layers[i];
            Assert.Equal(golden.GetProperty("shapes")[i].EnumerateArray().Select(static n => n.GetInt32()), features[i].Shape);
            NetworkGolden.Matches(golden.GetProperty("features")[i], features[i], tolerance, layer);
        }

        double expected = golden.GetProperty("loss").GetDouble();
        Assert.InRange(loss.Item(), expected * (1 - tolerance), expected * (1 + tolerance));
        NetworkGolden.Matches(golden.GetProperty("gradient"), image.Grad!, 10 * tolerance, "gradient");
        Assert.All(network.Parameters(), static parameter => Assert.True(parameter is { Grad: null, RequiresGrad: false }));
    }

    [Fact]
    public void Names_are_those_of_torchvision()
    {
        int[] convolutions = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28];
        Assert.Equal(
            convolutions.SelectMany(static i => (string[])[$"features.{i}.weight", $"features.{i}.bias"]), Single.Value.StateDict().Keys);
        Assert.Equal(14_714_688, Single.Value.ParameterCount);
        Assert.Equal(31, Single.Value.Layers.Count);
        Assert.Equal(
            ["conv1_1", "relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3", "pool5"],
            ((int[])[0, 3, 8, 15, 22, 29, 30]).Select(static i => Single.Value.Layers[i]));
    }

    [Theory]
    [InlineData("vgg19", new[] { 0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34 }, 20_024_384, 37, "conv5_4", 34)]
    [InlineData("alexnet", new[] { 0, 3, 6, 8, 10 }, 2_469_696, 13, "relu5", 11)]
    public void Names_of_other_networks_are_those_of_torchvision(
        string kind, int[] convolutions, int parameters, int layers, string layer, int position)
    {
        ImageNetNetwork network = Kinds[kind](DType.Float32);
        Assert.Equal(
            convolutions.SelectMany(static i => (string[])[$"features.{i}.weight", $"features.{i}.bias"]), network.StateDict().Keys);
        Assert.Equal((parameters, layers), (network.ParameterCount, network.Layers.Count));
        Assert.Equal(layer, network.Layers[position]);
    }

    [Fact]
    public void A_layer_before_its_ReLU_keeps_negative_values()
    {
        Vgg19 network = NetworkGolden.Filled(new Vgg19(new RandomStream(1)));
        IReadOnlyList<Tensor> features = network.Features(Tensor.Zeros([1, 3, 16, 16]), "conv5_4", "relu5_4");
        Assert.Contains(features[0].ToArray<float>(), static x => x < 0);
        Assert.Equal(features[0].Relu().ToArray<float>(), features[1].ToArray<float>());
    }

    [Theory]
    [InlineData("conv1", 7)]
    [InlineData("pool1", 15)]
    [InlineData("relu2", 15)]
    [InlineData("relu5", 31)]
    [InlineData("pool5", 63)]
    public void The_least_side_of_AlexNet_is_the_one_for_which_a_layer_has_a_pixel(string layer, int side)
    {
        AlexNet network = new(new RandomStream(1));
        Assert.Equal([1, network.Channels(layer), 1, 1], [.. network.Features(Tensor.Zeros([1, 3, side, side]), layer)[0].Shape]);
        Says<ShapeException>($"at least {side}×{side}", "Resize", () => network.Features(Tensor.Zeros([1, 3, side - 1, side]), layer));
    }

    [Fact]
    public void Every_network_says_which_file_to_get()
    {
        Says<TrainingException>("download vgg19-dcbb9e9d.pth (548 MB)", "download.pytorch.org", () => Vgg19.Load(_temp["none"]));
        Says<TrainingException>("download alexnet-owt-7be5be79.pth (233 MB)", "download.pytorch.org", () => AlexNet.Load(_temp["none"]));
    }

    [Fact]
    public void Networks_are_loaded_from_files()
    {
        AlexNet network = NetworkGolden.Filled(new AlexNet(new RandomStream(1)));
        Safetensors.Write(_temp["alexnet.safetensors"], network.StateDict());
        AlexNet loaded = AlexNet.Load(_temp["alexnet.safetensors"]);
        Assert.Equal(network.StateDict()["features.10.bias"].ToArray<float>(), loaded.StateDict()["features.10.bias"].ToArray<float>());
        Assert.Throws<StateDictException>(() => Vgg19.Load(_temp["alexnet.safetensors"]));
    }

    [Fact]
    public void Features_come_in_the_order_asked_for()
    {
        Tensor image = Tensor.Zeros([1, 3, 8, 8]);
        IReadOnlyList<Tensor> features = Single.Value.Features(image, "relu2_1", "conv1_1", "relu2_1");
        Assert.Equal([128, 64, 128], features.Select(static f => f.Size(1)));
        Assert.Equal(features[0].ToArray<float>(), features[2].ToArray<float>());
        Assert.Equal(new Shape(1, 512, 1, 1), Single.Value.Forward(Tensor.Zeros([1, 3, 32, 32])).Shape);
    }

    [Fact]
    public void Weights_are_loaded_and_a_classifier_is_left_out_on_request_only()
    {
        string path = _temp["vgg.safetensors"];
        Safetensors.Write(
            path, [.. Single.Value.StateDict(), new("classifier.0.weight", Tensor.Scalar(1)), new("classifier.6.bias", Tensor.Scalar(1))]);

        string message = Assert.Throws<TrainingException>(() => Vgg16.Load(path)).Message;
        Assert.Contains("(classifier.0.weight, classifier.6.bias)", message, StringComparison.Ordinal);
        Assert.Contains("ignoreClassifier: true", message, StringComparison.Ordinal);

        Vgg16 loaded = Vgg16.Load(path, ignoreClassifier: true);
        Assert.All(Single.Value.Parameters().Zip(loaded.Parameters()), static pair => Assert.True(
            pair.First.AsReadOnlySpan<float>().SequenceEqual(pair.Second.AsReadOnlySpan<float>())));
    }

    [Fact]
    public void A_missing_file_says_which_one_to_get()
    {
        string message = Assert.Throws<TrainingException>(() => Vgg16.Load(_temp["none.pth"])).Message;
        Assert.Contains("none.pth", message, StringComparison.Ordinal);
        Assert.Contains("download vgg16-397923af.pth", message, StringComparison.Ordinal);
        Assert.Contains("download.pytorch.org", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_another_network_are_refused()
    {
        Safetensors.Write(_temp["other.safetensors"], new Sequential(new Linear(2, 2)).StateDict());
        string message = Assert.Throws<StateDictException>(() => Vgg16.Load(_temp["other.safetensors"])).Message;
        Assert.Contains("missing: features.0.weight", message, StringComparison.Ordinal);
        Assert.Contains("unexpected: 0.weight", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mistakes_say_the_way_out()
    {
        Tensor image = Tensor.Zeros([1, 3, 8, 8]);
        Says<ArgumentException>("no layer 'relu6_1'", "conv1_1", () => Single.Value.Features(image, "relu6_1"));
        Says<ArgumentException>("no layer is given", "relu2_2", () => Single.Value.Features(image));
        Says<ShapeException>(
            "[2, 1, 8, 8]", "images.Expand(-1, 3, -1, -1)", static () => Single.Value.Features(Tensor.Zeros([2, 1, 8, 8]), "relu1_1"));
        Says<ShapeException>("[3, 8, 8]", "[N, 3, H, W]", static () => Vgg16.Normalize(Tensor.Zeros([3, 8, 8]), ImageRange.ZeroOne));
        Says<ShapeException>("at least 16×16", "Resize", () => Single.Value.Features(image, "relu1_1", "relu5_1"));
        Says<ArgumentException>("no layer 'x'", "conv1_1", static () => new FeatureExtractor(Single.Value, ImageRange.ZeroOne, ["x"]));
        Says<ArgumentOutOfRangeException>("resize", "0", static () => new FeatureExtractor(Single.Value, ImageRange.ZeroOne, resize: 0));
        Says<ArgumentOutOfRangeException>("ImageRange", "ZeroOne", static () => new FeatureExtractor(Single.Value, (ImageRange)7));
    }

    [Theory]
    [InlineData(ImageRange.ZeroOne, 0, 1)]
    [InlineData(ImageRange.MinusOneOne, -1, 1)]
    [InlineData(ImageRange.Byte, 0, 255)]
    public void Black_and_white_are_normalised_alike_in_every_range(ImageRange range, double black, double white)
    {
        double[] low = Vgg16.Normalize(Tensor.Full([1, 3, 1, 1], black), range).To(DType.Float64).ToArray<double>();
        double[] high = Vgg16.Normalize(Tensor.Full([1, 3, 1, 1], white), range).To(DType.Float64).ToArray<double>();
        Assert.Equal([-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225], low, static (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([0.515 / 0.229, 0.544 / 0.224, 0.594 / 0.225], high, static (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Bytes_are_images_too() =>
        Assert.Equal(DType.Float32, Vgg16.Normalize(Tensor.Full([1, 3, 1, 1], 9, DType.UInt8), ImageRange.Byte).DType);

    /// <summary>
    /// PyTorch saves random weights in both of its formats, 553 MB each: <c>--explicit only --filter-trait Category=Long</c>.
    /// </summary>
    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public void Weights_saved_by_PyTorch_give_the_same_features()
    {
        using (Process python = Process.Start("/usr/bin/python3", [Script(), "--save", _temp.Path]))
        {
            python.WaitForExit();
            Assert.Equal(0, python.ExitCode);
        }

        foreach (string file in (string[])["vgg16.pth", "vgg16-legacy.pth"])
        {
            Assert.Contains(
                "classifier.6.bias", Assert.Throws<TrainingException>(() => Vgg16.Load(_temp[file])).Message, StringComparison.Ordinal);
            Vgg16 loaded = Vgg16.Load(_temp[file], ignoreClassifier: true);
            JsonElement golden = NetworkGolden.Case("vgg16", "all layers");
            IReadOnlyList<Tensor> features = loaded.Features(
                Vgg16.Normalize(NetworkGolden.Image(golden, DType.Float32), ImageRange.ZeroOne), LayersOf(golden));
            Assert.All(features, (f, i) => NetworkGolden.Matches(golden.GetProperty("features")[i], f, 2e-5, file));
            Assert.All(loaded.Parameters().Zip(Single.Value.Parameters()), static pair => Assert.True(
                pair.First.AsReadOnlySpan<float>().SequenceEqual(pair.Second.AsReadOnlySpan<float>())));
        }
    }

    static string[] LayersOf(JsonElement golden) =>
        [.. golden.GetProperty("layers").EnumerateArray().Select(static name => name.GetString()!)];

    static int? Resize(JsonElement golden) =>
        golden.GetProperty("resize") is { ValueKind: JsonValueKind.Number } side ? side.GetInt32() : null;

    static string Script()
    {
        string? at = AppContext.BaseDirectory;
        while (at is not null && !File.Exists(Path.Combine(at, "Criterion.slnx")))
        {
            at = Path.GetDirectoryName(at);
        }

        return Path.Combine(at!, "tests", "golden", "networks.py");
    }

    static void Says<T>(string what, string wayOut, Action act)
        where T : Exception
    {
        string message = Assert.ThrowsAny<T>(act).Message;
        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.Contains(wayOut, message, StringComparison.Ordinal);
    }
}
