using Criterion.Formats;

namespace Criterion.Cli.Tests;

/// <summary><c>criterion compare</c>.</summary>
public sealed class CompareCommandTests : IDisposable
{
    readonly TempFolder _temp = new();

    public CompareCommandTests() => Npy.Write(_temp["data.npy"], Tensor.Rand([32, 1, 8, 8], random: new RandomStream(4), low: -1));

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void From_the_command_line_and_on_by_the_folder_alone()
    {
        string[] all = ["compare", "--objectives", "least-squares:a=-1,c=0,hinge", "--seeds", "2", "--steps", "3", "--data",
            _temp["data.npy"], "--range", "-1..1", "--batch", "4", "--width", "2", "--count", "20"];
        using CancellationTokenSource stop = new();
        stop.Cancel();

        (int code, string output, _) = Run(stop.Token, [.. all, "--out", _temp["run"]]);
        Assert.Equal(130, code);
        Assert.Contains("Stopped.", output, StringComparison.Ordinal);

        (code, output, string error) = Run(CancellationToken.None, "compare", "--out", _temp["run"]);
        Assert.Equal(0, code);
        Assert.StartsWith("warning: The features are those of a classifier of grey 28×28 pictures", error, StringComparison.Ordinal);
        Assert.Contains("hinge, seed 1: step 3/3", output, StringComparison.Ordinal);
        Assert.Matches(@"\nObjective +Fréchet distance +.*Time per step +Stable runs\n(least-squares:a=-1,c=0|hinge) +\d+.* ± \d.* \(\d.* "
            + @"to \d.*\).*too few steps\n", output);
        Assert.Contains("other options: seeds 2 there, 3 now.",
            Run(CancellationToken.None, "compare", "--out", _temp["run"], "--seeds", "3").Error, StringComparison.Ordinal);
        Assert.Contains("\"stableShare\": null", Run(CancellationToken.None, "compare", "--out", _temp["run"], "--json").Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Losses_of_embeddings_from_the_command_line_and_on_by_the_folder_alone()
    {
        Npy.Write(_temp["images.npy"], Tensor.Rand([48, 1, 8, 8], random: new RandomStream(5)));
        Npy.Write(_temp["labels.npy"], Tensor.From([.. Enumerable.Range(0, 48).Select(static i => (long)(i / 8))]));
        string[] all = ["compare", "embedding", "--losses", "arc-face:scale=16,margin=0.3,contrastive", "--seeds", "2", "--steps", "3",
            "--data", _temp["images.npy"], "--labels", _temp["labels.npy"], "--range", "0..1", "--images", "12", "--width", "2"];
        using CancellationTokenSource stop = new();
        stop.Cancel();

        Assert.Equal(130, Run(stop.Token, [.. all, "--out", _temp["run"]]).Code);
        (int code, string output, string error) = Run(CancellationToken.None, "compare", "embedding", "--out", _temp["run"]);

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("contrastive, seed 1: step 3/3", output, StringComparison.Ordinal);
        Assert.Matches(@"\nLoss +Area under the curve \(ROC\) +Accuracy +Recall@1 +MAP@R +Time per step +Stable runs\n"
            + @"(arc-face:scale=16,margin=0.3|contrastive) +\d", output);
        Assert.Contains("Resume it by: criterion compare embedding --out",
            Run(CancellationToken.None, "compare", "--out", _temp["run"]).Error, StringComparison.Ordinal);
        Assert.Contains("learning rate 0.001 there, 0.01 now",
            Run(CancellationToken.None, "compare", "embedding", "--out", _temp["run"], "--lr", "0.01").Error, StringComparison.Ordinal);
        Assert.Contains("'5' in 'contrastive:margin=0,5' of --losses is not a loss.",
            Run(CancellationToken.None, "compare", "embedding", "--losses", "contrastive:margin=0,5").Error, StringComparison.Ordinal);
    }

    static (int Code, string Output, string Error) Run(CancellationToken stop, params string[] args)
    {
        int threads = Compute.Threads;
        var run = ToolRun.Run(stop, args);
        Compute.Threads = threads;
        return run;
    }
}
