using Criterion.Nn;
using Criterion.Tests.Nn;
using static Criterion.Cli.Tests.ToolRun;

namespace Criterion.Cli.Tests;

/// <summary><c>criterion export</c> on short runs, computed by ONNX Runtime.</summary>
public sealed class ExportCommandTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_generator_draws_the_same_images()
    {
        Tiny.Run(_temp["run"], Tiny.Recipe("acgan", steps: 1));
        AssertWritten("The generator is in", "input [N, 9, 1, 1], output [N, 1, 16, 16]");
        (GanNetworks networks, Sequential generator) = GeneratorFile.Read(_temp["run/generator.safetensors"]);
        AssertSame(generator, networks.Latents(5, new RandomStream(1)));

        (int code, _, string error) = Run("export", _temp["run"], "--onnx", _temp["net.onnx"]);
        Assert.Equal(1, code);
        Assert.Contains("already exists. Choose another file, or delete it first.", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_generator_of_points_is_exported()
    {
        Succeeded(Run("train", "--data", "ring", "--steps", "1", "--width", "8", "--latent", "4", "--out", _temp["run"]));
        AssertWritten("The generator is in", "input [N, 4, 1, 1], output [N, 2]");
    }

    [Theory]
    [InlineData("stylegan2")]
    [InlineData("r3gan", "--network", "r3gan")]
    public void A_generator_of_other_networks_draws_a_class_and_is_exported(params string[] recipe)
    {
        Succeeded(Run(
            ["train", .. recipe, "--classes", "projection", "--steps", "1", "--batch", "4", "--width", "2", "--latent", "4", "--out",
                _temp["run"]]));
        Succeeded(Run("sample", _temp["run"], "--class", "7", "--count", "3", "--out", _temp["samples.png"]));
        AssertWritten("The generator is in", "input [N, 14, 1, 1], output [N, 1, 32, 32]");
        (GanNetworks networks, Sequential generator) = GeneratorFile.Read(_temp["run/generator.safetensors"]);
        AssertSame(generator, networks.Latents(5, new RandomStream(1)));
    }

    [Fact]
    public void An_encoder_embeds_the_same_images()
    {
        Succeeded(Run("train", "siamese", "--steps", "1", "--batch", "4", "--width", "2", "--out", _temp["run"]));
        AssertWritten("The encoder is in", "input [N, 1, 32, 32], output [N, 32]");
        AssertSame(EncoderFile.Read(_temp["run"]), Tensor.Rand([5, 1, 32, 32], random: new RandomStream(1), low: -1));
    }

    [Theory]
    [InlineData("The translator of A to B is in")]
    [InlineData("The translator of B to A is in", "--translator", "b-to-a")]
    public void Each_translator_of_a_CycleGAN_is_exported(string says, params string[] args)
    {
        Succeeded(Run("train", "cyclegan", "--steps", "1", "--batch", "1", "--width", "2", "--blocks", "1", "--out", _temp["run"]));
        AssertWritten(says, "input [N, 1, 32, 32], output [N, 1, 32, 32]", args);
        (Sequential aToB, Sequential bToA) = CycleGanRun.ReadTranslators(_temp["run"]);
        AssertSame(args.Length == 0 ? aToB : bToA, Tensor.Rand([5, 1, 32, 32], random: new RandomStream(1), low: -1));
    }

    [Fact]
    public void The_translator_of_CUT_is_exported_and_has_no_way_back()
    {
        Succeeded(Run("train", "fastcut", "--steps", "1", "--width", "2", "--blocks", "1", "--head-width", "4", "--out", _temp["run"]));
        AssertWritten("The translator of A to B is in", "input [N, 1, 32, 32], output [N, 1, 32, 32]", "--translator", "a-to-b");
        AssertSame(CutRun.ReadTranslator(_temp["run"]), Tensor.Rand([5, 1, 32, 32], random: new RandomStream(1), low: -1));
        (int code, _, string error) = Run("export", _temp["run"], "--onnx", _temp["other.onnx"], "--translator", "b-to-a");
        Assert.Equal(1, code);
        Assert.Contains("is a run of fastcut, which has no translator of B to A. Omit it.", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_translator_of_pairs_is_exported()
    {
        Succeeded(Run("train", "super-resolution", "--steps", "1", "--batch", "2", "--width", "2", "--blocks", "1", "--out", _temp["run"]));
        AssertWritten("The translator is in", "input [N, 1, 8, 8], output [N, 1, 32, 32]");
        AssertSame(PairedRun.ReadTranslator(_temp["run"]), Tensor.Rand([5, 1, 8, 8], random: new RandomStream(1), low: -1));
    }

    [Fact]
    public void A_path_that_cannot_be_written_is_one_line()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux has /proc, in which even root creates no file");
        Tiny.Run(_temp["run"], Tiny.Recipe(steps: 1));
        (int code, string output, string error) = Run("export", _temp["run"], "--onnx", "/proc/net.onnx");
        Assert.Equal((1, ""), (code, output));
        string line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("'/proc/net.onnx'", line, StringComparison.Ordinal);
    }

    void AssertWritten(string says, string shapes, params string[] args)
    {
        (int code, string output, string error) = Run(["export", _temp["run"], "--onnx", _temp["net.onnx"], .. args]);
        Assert.True(code == 0, error);
        Assert.Equal($"{says} {_temp["net.onnx"]}: {shapes}", output.TrimEnd());
    }

    void AssertSame(Module network, Tensor input)
    {
        using OnnxSession session = new(File.ReadAllBytes(_temp["net.onnx"]));
        double difference = (network.InBatches(input) - session.Run(input)).Abs().Max().Item();
        Assert.InRange(difference, 0, 1e-5);
    }
}
