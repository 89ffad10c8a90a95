using Criterion.Formats;
using static Criterion.Cli.Tests.ToolRun;

namespace Criterion.Cli.Tests;

/// <summary>A folder of one's own pictures goes all the way: training with its classes, evaluation, search, resumption.</summary>
public sealed class OwnFolderTests : IDisposable
{
    const int Minute = 60_000;

    static readonly string[] Classes = ["ant", "bee", "cat", "dog", "eel"];
    static readonly string[] Short = ["--steps", "3", "--batch", "4", "--width", "2", "--size", "16"];

    readonly TempFolder _temp = new();

    public OwnFolderTests()
    {
        RandomStream random = new(3);
        foreach ((int label, string name) in Classes.Index())
        {
            Directory.CreateDirectory(_temp[$"pics/{name}"]);
            for (int i = 0; i < 8; i++)
            {
                Tensor noise = Tensor.RandInt(0, 40, [3, 20, 20], random) + (label * 40);
                Png.Write(_temp[$"pics/{name}/{i}.png"], noise.To(DType.UInt8));
            }
        }

        Directory.CreateDirectory(_temp["elsewhere"]);
    }

    string Pics => _temp["pics"];

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task From_another_folder_and_in_a_culture_with_decimal_commas()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs bash");

        string trained = await InShell(["train", "acgan", "--data", "../pics", .. Short, "--out", "gan"]);
        Assert.Contains("Training acgan on 40 images of", trained, StringComparison.Ordinal);
        Assert.Contains("(16×16, 5 classes: ant, bee, cat, dog, eel) into gan", trained, StringComparison.Ordinal);
        GanRunRecord gan = (GanRunRecord)RunFolder.ReadRecord(_temp["elsewhere/gan"]);
        Assert.Equal((5, 5), (gan.Networks.Classes, gan.Data.Classes.Count));
        string evaluated = await InShell("evaluate", "gan", "--count", "30");
        Assert.Contains("40 samples", evaluated, StringComparison.Ordinal);
        Assert.Contains("fake: gan, 30 samples", evaluated, StringComparison.Ordinal);
        Assert.Matches("\nFréchet distance +\\d+(\\.\\d+)? ", evaluated);

