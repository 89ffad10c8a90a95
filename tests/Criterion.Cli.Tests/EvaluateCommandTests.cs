using Criterion.Formats;
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

        string output = Run("evaluate", _temp["0.png"], _temp["1.png"], "--json").Error;
        Assert.Contains("at least", output, StringComparison.Ordinal);

        // A folder with a generator in it is a run; the pictures go elsewhere.
        Directory.CreateDirectory(_temp["run"]);
        File.Move(_temp[GeneratorFile.Name], Path.Combine(_temp["run"], GeneratorFile.Name));
        (int code, output, string error) = Run("evaluate", _temp.Path, _temp["run"], "--count", "30");

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
}
