using System.CommandLine;
using Criterion.Formats;
using Criterion.Losses;
using Criterion.Tests.Repository;
using static Criterion.Cli.Tests.ToolRun;

namespace Criterion.Cli.Tests;

/// <summary><c>criterion train embedding</c>: any loss, any labelled images, and images without labels.</summary>
public sealed class EmbeddingCommandTests : IDisposable
{
    readonly TempFolder _temp = new();

    public EmbeddingCommandTests()
    {
        long[] labels = [.. Enumerable.Range(0, 80).Select(static i => (long)(i % 4))];
        Tensor level = (Tensor.From(labels).To(DType.Float32) * 0.4) - 0.6;
        Npy.Write(_temp["images.npy"], level.Reshape(80, 1, 1, 1) + (Tensor.Randn([80, 1, 8, 8], random: new RandomStream(1)) * 0.05));
        Npy.Write(_temp["labels.npy"], Tensor.From(labels));
        Npy.Write(_temp["few.npy"], Tensor.From<long>(1, 2));
    }

    string[] Images => ["--data", _temp["images.npy"], "--range", "-1..1", "--batch", "8", "--width", "2"];

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("multi-similarity:threshold=0.6")]
    [InlineData("arcface:scale=16,centres=2")]
    [InlineData("triplet")]
    public void Images_of_a_file_are_trained_on_with_the_labels_of_another(string loss)
    {
        string output = Succeeded(Run(
            ["train", "embedding", "--loss", loss, .. Images, "--labels", _temp["labels.npy"], "--steps", "4", "--out", _temp["run"]]));

        Assert.Contains($"Training embedding ({LossName.Of(EmbeddingNames.Parse(loss).GetType())}) on", output, StringComparison.Ordinal);
        Assert.Contains("without a fifth of the images of each class", output, StringComparison.Ordinal);
        Assert.Matches(@"accuracy \d+\.\d % \(\d+\.\d % to \d+\.\d %\).*Recall@1 .*MAP@R", output);
        EmbeddingRunRecord record = (EmbeddingRunRecord)RunFolder.ReadRecord(_temp["run"]);
        Assert.Equal(("embedding", EmbeddingNames.Parse(loss)), (record.Recipe, record.Options.Loss));

        Assert.Contains("Resuming embedding", Succeeded(Run("train", "--resume", _temp["run"], "--steps", "6")), StringComparison.Ordinal);
        Assert.Contains("Recall@1", Succeeded(Run("evaluate", _temp["run"])), StringComparison.Ordinal);
        Assert.Contains("\"meanAveragePrecisionAtR\"", Succeeded(Run("evaluate", _temp["run"], "--json")), StringComparison.Ordinal);
        Assert.Contains("nearest", Succeeded(Run("search", _temp["run"], "--out", _temp["found.png"])), StringComparison.Ordinal);
    }

    [Fact]
    public void Views_need_no_labels()
    {
        string output = Succeeded(Run(["train", "embedding", "--views", .. Images, "--steps", "3", "--out", _temp["run"]]));
        EmbeddingOptions options = ((EmbeddingRunRecord)RunFolder.ReadRecord(_temp["run"])).Options;

        Assert.Contains("(nt-xent of views, without labels)", output, StringComparison.Ordinal);
        Assert.Contains("without a fifth of the images into", output, StringComparison.Ordinal);
        Assert.Equal((new NtXentLoss(), true), (options.Loss, options.Views));
        Assert.Equal(new ViewAugmentation(), options.Augmentation);
        Assert.Contains("The query and its 10 nearest of 79 images are in",
            Succeeded(Run("search", _temp["run"], "--out", _temp["found.png"])), StringComparison.Ordinal);
        Succeeded(Run(
            ["train", "embedding", "--views", "--loss", "vic-reg", "--augment", "crop=0.8,flip=false", .. Images, "--steps", "3", "--out",
                _temp["other"]]));
        Assert.Equal(
            new ViewAugmentation(crop: 0.8, flip: false), ((EmbeddingRunRecord)RunFolder.ReadRecord(_temp["other"])).Options.Augmentation);
    }

    [Fact]
    public void Siamese_training_has_the_same_options_and_other_defaults()
    {
        Succeeded(Run(
            ["train", "siamese", .. Images, "--labels", _temp["labels.npy"], "--steps", "2", "--augment", "default", "--out",
                _temp["run"]]));
        EmbeddingRunRecord record = (EmbeddingRunRecord)RunFolder.ReadRecord(_temp["run"]);

        Assert.Equal(("siamese", new ViewAugmentation()), (record.Recipe, record.Options.Augmentation));
        Assert.Equal(new CosineEmbeddingLoss(0.5), record.Options.Loss);
    }

    [Theory]
    [InlineData("has no labels, and embeddings are learned from classes")]
    [InlineData("few.npy' contains Int64 [2], and the labels of 80 images are integers [80]", "--labels", "few.npy")]
    [InlineData("NtXentLoss compares two views of each image. Set --views", "--loss", "nt-xent", "--labels", "labels.npy")]
    [InlineData("ArcFaceLoss needs labels, and --views trains without. Set --loss to", "--views", "--loss", "arc-face")]
    [InlineData("--loss arc-fase: There is no loss of embeddings 'arc-fase'. Did you mean arc-face?", "--loss", "arc-fase")]
    [InlineData("--augment crop=2: ViewAugmentation.Crop: the value must be in (0, 1], but is 2", "--augment", "crop=2")]
    [InlineData("--memory applies to losses from labels that compare with", "--memory", "64", "--loss", "n-pair", "--labels",
        "labels.npy")]
    [InlineData("Expected no value", "--views=yes")]
    public void What_cannot_be_trained_is_refused_before_a_folder_is_made(string message, params string[] args)
    {
        string[] given = [.. args.Select(arg => arg.EndsWith(".npy", StringComparison.Ordinal) ? _temp[arg] : arg)];
        (int code, _, string error) = Run(["train", "embedding", .. Images, .. given, "--out", _temp["run"]]);

        Assert.NotEqual(0, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_temp["run"]));
    }

    // Images that are all the same have one embedding, whatever their labels are.
    [Fact]
    public async Task A_collapse_is_reported_while_it_trains_in_the_report_and_on_the_page()
    {
        Npy.Write(_temp["images.npy"], Tensor.Zeros([80, 1, 8, 8]));
        (_, _, string error) = Run(
            ["train", "embedding", "--loss", "batch-triplet", "--augment", "none", .. Images, "--labels", _temp["labels.npy"], "--steps",
                "100", "--out", _temp["run"]]);

        Assert.Contains("step 100: The embeddings have collapsed to one point: for 50 steps", error, StringComparison.Ordinal);
        Assert.Contains("Lower --lr", error, StringComparison.Ordinal);
        Assert.Contains("The embeddings have collapsed", File.ReadAllText(_temp["run/report.html"]), StringComparison.Ordinal);
        using WatchedPage page = new(_temp["run"]);
        Assert.Contains("The embeddings have collapsed", await page.Get(), StringComparison.Ordinal);
    }

    [Fact]
    public void Commands_of_the_page_are_valid()
    {
        ToolConsole console = new(TextWriter.Null, TextWriter.Null, IsInteractive: false);
        Command root = Tool.Root(console, static () => CancellationToken.None, new Option<bool>("--debug"));
        string[] commands =
        [
            .. RepositoryRoot.Read("docs", "embeddings.md").Split('\n')
                .Where(static line => line.StartsWith("criterion train", StringComparison.Ordinal)),
        ];

        Assert.Equal(6, commands.Length);
        Assert.All(commands, command =>
        {
            string[] args = command.Split(' ')[1..];
            Assert.Null(UsageErrors.Find(root.Parse(args), args));
        });
    }

    static string Succeeded((int Code, string Output, string Error) run)
    {
        ToolRun.Succeeded(run);
        return run.Output;
    }
}
