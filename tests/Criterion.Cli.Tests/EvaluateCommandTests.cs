using System.Text.Json;
using Criterion.Formats;
using Criterion.Losses;
using Criterion.Metrics;
using static Criterion.Cli.Tests.ToolRun;

namespace Criterion.Cli.Tests;

public sealed class EvaluateCommandTests : IDisposable
{
    static readonly string[] Measures = ["Fréchet distance", "of infinitely many", "kernel distance", "precision", "recall", "density",
        "coverage"];

    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_folder_of_pictures_against_a_generator()
    {
        for (int i = 0; i < 12; i++)
        {
            Png.Write(_temp[$"{i}.png"], Tensor.RandInt(0, 256, [1, 28, 28], new RandomStream((ulong)i)).To(DType.UInt8));
        }

        Dcgan networks = new(8, 1, 2, 3);
        GeneratorFile.Write(_temp[GeneratorFile.Name], networks, networks.Generator(new RandomStream(1)));

        // A folder with a generator in it is a run; the pictures go elsewhere.
        Directory.CreateDirectory(_temp["run"]);
        File.Move(_temp[GeneratorFile.Name], Path.Combine(_temp["run"], GeneratorFile.Name));
        (int code, string output, string error) = Run("evaluate", _temp.Path, _temp["run"], "--count", "30");

        string file = Path.Combine("run", GeneratorFile.Name);
        Assert.Equal(0, code);
        Assert.Equal(
            $"note: 1 file of '{_temp.Path}' is not an image and was ignored: {file}.\n"
                + $"note: 12 of 12 images of '{_temp.Path}' are 28×28 and were padded with black to 32×32.\n",
            error);
        Assert.Contains($"real: {_temp.Path}, 12 samples", output, StringComparison.Ordinal);
        Assert.Contains($"fake: {_temp["run"]}, 30 samples", output, StringComparison.Ordinal);
        Assert.Contains("by:   fashion-classifier-1, 96 features per sample", output, StringComparison.Ordinal);
        Assert.Contains("inception-style score", output, StringComparison.Ordinal);
        Assert.Contains("warning: 12 real samples are too few for 96 features", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_in_the_features_of_Inception()
    {
        Safetensors.Write(_temp["inception.safetensors"], new FidInception(random: new RandomStream(1)).StateDict());
        Npy.Write(_temp["a.npy"], Tensor.RandInt(0, 256, [6, 3, 9, 12], new RandomStream(1)).To(DType.UInt8));
        Npy.Write(_temp["b.npy"], Tensor.RandInt(0, 256, [7, 1, 9, 12], new RandomStream(2)).To(DType.UInt8));
        Npy.Write(_temp["features.npy"], Tensor.Randn([7, 4], random: new RandomStream(2)));
        string[] inception = ["--features", "inception", "--weights", _temp["inception.safetensors"], "--resize", "legacy"];
        (int code, string output, string error) = Run(["evaluate", _temp["a.npy"], _temp["b.npy"], .. inception]);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("fake: " + _temp["b.npy"] + ", 7 samples", output, StringComparison.Ordinal);
        Assert.Contains("by:   inception-2015-12-05, resizing legacy, 2048 features per sample", output, StringComparison.Ordinal);
        Assert.Contains("inception-style score", output, StringComparison.Ordinal);
        Assert.Contains("too few for 2048 features", output, StringComparison.Ordinal);
        Refused("Inception computes features of images", [_temp["a.npy"], _temp["features.npy"], .. inception]);

        void Refused(string expected, params string[] arguments)
        {
            (int refused, string _, string why) = Run(["evaluate", .. arguments]);
            Assert.NotEqual(0, refused);
            Assert.Contains(expected, why, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Pairs_by_their_perceptual_distance()
    {
        string[] lpips = Lpips();
        Tensor[] real = [.. Enumerable.Range(0, 11).Select(static i => Picture(i))];
        Tensor[] fake = [.. Enumerable.Range(0, 11).Select(static i => i < 2 ? Picture(i) : Picture(i + 100))];
        (string a, string b) = (Folder("real", real), Folder("fake", fake));

        (int code, string table, string error) = Run(["evaluate", a, b, .. lpips]);
        PairedDistance distance = Read(Run(["evaluate", a, b, "--json", .. lpips]).Output);

        LpipsNetwork network = LpipsNetwork.Load(AlexNet.Load(lpips[3]), lpips[5]);
        double[] each = [.. real.Zip(fake, (x, y) => new Lpips(network, ImageRange.Byte).Of(y, x))];
        Interval expected = Interval.Of(each);
        Assert.Equal((0, ""), (code, error));
        Assert.Matches(@"size: 32×33, 11 pairs\s+LPIPS of AlexNet +[\d.]+ ± [\d.]+ +lower is better", table);
        Assert.Equal((a, b, 11, 32, 33), (distance.Real, distance.Fake, distance.Pairs, distance.Height, distance.Width));
        Assert.Equal(expected.Mean, distance.Distance.Mean, 1e-6);
        Assert.Equal(expected.Margin!.Value, distance.Distance.Margin!.Value, 1e-6);
        Assert.Equal([0, 0], each[..2]);
        Assert.True(each[2..].Min() > 1e-3);

        // One pair has no interval, and grey images have three equal channels.
        string single = Run(["evaluate", Path.Combine(a, "02.png"), Path.Combine(b, "02.png"), .. lpips]).Output;
        Assert.Matches(@"1 pair\s+LPIPS of AlexNet +[\d.]+ +lower is better; 0 for identical images\s*$", single);
        string grey = Folder("grey", [.. real.Select(static x => x.Narrow(0, 0, 1))]);
        Assert.True(Read(Run(["evaluate", a, grey, "--json", .. lpips]).Output).Distance.Mean > 1e-3);

        static PairedDistance Read(string json) =>
            JsonSerializer.Deserialize<PairedDistance>(json, new JsonSerializerOptions(JsonSerializerDefaults.Web))!;
    }

    [Fact]
    public void Pairs_without_counterparts_or_of_other_sizes_are_refused()
    {
        string[] lpips = Lpips();
        Tensor[] three = [Picture(1), Picture(2), Picture(3)];
        string real = Folder("real", three);
        Npy.Write(_temp["two.npy"], Tensor.Stack(three[..2]));
        Npy.Write(_temp["three.npy"], Tensor.Stack(three));
        Npy.Write(_temp["floats.npy"], Tensor.Rand([3, 3, 32, 33], random: new RandomStream(1)));
        Directory.CreateDirectory(_temp["run"]);
        Dcgan networks = new(8, 1, 2, 3);
        GeneratorFile.Write(_temp[Path.Combine("run", GeneratorFile.Name)], networks, networks.Generator(new RandomStream(1)));

        Refused("1 image of", [real, Folder("fewer", three[..2]), .. lpips]);
        Refused("02. Files are paired by their names", [real, Folder("fewer", three[..2]), .. lpips]);
        Refused("only images of one size are compared", [real, Folder("others", [.. three.Select(static x => x.Transpose())]), .. lpips]);
        Refused("many target images as input images", [_temp["three.npy"], _temp["two.npy"], .. lpips]);
        Refused("is a folder and", [real, _temp["three.npy"], .. lpips]);
        Refused("--range", [_temp["three.npy"], _temp["floats.npy"], .. lpips]);
        Refused("run", [real, _temp["run"], .. lpips]);
        Refused("Pairs need two sources", [real, .. lpips]);
        Refused("at least 31×31", [real, real, "--size", "16", .. lpips]);
        Refused("--pairs lpips-alexnet needs --weights. The weights of AlexNet are not", [real, real, .. lpips[..2]]);
        Refused("needs --channel-weights. The weights of LPIPS on AlexNet", [real, real, .. lpips[..4]]);
        string[] dists = ["--pairs", "dists", .. lpips[4..]];
        Refused("There is no file '/no.pth'. The weights of VGG16", [real, real, .. dists, "--weights", "/no.pth"]);
        Refused("--channel-weights has no effect without --pairs", [real, real, .. lpips[4..]]);
        Refused("--features has no effect here", [real, real, .. lpips, "--features", "inception"]);
        Refused("--weights has no effect without --features inception", [real, real, .. lpips[2..4]]);

        void Refused(string expected, string[] arguments)
        {
            (int code, string output, string error) = Run(["evaluate", .. arguments]);
            Assert.NotEqual(0, code);
            Assert.Equal("", output);
            Assert.Contains(expected, error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Embeddings_that_find_their_labels()
    {
        // Three directions, and a fourth that is alone in its label.
        Npy.Write(_temp["x.npy"], Tensor.From(
            new float[,] { { 1, 0 }, { 1, 0.1f }, { 0, 1 }, { 0.1f, 1 }, { -1, 0 }, { -1, 0.1f }, { 0, -1 } }));
        Npy.Write(_temp["labels.npy"], Tensor.From([7, 7, 1, 1, 3, 3, 9]));
        (int code, string table, string error) = Run("evaluate", "--retrieval", _temp["x.npy"], _temp["labels.npy"]);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("7 embeddings of 2 values, 4 labels", table, StringComparison.Ordinal);
        Assert.Contains("1 alone in their label are no queries", table, StringComparison.Ordinal);
        Assert.Matches("Recall@1 +1 \\[1, 1\\]", table);
        Assert.Matches("MAP@R +1 ", table);
        Assert.Matches("Precision@6 +0.1667", table);
        using JsonDocument json = JsonDocument.Parse(Run("evaluate", _temp["x.npy"], _temp["labels.npy"], "--retrieval", "--json").Output);
        Assert.Equal(1, json.RootElement.GetProperty("recallAt1").GetProperty("value").GetDouble());
        Assert.Equal(1, json.RootElement.GetProperty("adjustedMutualInformation").GetDouble(), 1e-9);
    }

    [Fact]
    public void Files_that_are_no_embeddings_and_labels_are_refused()
    {
        Npy.Write(_temp["x.npy"], Tensor.Randn([5, 3], random: new RandomStream(1)));
        Npy.Write(_temp["y.npy"], Tensor.From([0, 0, 1, 1]));
        Npy.Write(_temp["alone.npy"], Tensor.From([0, 1, 2, 3, 4]));
        Npy.Write(_temp["nan.npy"], Tensor.Full([5, 3], double.NaN));
        Npy.Write(_temp["same.npy"], Tensor.From([1, 1, 1, 1, 1]));
        Refused("needs two files", "--retrieval", _temp["x.npy"]);
        Refused("labels are integers [5]", "--retrieval", _temp["x.npy"], _temp["y.npy"]);
        Refused("embeddings are floats [N, D]", "--retrieval", _temp["y.npy"], _temp["y.npy"]);
        Refused("None of 5 labels occurs twice", "--retrieval", _temp["x.npy"], _temp["alone.npy"]);
        Refused("NaN", "--retrieval", _temp["nan.npy"], _temp["same.npy"]);
        Refused("There is no such file", "--retrieval", _temp["x.npy"], _temp["none.npy"]);
        Refused("--count has no effect", "--retrieval", _temp["x.npy"], _temp["same.npy"], "--count", "50");
        Assert.Equal(0, Run("evaluate", "--retrieval", _temp["x.npy"], _temp["same.npy"]).Code);

        static void Refused(string expected, params string[] arguments)
        {
            (int code, string output, string error) = Run(["evaluate", .. arguments]);
            Assert.NotEqual(0, code);
            Assert.Equal("", output);
            Assert.Contains(expected, error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Features_from_files_as_table_and_as_json()
    {
        (string real, string fake) = (Features("real", 80, 4, 1), Features("fake", 60, 4, 2));

        (int code, string table, string error) = Run("evaluate", real, fake);
        Assert.Equal((0, ""), (code, error));
        Assert.All(Measures, measure => Assert.Contains(measure, table, StringComparison.Ordinal));
        Assert.DoesNotContain("inception", table, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", table, StringComparison.Ordinal);

        Evaluation evaluation = EvaluationJson.Read(Run("evaluate", real, fake, "--json").Output);
        Assert.Equal((real, fake, 4, 80L, 60L),
            (evaluation.Real, evaluation.Fake, evaluation.Frechet.Samples.Dimensions, evaluation.Frechet.Samples.Real,
                evaluation.Frechet.Samples.Fake));
        Assert.Equal(evaluation.Kernel, EvaluationJson.Read(Run("evaluate", real, fake, "--json", "--threads", "1").Output).Kernel);
    }

    [Fact]
    public void A_run_alone_is_measured_on_the_points_of_its_training()
    {
        Succeeded(Run("train", "--data", "ring", "--steps", "1", "--batch", "8", "--width", "4", "--out", _temp["ring"]));
        Assert.Equal(
            Run("evaluate", "ring", _temp["ring"], "--count", "50").Output, Run("evaluate", _temp["ring"], "--count", "50").Output);
    }

    [Theory]
    [InlineData("cyclegan")]
    [InlineData("cut")]
    public void A_run_of_translators_is_measured_on_its_pairs(string recipe)
    {
        string[] tiny = ["--steps", "1", "--batch", "1", "--width", "2", "--blocks", "0", "--layers", "1"];
        string trained = Run(["train", recipe, .. tiny, "--out", _temp["pairs"]]).Output;
        string evaluated = Run("evaluate", _temp["pairs"]).Output;
        Assert.StartsWith("A to B: PSNR ", evaluated, StringComparison.Ordinal);
        Assert.EndsWith(evaluated, trained, StringComparison.Ordinal);
        Assert.Contains("\"copySsim\": ", Run("evaluate", _temp["pairs"], "--json").Output, StringComparison.Ordinal);

        Npy.Write(_temp["a.npy"], Tensor.RandInt(0, 256, [8, 1, 8, 8], new RandomStream(4)).To(DType.UInt8));
        Succeeded(Run(["train", recipe, "--a", _temp["a.npy"], "--b", _temp["a.npy"], .. tiny, "--out", _temp["none"]]));
        AssertMistake("on images without pairs", _temp["none"]);
    }

    [Theory]
    [InlineData("pix2pix", "for a copy of the input", "--depth", "2")]
    [InlineData("super-resolution", "for bicubic interpolation", "--blocks", "0")]
    public void A_run_on_pairs_is_measured_on_those_that_were_held_out(string recipe, string reference, params string[] network)
    {
        string trained = Run(
            ["train", recipe, .. network, "--steps", "1", "--batch", "2", "--width", "2", "--layers", "1", "--held-out", "20", "--out",
                _temp["run"]]).Output;
        string evaluated = Run("evaluate", _temp["run"]).Output;
        Assert.StartsWith("20 held-out pairs: PSNR ", evaluated, StringComparison.Ordinal);
        Assert.Contains(reference, evaluated, StringComparison.Ordinal);
        Assert.EndsWith(evaluated, trained, StringComparison.Ordinal);
        Assert.Contains("\"copySsim\": ", Run("evaluate", _temp["run"], "--json").Output, StringComparison.Ordinal);
        AssertMistake("which draws no samples", _temp["run"], "--count", "50");
    }

    // An error of 16 everywhere has 20 log10(255 / 16) = 24.05 dB.
    [Fact]
    public void Two_pictures_are_compared_pixel_by_pixel()
    {
        Tensor a = Tensor.RandInt(0, 200, [3, 176, 170], new RandomStream(1));
        Png.Write(_temp["a.png"], a.To(DType.UInt8));
        Png.Write(_temp["b.png"], (a + 16).To(DType.UInt8));

        (int code, string output, string error) = Run("evaluate", _temp["a.png"], _temp["b.png"]);

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("size:      176×170, 3 channels", output, StringComparison.Ordinal);
        Assert.Matches("\nPSNR +24.05 dB ", output);
        Assert.Matches("\nSSIM +0\\.\\d+ +higher is better", output);
        Assert.Matches("\nMS-SSIM +0\\.\\d+ +higher is better", output);
        Assert.Matches("\nmean absolute error +16 ", output);
        Assert.Matches("\nmean squared error +256 ", output);
        JsonElement json = JsonDocument.Parse(Run("evaluate", _temp["a.png"], _temp["b.png"], "--json").Output).RootElement;
        (Tensor x, Tensor y) = (a.To(DType.Float64).Unsqueeze(0), a.To(DType.Float64).Unsqueeze(0) + 16);
        Assert.Equal(20 * Math.Log10(255 / 16.0), json.GetProperty("psnr").GetDouble(), 1e-9);
        Assert.Equal(new SsimIndex(ImageRange.Byte).Of(x, y), json.GetProperty("ssim").GetDouble(), 1e-9);
        Assert.Equal(new MultiScaleSsim(ImageRange.Byte).Of(x, y), json.GetProperty("multiScaleSsim").GetDouble(), 1e-9);
        Assert.Matches("\nPSNR +Infinity dB ", Run("evaluate", _temp["a.png"], _temp["a.png"]).Output);
        Assert.Contains(
            "\"psnr\": \"Infinity\"", Run("evaluate", _temp["a.png"], _temp["a.png"], "--json").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_of_other_kinds_and_sizes_are_converted_and_noted()
    {
        Png.Write(_temp["grey.png"], Tensor.Full([1, 40, 40], 100, DType.UInt8));
        Png.Write(_temp["colour.png"], Tensor.Full([3, 40, 40], 100, DType.UInt8));
        Png.Write(_temp["clear.png"], Tensor.Cat([Tensor.Full([3, 8, 8], 100, DType.UInt8), Tensor.Zeros([1, 8, 8], DType.UInt8)]));

        (int code, string output, string error) = Run("evaluate", _temp["grey.png"], _temp["colour.png"]);
        Assert.Equal((0, $"note: '{_temp["grey.png"]}' is grey and was converted to colour, like the other.\n"), (code, error));
        Assert.Matches("\nMS-SSIM +1 +by 2 scales, since 5 need images of at least 161 pixels a side", output);

        (code, output, error) = Run("evaluate", _temp["grey.png"], _temp["clear.png"], "--size", "8", "--background", "0");
        Assert.Equal(0, code);
        Assert.Contains("clear.png' has transparent pixels, which were blended with black.", error, StringComparison.Ordinal);
        Assert.Contains("grey.png' was resized from 40×40 to 8×8.", error, StringComparison.Ordinal);
        Assert.Matches("\nSSIM +- +needs images of at least 11 pixels a side", output);
        Assert.Matches("\nmean absolute error +100 ", output);
        AssertMistake("is 40×40 and", _temp["grey.png"], _temp["clear.png"]);
        AssertMistake("(--size).", _temp["grey.png"], _temp["clear.png"]);
        AssertMistake(
            "--count has no effect here: two images are compared pixel by pixel", _temp["grey.png"], _temp["grey.png"], "--count", "9");
        File.WriteAllBytes(_temp["jpeg.png"], Convert.FromHexString("FFD8FFE000104A464946"));
        File.WriteAllBytes(_temp["photo.jpg"], Convert.FromHexString("FFD8FFE000104A464946"));
        AssertMistake(
            "jpeg.png': the JPEG is truncated (its extension is that of a PNG, but its content is a JPEG)", _temp["grey.png"],
            _temp["jpeg.png"]);
        AssertMistake("photo.jpg': the JPEG is truncated.", _temp["grey.png"], _temp["photo.jpg"]);
    }

    [Fact]
    public void Only_runs_are_measured_alone()
    {
        AssertMistake("'ring' is not the folder of a run, and only a run is measured alone", "ring");
        Tiny.Run(_temp["memory"], Tiny.Recipe(steps: 1));
        AssertMistake("was trained on data in memory. Use the program that created the data.", _temp["memory"]);
        AssertMistake("--size has no effect here", _temp["memory"], "--size", "8");
        File.Delete(_temp[$"memory/{GeneratorFile.Name}"]);
        AssertMistake("the run is unfinished. Resume it: criterion train --resume", _temp["memory"]);
    }

    [Fact]
    public void Images_and_features_are_not_compared()
    {
        Npy.Write(_temp["images.npy"], Tensor.RandInt(0, 256, [16, 8, 8], new RandomStream(1)).To(DType.UInt8));
        AssertMistake("different features cannot be compared", Features("features", 20, 4, 1), _temp["images.npy"]);
    }

    [Fact]
    public void Broken_sources_are_one_clear_line()
    {
        string good = Features("good", 20, 4, 1);
        Npy.Write(_temp["nan.npy"], Tensor.Full([20, 4], double.NaN));
        File.WriteAllText(_temp["cut.npy"], "no array");
        AssertMistake("There is no file or folder '/nowhere'", good, "/nowhere");
        AssertMistake("nan.npy: the features have NaN in row 0, column 0", good, _temp["nan.npy"]);
        AssertMistake("cut.npy", good, _temp["cut.npy"]);
        AssertMistake("4 dimensions and fake ones 5", good, Features("wide", 20, 5, 1));
        AssertMistake("at least", good, Features("few", 3, 4, 1));
        AssertMistake("There is no option '--jsn'. Did you mean --json?", good, good, "--jsn");
    }

    void AssertMistake(string message, params string[] args)
    {
        (int code, string output, string error) = Run(["evaluate", .. args]);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    string Features(string name, int count, int dimensions, ulong seed)
    {
        string file = _temp[$"{name}.npy"];
        Npy.Write(file, Tensor.Randn([count, dimensions], random: new RandomStream(seed)));
        return file;
    }

    static Tensor Picture(int seed) => Tensor.RandInt(0, 256, [3, 32, 33], new RandomStream((ulong)seed)).To(DType.UInt8);

    string Folder(string name, Tensor[] pictures)
    {
        Directory.CreateDirectory(_temp[name]);
        foreach ((int i, Tensor picture) in pictures.Index())
        {
            Png.Write(Path.Combine(_temp[name], $"{i:00}.png"), picture.Contiguous());
        }

        return _temp[name];
    }

    /// <summary>Writes random weights and returns the options that load them.</summary>
    string[] Lpips()
    {
        AlexNet network = new(new RandomStream(1));
        Safetensors.Write(_temp["alexnet.safetensors"], network.StateDict());
        Safetensors.Write(_temp["channels.safetensors"], new LpipsNetwork(network).StateDict());
        return
        [
            "--pairs", "lpips-alexnet", "--weights", _temp["alexnet.safetensors"], "--channel-weights", _temp["channels.safetensors"],
        ];
    }
}
