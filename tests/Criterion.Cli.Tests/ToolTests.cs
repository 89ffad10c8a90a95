using Criterion.Formats;
using static Criterion.Cli.Tests.ToolRun;

namespace Criterion.Cli.Tests;

public sealed class ToolTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Training_and_sampling_from_the_command_line()
    {
        string data = TinyImages();
        (int code, string output, string error) = Run("train", "--data", data, "--steps", "3", "--batch", "4", "--width", "2",
            "--sample-every", "2", "--out", _temp["run"]);

        Assert.Equal(0, code);
        Assert.StartsWith("note: With fewer than 1000 images the discriminator sees augmented ones", error, StringComparison.Ordinal);
        Assert.Contains("Set --augment to none", error, StringComparison.Ordinal);
        Assert.Contains("step 3/3  loss D", output, StringComparison.Ordinal);
        Assert.Contains("Finished after 3 steps", output, StringComparison.Ordinal);
        Assert.True(File.Exists(_temp["run/samples/step-000002.png"]));

        Succeeded(Run("sample", _temp["run"], "--count", "5", "--out", _temp["x.npy"]));
        Assert.Equal(new Shape(5, 1, 8, 8), Npy.Read(_temp["x.npy"]).Shape);
        Succeeded(Run("sample", _temp["run/generator.safetensors"], "--count", "5", "--out", _temp["x.png"]));
        Assert.Equal(1, Png.Read(_temp["x.png"]).Shape[0]);

        Succeeded(Run("sample", _temp["run"], "--count", "5", "--out", _temp["same.npy"]));
        Succeeded(Run("sample", _temp["run"], "--count", "5", "--out", _temp["other.npy"], "--seed", "1"));
        Assert.Equal(File.ReadAllBytes(_temp["x.npy"]), File.ReadAllBytes(_temp["same.npy"]));
        Assert.NotEqual(File.ReadAllBytes(_temp["x.npy"]), File.ReadAllBytes(_temp["other.npy"]));
    }

    [Fact]
    public void Classes_are_trained_sampled_and_measured_one_by_one()
    {
        string data = ClassFolders();
        Succeeded(Run("train", "hinge", "--data", data, "--classes", "projection", "--augment", "flip", "--steps", "2", "--batch", "4",
            "--width", "2", "--limit", "10", "--out", _temp["run"]));
        GanRunRecord record = (GanRunRecord)RunFolder.ReadRecord(_temp["run"]);
        Assert.Equal((10, ClassConditioning.Projection, 2), (record.Data.Count, record.Options.Classes, record.Networks.Classes));

        Succeeded(Run("sample", _temp["run"], "--class", "1", "--count", "3", "--out", _temp["one.npy"]));
        Succeeded(Run("sample", _temp["run"], "--out", _temp["all.png"]));
        Assert.Equal(3, Npy.Read(_temp["one.npy"]).Shape[0]);
        Assert.Contains("Expected a class of the generator, from 0 to 1",
            Run("sample", _temp["run"], "--class", "2", "--out", _temp["two.npy"]).Error, StringComparison.Ordinal);
        Assert.Contains("within classes", Run("evaluate", _temp["run"], "--count", "20").Output, StringComparison.Ordinal);
    }

    string ClassFolders()
    {
        foreach (int i in Enumerable.Range(0, 12))
        {
            Directory.CreateDirectory(_temp[$"classes/{i % 2}"]);
            Tensor image = Tensor.Rand([1, 8, 8], random: new RandomStream((ulong)i)) * 255;
            Png.Write(_temp[$"classes/{i % 2}/{i}.png"], image.To(DType.UInt8));
        }

        return _temp["classes"];
    }

    [Fact]
    public void Wgan_gp_trains_with_its_own_settings()
    {
        Succeeded(Run("train", "wgan-gp", "--data", TinyImages(), "--steps", "2", "--batch", "4", "--width", "2", "--seed", "9", "--out",
            _temp["run"]));

        GanOptions options = ((GanRunRecord)RunJson.Read(File.ReadAllText(_temp["run/run.json"]))).Options;
        Assert.Equal(
            GanRecipe.Find("wgan-gp").Options with
            {
                Steps = 2,
                BatchSize = 4,
                Seed = 9,
                Augment = new DiffAugment(colour: false, cutout: false),
            },
            options);
        Assert.Equal((5, 1e-4, 0.0, 0.9, 10.0),
            (options.DiscriminatorSteps, options.GeneratorLearningRate, options.Beta1, options.Beta2,
                options.Regularizers[0].Penalty.Weight));
    }

    [Fact]
    public void A_progress_bar_is_shown_to_a_person()
    {
        using StringWriter output = new();
        ToolConsole console = new(output, TextWriter.Null, IsInteractive: true);

        Assert.Equal(0,
            Tool.Run(["train", "--data", TinyImages(), "--steps", "2", "--batch", "4", "--width", "2", "--out", _temp["run"]], console,
                CancellationToken.None));
        Assert.Contains("Finished", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Stopping_writes_what_there_is_and_says_so_in_the_exit_code()
    {
        using CancellationTokenSource source = new();
        source.Cancel();
        using StringWriter output = new();
        string[] args = ["train", "--data", TinyImages(), "--batch", "4", "--width", "2", "--out", _temp["run"]];
        int code = Tool.Run(args, new ToolConsole(output, output, false), source.Token);

        Assert.Equal(130, code);
        Assert.Contains("Stopped after 0 steps", output.ToString(), StringComparison.Ordinal);
        Assert.True(File.Exists(_temp["run/generator.safetensors"]));
    }

    [Theory]
    [InlineData("There is no option '--setps'. Did you mean --steps?", "train", "--setps", "5")]
    [InlineData("There is no option '--bach'. Did you mean --batch?", "train", "wgan-gp", "--bach=5")]
    [InlineData("There is no command 'trian'. Did you mean train?", "trian")]
    [InlineData("Invalid value 'wgangp' for recipe. Expected dcgan-tuned, dcgan, lsgan, wgan, wgan-gp", "train", "wgangp")]
    [InlineData("Invalid value 'x' for --steps", "train", "--steps", "x")]
    [InlineData("Invalid value '0' for --steps", "train", "--steps", "0")]
    [InlineData("Invalid value '99999999999' for --steps", "train", "--steps", "99999999999")]
    [InlineData("Invalid value '-1' for --lr", "train", "--lr", "-1")]
    [InlineData("Invalid value 'NaN' for --lr", "train", "--lr", "NaN")]
    [InlineData("Invalid value '0' for --threads", "train", "--threads", "0")]
    [InlineData("Invalid value '0..2' for --range. Expected -1..1 or 0..1", "train", "--range", "0..2")]
    [InlineData("There is no file or folder '/nowhere'", "train", "--data", "/nowhere")]
    [InlineData("10000 items do not fill a batch of 20000", "train", "--batch", "20000")]
    [InlineData("their side must be 8, 16, 32, 64, 128 or 256, but is 33. Resize them (--size).", "train", "--size", "33")]
    [InlineData("--out <file> is required", "sample", "run")]
    [InlineData("Invalid value 'x.jpg' for --out. Expected a name that ends in .png or .npy", "sample", "run", "--out", "x.jpg")]
    [InlineData("There is no '/nowhere'", "sample", "/nowhere", "--out", "x.png")]
    public void Errors_are_one_clear_line(string message, params string[] args)
    {
        (int code, string output, string error) = Run(args);

        Assert.Equal((1, ""), (code, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.StartsWith("criterion: ", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void Nothing_is_overwritten()
    {
        File.WriteAllText(_temp["x.png"], "mine");

        (int code, _, string error) = Run("sample", _temp.Path, "--out", _temp["x.png"]);
        Assert.Equal(1, code);
        Assert.Contains("already exists. Choose another file, or delete it first.", error, StringComparison.Ordinal);

        (code, _, error) = Run("train", "--data", TinyImages(), "--batch", "4", "--steps", "1", "--out", _temp.Path);
        Assert.Equal(1, code);
        Assert.Contains("already exists and is not empty", error, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(_temp["x.png"]));
    }

    [Fact]
    public void Skipping_every_step_ends_in_a_line_and_a_record()
    {
        (int code, _, string error) = Run("train", "siamese", "--lr", "1e30", "--on-nan", "skip", "--steps", "2", "--batch", "4", "--width",
            "2", "--out", _temp["run"]);

        Assert.Equal(1, code);
        Assert.Equal(
            "criterion: Embeddings are not finite at the end of the training, so they cannot be measured. "
            + "Lower the learning rate, or set --on-nan to Stop to find the first tensor that is not finite.",
            error.TrimEnd());
        Assert.Equal(RunStatus.Failed, RunFolder.ReadRecord(_temp["run"]).Status);
    }

    [Fact]
    public void Every_training_takes_on_nan()
    {
        Succeeded(Run("train", "cyclegan", "--steps", "1", "--batch", "1", "--width", "2", "--blocks", "0", "--on-nan", "skip", "--out",
            _temp["c"]));
        Succeeded(Run("train", "siamese", "--steps", "1", "--batch", "2", "--on-nan", "skip", "--out", _temp["s"]));

        Assert.Equal(NanPolicy.Skip, ((CycleGanRunRecord)RunFolder.ReadRecord(_temp["c"])).Options.OnNan);
        Assert.Equal(NanPolicy.Skip, ((EmbeddingRunRecord)RunFolder.ReadRecord(_temp["s"])).Options.OnNan);
    }

    [Fact]
    public void A_refused_run_leaves_no_folder()
    {
        Assert.Equal(1, Run("train", "--batch", "20000", "--out", _temp["run"]).Code);
        Assert.False(Directory.Exists(_temp["run"]));
    }

    [Fact]
    public void Help_explains_every_option_with_its_default()
    {
        (int code, string output, _) = Run("train", "--help");

        Assert.Equal(0, code);
        foreach (string part in new[] { "--data", "--size", "--range", "--background", "--steps", "--batch", "--seed", "--lr", "--width",
            "--out", "--threads", "--sample-every", "[default: 64]", "[default: 250]", "[default: 32 channels", "2e-4 for dcgan, lsgan",
                "runs/<recipe>-<time>", "Ctrl-C" })
        {
            Assert.Contains(part, output, StringComparison.Ordinal);
        }

        Assert.Contains("criterion [command]", Run().Output, StringComparison.Ordinal);
    }

    string TinyImages()
    {
        string file = _temp["images.npy"];
        Npy.Write(file, Tensor.RandInt(0, 256, [16, 8, 8], new RandomStream(1)).To(DType.UInt8));
        return file;
    }
}