        string embedded = await InShell(["train", "embedding", "--data", "../pics", .. Short, "--out", "embedding"]);
        Assert.Contains("without the classes 3 (dog), 4 (eel) into embedding", embedded, StringComparison.Ordinal);
        string quality = embedded.Split('\n').Single(static line => line.StartsWith("Held-out classes: ", StringComparison.Ordinal));
        Assert.Equal(quality, (await InShell("evaluate", "embedding")).TrimEnd());
        Assert.Contains("of 15 images are in found.png", await InShell("search", "embedding", "--show", "3", "--out", "found.png"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_are_resumed_on_their_folder()
    {
        Succeeded(Run(["train", "siamese", "--data", Pics, .. Short, "--out", _temp["run"]]));
        (int code, string output, string error) = Run("train", "--resume", _temp["run"], "--steps", "4");
        Assert.True(code == 0, error);
        Assert.Contains("from step 3 of 4", output, StringComparison.Ordinal);

        File.Move(_temp["pics/ant/0.png"], _temp["pics/bee/moved.png"]);
        (code, _, error) = Run("train", "--resume", _temp["run"], "--steps", "5");
        Assert.Equal(1, code);
        Assert.Contains("Restore the data", error, StringComparison.Ordinal);
        Assert.Contains("Restore the data", Run("evaluate", _temp["run"]).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new string[0], "3 (dog), 4 (eel)")]
    [InlineData(new[] { "--held-out", "0", "--held-out", "1" }, "the classes 0 (ant), 1 (bee)")]
    public void Classes_are_held_out_by_number_and_told_by_name(string[] heldOut, string says) => Assert.Contains(
        says, Run(["train", "siamese", "--data", Pics, .. Short, .. heldOut, "--out", _temp["run"]]).Output, StringComparison.Ordinal);

    [Fact]
    public void A_class_that_is_missing_is_refused_with_the_classes_there_are()
    {
        (int code, _, string error) = Run(
            ["train", "siamese", "--data", Pics, .. Short, "--held-out", "3", "--held-out", "7", "--out", _temp["run"]]);
        Assert.Equal(1, code);
        Assert.Contains(
            "has no images of the held-out classes 7. Its classes are 0 (ant), 1 (bee), 2 (cat), 3 (dog), 4 (eel). Change --held-out.",
            error, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_are_held_out_where_classes_are_too_few()
    {
        Directory.Delete(_temp["pics/dog"], recursive: true);
        (int code, _, string error) = Run(["train", "siamese", "--data", Pics, .. Short, "--out", _temp["run"]]);
        Assert.Equal(1, code);
        Assert.Contains("class 0 (ant) of", error, StringComparison.Ordinal);
        Assert.Contains("has 1 held-out image, and at least 4 are needed to measure. Add images, so that the class has 20", error,
            StringComparison.Ordinal);

        foreach (string name in Classes.Except(["dog"]))
        {
            for (int i = 8; i < 20; i++)
            {
                File.Copy(_temp[$"pics/{name}/{i % 8}.png"], _temp[$"pics/{name}/{i}.png"]);
            }
        }

        (code, string output, error) = Run(["train", "siamese", "--data", Pics, .. Short, "--out", _temp["run"]]);
        Assert.True(code == 0, error);
        Assert.Contains("without a fifth of the images of each class", output, StringComparison.Ordinal);
        Assert.Contains("Held-out images: accuracy", output, StringComparison.Ordinal);
        Assert.Contains("Held-out images: accuracy", Run("evaluate", _temp["run"]).Output, StringComparison.Ordinal);
        Assert.Contains("\"precisionAtOne\":", Run("evaluate", _temp["run"], "--json").Output, StringComparison.Ordinal);
    }

    // The folder that a run was trained on is resized as then, so that the two can be compared.
    [Fact]
    public void A_run_is_measured_against_its_folder_of_images_of_any_size()
    {
        Png.Write(_temp["pics/ant/wide.png"], Tensor.Zeros([3, 10, 30], DType.UInt8));
        Succeeded(Run(["train", "--data", Pics, .. Short, "--out", _temp["run"]]));

        (int code, string alone, string error) = Run("evaluate", _temp["run"], "--count", "20");
        Assert.True(code == 0, error);
        string both = Run("evaluate", Pics, _temp["run"], "--count", "20").Output;
        Assert.Equal(alone, both);
        Assert.Contains("warning: The features are those of a classifier of grey 28×28 pictures", alone, StringComparison.Ordinal);
        Assert.Contains("\"kind\": \"UnsuitedFeatures\"", Run("evaluate", _temp["run"], "--count", "20", "--json").Output,
            StringComparison.Ordinal);
        Assert.Contains("differ in size", Run("evaluate", Pics, Pics).Error, StringComparison.Ordinal);
        Assert.Contains("warning", Run("evaluate", Pics, Pics, "--size", "16").Output, StringComparison.Ordinal);
        Assert.DoesNotContain("classifier of grey", Run("evaluate", "fashion-mnist", _temp["run"], "--count", "20").Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_training_that_measures_photos_warns_at_its_start()
    {
        (int code, _, string error) = Run(
            ["train", "--data", Pics, .. Short, "--frechet-every", "2", "--frechet-count", "8", "--out", _temp["run"]]);
        Assert.True(code == 0, error);
        Assert.Contains("warning: The features are those of a classifier of grey", error, StringComparison.Ordinal);
        Assert.Contains("order runs on the same data at best", File.ReadAllText(_temp["run/report.html"]), StringComparison.Ordinal);
    }

    async Task<string> InShell(params string[] args)
    {
        const string Line = "LANG=de_DE.UTF-8 LC_ALL=de_DE.UTF-8 CRITERION_TEST_CULTURE=comma tool \"$@\"";
        using ToolProcess tool = ToolProcess.InShell(_temp["elsewhere"], Line, args);
        Assert.True(tool.WaitForExit(2 * Minute));
        string output = await tool.Output;
        Assert.True(tool.ExitCode == 0, $"{string.Join(' ', args)}: {await tool.Error}{output}");
        return output;
    }
}
