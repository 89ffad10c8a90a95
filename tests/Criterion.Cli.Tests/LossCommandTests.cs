using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Criterion.Formats;
using Criterion.Metrics;
using Criterion.Tests.Repository;
using static Criterion.Cli.Tests.ToolRun;

namespace Criterion.Cli.Tests;

/// <summary><c>criterion losses</c> and <c>criterion loss</c>.</summary>
public sealed class LossCommandTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Losses_are_listed_by_family()
    {
        string output = Success("losses");
        Assert.Contains("Adversarial", output, StringComparison.Ordinal);
        Assert.Contains("  wasserstein ", output, StringComparison.Ordinal);
        JsonElement json = JsonDocument.Parse(Success("losses", "--json")).RootElement;
        Assert.Equal(Catalogue.Entries.Count, json.GetArrayLength());
    }

    [Fact]
    public void A_loss_is_shown_and_drawn()
    {
        string output = Success("losses", "l1", "--svg", _temp["l1.svg"]);
        Assert.Contains("\n  |x − y|\n", output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("torch.nn.L1Loss", output, StringComparison.Ordinal);
        Assert.Contains("reduction = Mean", output, StringComparison.Ordinal);
        Assert.Contains("⣀", output, StringComparison.Ordinal);
        Assert.Equal("svg", XDocument.Load(_temp["l1.svg"]).Root!.Name.LocalName);
        Assert.Equal("L1Loss",
            JsonDocument.Parse(Success("losses", "l1", "--json")).RootElement.GetProperty("type").GetString()!.Split('.')[^1]);
    }

    [Fact]
    public void A_loss_of_saved_arrays_and_its_gradient()
    {
        Npy.Write(_temp["a.npy"], Tensor.From<double>([1, 2, 4]));
        Npy.Write(_temp["b.npy"], Tensor.From<double>([1, 0, 1]));
        string value = Success(
            "loss", "mse", "--prediction", _temp["a.npy"], "--target", _temp["b.npy"], "--option", "reduction=sum",
            "--grad", _temp["g.npy"], "--grad", $"target={_temp["t.npy"]}");

        Assert.Equal(13, double.Parse(value, CultureInfo.InvariantCulture));
        Assert.Equal([0, 4, 6], Npy.Read(_temp["g.npy"]).ToArray<double>());
        Assert.Equal([0, -4, -6], Npy.Read(_temp["t.npy"]).ToArray<double>());

        Success("loss", "MSELoss", "--prediction", _temp["a.npy"], "--target", _temp["b.npy"], "--option", "reduction=none", "--out",
            _temp["l.npy"]);
        Assert.Equal([0, 4, 9], Npy.Read(_temp["l.npy"]).ToArray<double>());
    }

    [Fact]
    [Trait("Case", "cli-decimal-comma")]
    public void A_decimal_comma_is_refused()
    {
        (int code, string output, string error) = Run("loss", "huber", "--prediction", Case("two.npy"), "--target", Case("zero.npy"),
            "--option", "delta=0,5");
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("'0,5' for --option delta. Expected a number. Use a point for decimals", error, StringComparison.Ordinal);
        Assert.Equal("0.875",
            Success("loss", "huber", "--prediction", Case("two.npy"), "--target", Case("zero.npy"), "--option", "delta=0.5").TrimEnd());
        string[][] others =
        [
            ["--lr", "0,0002"], ["--clip", "0,01"], ["--class-weight", "0,5"], ["--penalty", "r1=0,1"], ["--beta1", "0,5"],
                ["--ema", "0,999"], ["--feature-matching", "0,1"],
        ];
        foreach (string[] option in others)
        {
            (code, _, error) = Run(["train", "dcgan", "--data", "ring", "--steps", "1", "--out", _temp["run"], .. option]);
            Assert.Equal((1, false), (code, Directory.Exists(_temp["run"])));
            Assert.Contains(option[0], error, StringComparison.Ordinal);
            Assert.Contains("Use a point", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Case", "cli-small-values")]
    public void Small_values_are_not_written_as_zero()
    {
        string[] mse = ["loss", "mse", "--prediction", Case("small3.npy"), "--target", Case("zeros3.npy")];
        Assert.Equal("[1e-6, 4e-6, 9e-6] (Float32 [3])", Success([.. mse, "--option", "reduction=none"]).TrimEnd());
        Assert.Equal("4.66666688e-6", Success(mse).TrimEnd());
    }

    [Fact]
    [Trait("Case", "cli-option-twice")]
    public void An_option_given_twice_is_refused()
    {
        (int code, _, string error) = Run("loss", "huber", "--prediction", Case("two.npy"), "--target", Case("zero.npy"), "--option",
            "delta=1", "--option", "delta=2");
        Assert.Equal(1, code);
        Assert.Contains("--option delta is given twice, as '1' and '2'. Give it once.", error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Case", "cli-empty-path")]
    public void An_empty_path_is_refused()
    {
        Assert.Contains("Invalid value '' for --prediction", Run("loss", "mse", "--prediction", "", "--target", Case("zero.npy")).Error,
            StringComparison.Ordinal);
        Assert.Contains("Invalid value '' for --out", Run("train", "dcgan", "--steps", "1", "--out", "").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Both_parts_of_an_objective_are_evaluated()
    {
        Npy.Write(_temp["r.npy"], Tensor.From<double>([2, -1, 0.5]));
        Npy.Write(_temp["f.npy"], Tensor.From<double>([-0.5, 1, -2]));
        string output = Success("loss", "wasserstein", "--real", _temp["r.npy"], "--fake", _temp["f.npy"]);
        Assert.Contains("discriminator -1\n", output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("generator 0.5", output, StringComparison.Ordinal);
    }

    // The range of bytes is known; the values are those of the metrics.
    [Fact]
    public void Losses_of_pictures_need_no_range()
    {
        (string a, string b) = (WritePng("a.png", 1), WritePng("b.png", 2));
        (Tensor x, Tensor y) = (Bytes(a), Bytes(b));
        double psnr = new Psnr(ImageRange.Byte).Of(x, y);

        Assert.Equal(-psnr, double.Parse(Success("loss", "psnr", a, b), CultureInfo.InvariantCulture), 1e-6);
        Assert.Equal(-psnr, double.Parse(Success("loss", "psnr", "--prediction", a, "--target", b), CultureInfo.InvariantCulture), 1e-6);
        Assert.Equal(-psnr, double.Parse(Success("loss", "psnr", a, b, "--option", "range=ZeroOne"), CultureInfo.InvariantCulture), 1e-6);
        Assert.Equal(
            1 - new SsimIndex(ImageRange.Byte).Of(x, y), double.Parse(Success("loss", "ssim", a, b), CultureInfo.InvariantCulture), 1e-8);
        Assert.Equal(((x - y) * (x - y)).Mean().Item(), double.Parse(Success("loss", "mse", a, b), CultureInfo.InvariantCulture), 1e-4);
        Success("loss", "ssim", a, b, "--grad", _temp["g.npy"]);
        Assert.Equal(new Shape(1, 3, 24, 24), Npy.Read(_temp["g.npy"]).Shape);

        static Tensor Bytes(string file) => Png.Read(file).Unsqueeze(0).To(DType.Float64);
    }

    [Fact]
    public void Inputs_in_their_order_need_no_name()
    {
        Npy.Write(_temp["a.npy"], Tensor.From<double>([1, 2, 4]));
        Npy.Write(_temp["b.npy"], Tensor.From<double>([1, 0, 1]));
        Assert.Equal("13", Success("loss", "mse", _temp["a.npy"], _temp["b.npy"], "--option", "reduction=sum").TrimEnd());
        Refused("Unexpected argument", "mse takes 2 inputs: prediction, target", _temp["a.npy"], _temp["b.npy"], _temp["a.npy"]);
        Refused("'prediction' is given 2 times", "", _temp["a.npy"], _temp["b.npy"], "--prediction", _temp["a.npy"]);
        Refused("mse needs prediction, target: criterion loss mse FILE FILE", "", _temp["a.npy"]);
        File.WriteAllText(_temp["x.tif"], "x");
        Refused("x.tif' is a picture of the kind TIF, which is an unsupported format. Convert it to PNG.", "", _temp["x.tif"],
            _temp["a.npy"]);

        // Floats may have any range, so one picture alone does not tell it.
        string message = Run("loss", "ssim", WritePng("a.png", 1), _temp["b.npy"]).Error;
        Assert.Contains("ssim needs --option range=VALUE", message, StringComparison.Ordinal);

        void Refused(string says, string more, params string[] args)
        {
            (int code, _, string error) = Run(["loss", "mse", .. args]);
            Assert.Equal(1, code);
            Assert.Contains(says, error, StringComparison.Ordinal);
            Assert.Contains(more, error, StringComparison.Ordinal);
        }
    }

    string WritePng(string name, ulong seed)
    {
        Png.Write(_temp[name], Tensor.RandInt(0, 256, [3, 24, 24], new RandomStream(seed)).To(DType.UInt8));
        return _temp[name];
    }

    [Fact]
    public void Other_inputs_are_named()
    {
        Npy.Write(_temp["a.npy"], Tensor.From(new double[,] { { 1, 2, 3 } }));
        Npy.Write(_temp["b.npy"], Tensor.From(new double[,] { { 4, 5, 6 } }));
        Npy.Write(_temp["y.npy"], Tensor.From<double>([1]));
        string value = Success("loss", "cosine-embedding", "--input", $"x1={_temp["a.npy"]}", "--input", $"x2={_temp["b.npy"]}", "--target",
            _temp["y.npy"]);
        Assert.Equal(0.025368153803, double.Parse(value, CultureInfo.InvariantCulture), 1e-9);
    }

    [Fact]
    public void Lists_of_tensors_are_inputs_that_come_again()
    {
        Npy.Write(_temp["a.npy"], Tensor.Ones([2, 3], DType.Float64));
        Npy.Write(_temp["b.npy"], Tensor.Zeros([2, 3], DType.Float64));
        string a = _temp["a.npy"];
        string b = _temp["b.npy"];
        string value = Success("loss", "feature-matching", "--fake", a, "--input", $"fake={b}", "--input", $"fake={a}", "--real", b,
            "--input", $"real={b}", "--input", $"real={b}");
        Assert.Equal(0.5, double.Parse(value, CultureInfo.InvariantCulture), 1e-12);
    }

    [Theory]
    [InlineData("There is no loss 'mze'. Did you mean mse?", "losses", "mze")]
    [InlineData("There is no loss 'hubber'. Did you mean huber?", "loss", "hubber")]
    [InlineData("mse has no option 'reductoin'. Did you mean reduction?", "loss", "mse", "--option", "reductoin=sum")]
    [InlineData("Invalid value 'most' for --option reduction. Expected Mean, Sum, None", "loss", "mse", "--option", "reduction=most")]
    [InlineData("Invalid value 'reduction' for --option. Expected key=value", "loss", "mse", "--option", "reduction")]
    [InlineData("mse needs prediction, target", "loss", "mse")]
    [InlineData("--svg needs the name of a loss", "losses", "--svg", "x.svg")]
    public void Errors_name_the_fix(string message, params string[] args)
    {
        (int code, _, string error) = Run(args);
        Assert.Equal(1, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Shapes_that_differ_and_files_that_exist_are_errors()
    {
        Npy.Write(_temp["a.npy"], Tensor.Ones([3]));
        Npy.Write(_temp["b.npy"], Tensor.Ones([1]));
        Assert.Contains("[3]", Run("loss", "mse", "--prediction", _temp["a.npy"], "--target", _temp["b.npy"]).Error,
            StringComparison.Ordinal);
        Assert.Contains(
            "already exists",
            Run("loss", "mse", "--prediction", _temp["a.npy"], "--target", _temp["a.npy"], "--grad", _temp["b.npy"]).Error,
            StringComparison.Ordinal);
        Assert.Contains("has no input 'real'", Run("loss", "mse", "--real", _temp["a.npy"]).Error, StringComparison.Ordinal);
    }

    static string Case(string name) => RepositoryRoot.File("tests", "cases", "inputs", name);

    static string Success(params string[] args)
    {
        (int code, string output, string error) = Run(args);
        Assert.Equal((0, ""), (code, error));
        return output;
    }
}
