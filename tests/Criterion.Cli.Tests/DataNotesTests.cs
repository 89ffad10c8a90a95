using Criterion.Formats;
using static Criterion.Cli.Tests.ToolRun;

namespace Criterion.Cli.Tests;

/// <summary>
/// Whatever was changed about images, or passed over, is said by every command that loads them, and stands in its record.
/// </summary>
public sealed class DataNotesTests : IDisposable
{
    static readonly string[] Short = ["--steps", "1", "--width", "2"];

    readonly TempFolder _temp = new();

    // Six opaque images of one size, and two others; beside them a file that is no image.
    public DataNotesTests()
    {
        for (int i = 0; i < 6; i++)
        {
            WritePng($"mixed/{i}.png", Tensor.RandInt(0, 256, [3, 16, 16], new RandomStream((ulong)i)));
        }

        WritePng("mixed/transparent.png", Tensor.Zeros([4, 16, 16]));
        WritePng("mixed/wide.png", Tensor.Zeros([1, 8, 24]));
        File.WriteAllText(_temp["mixed/labels.txt"], "x");
    }

    string Mixed => _temp["mixed"];

    string[] Notes =>
    [
        $"1 file of '{Mixed}' is not an image and was ignored: labels.txt.",
        $"1 of 8 images of '{Mixed}' has transparent pixels, which were blended with black.",
        $"1 of 8 images of '{Mixed}' was resized to 16×16.",
        $"1 of 8 images of '{Mixed}' has other proportions and was stretched.",
        $"1 of 8 images of '{Mixed}' is grey and was converted to colour, like the others.",
    ];

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Of_a_training_and_its_resumption()
    {
        AssertNoted(["train", "--data", Mixed, "--size", "16", "--background", "0", "--batch", "4", "--augment", "none", .. Short,
            "--out", _temp["run"]]);
        GanRunRecord record = (GanRunRecord)RunFolder.ReadRecord(_temp["run"]);
        Assert.Equal(Notes, record.Data.Notes);
        Assert.Equal(0, record.Load!.Background);
        Assert.Contains("labels.txt", File.ReadAllText(_temp["run/report.html"]), StringComparison.Ordinal);

        // A file that is no image changes nothing but the note.
        File.Delete(_temp["mixed/labels.txt"]);
        (int code, _, string error) = Run("train", "--resume", _temp["run"], "--steps", "2");
        Assert.Equal((0, Said(Notes.Where(static note => !note.Contains("labels", StringComparison.Ordinal)))), (code, error));
    }

    [Fact]
    public void Of_both_domains_of_a_cyclegan()
    {
        WritePng("plain/0.png", Tensor.Zeros([1, 16, 16]));
        WritePng("plain/1.png", Tensor.Ones([1, 16, 16]));
        File.WriteAllText(_temp["plain/b.csv"], "x");
        string[] all = [.. Notes, $"1 file of '{_temp["plain"]}' is not an image and was ignored: b.csv."];
        AssertNoted(all,
            ["train", "cyclegan", "--a", Mixed, "--b", _temp["plain"], "--size", "16", "--background", "0", "--batch", "2", "--blocks", "0",
                "--augment", "none", .. Short, "--out", _temp["run"]]);
        CycleGanRunRecord record = (CycleGanRunRecord)RunFolder.ReadRecord(_temp["run"]);
        Assert.Equal((5, 1, 0.0), (record.A.Notes.Count, record.B.Notes.Count, record.LoadB!.Background));
    }

    [Fact]
    public void Of_a_comparison()
    {
        AssertNoted(["compare", "--objectives", "hinge", "--seeds", "1", "--data", Mixed, "--size", "16", "--background", "0", "--batch",
            "4", "--count", "8", .. Short, "--out", _temp["run"]]);
        ComparisonRecord record = Comparison.ReadRecord(_temp["run"])!;
        Assert.Equal(Notes, record.Data.Notes);
        Assert.Equal(0, record.Options.Data.Background);
    }

    [Fact]
    public void Of_an_evaluation_once_for_the_same_images_twice()
    {
        string[] evaluate = ["evaluate", Mixed, Mixed, "--size", "16"];
        AssertNoted([.. evaluate, "--background", "0"]);
        Assert.NotEqual(Run([.. evaluate, "--background", "0"]).Output, Run([.. evaluate, "--background", "1"]).Output);
        Assert.Equal(Run(evaluate).Output, Run([.. evaluate, "--background", "1"]).Output);
    }

    [Fact]
    public void Of_the_query_and_the_gallery_of_a_search()
    {
        EmbeddingRun run = new(new EmbeddingOptions(), new EmbeddingNetwork(width: 2), ImageDataset.FashionMnist());
        using (RunFolder folder = RunFolder.Create<EmbeddingStep>(_temp["run"]))
        {
            folder.WriteRecord(run.Record);
        }

        EncoderFile.Write(Path.Combine(_temp["run"], EncoderFile.Name), new EmbeddingNetwork(width: 2).Build(new RandomStream(0)));
        WritePng("query.png", Tensor.Zeros([2, 32, 32]));
        WritePng("gallery/0.png", Tensor.Zeros([1, 32, 32]));
        WritePng("gallery/1.png", Tensor.Zeros([1, 16, 16]));
        AssertNoted(
            [
                $"The image of '{_temp["query.png"]}' has transparent pixels, which were blended with a grey of 0.5.",
                $"1 of 2 images of '{_temp["gallery"]}' was resized to 32×32.",
            ],
            ["search", _temp["run"], "--query", _temp["query.png"], "--gallery", _temp["gallery"], "--background", "0.5", "--out",
                _temp["found.png"]]);
    }

    [Fact]
    public void Of_names_that_hold_line_feeds_in_one_line()
    {
        File.Move(_temp["mixed/labels.txt"], _temp["mixed/la\nbels.txt"]);
        (_, _, string error) = Run("evaluate", Mixed, Mixed, "--size", "16");
        Assert.Contains("note: 1 file of", error, StringComparison.Ordinal);
        Assert.All(error.TrimEnd().Split('\n'), static line => Assert.StartsWith("note: ", line, StringComparison.Ordinal));
    }

    void AssertNoted(string[] args) => AssertNoted(Notes, args);

    static void AssertNoted(string[] notes, string[] args)
    {
        (int code, string output, string error) = Run(args);
        IEnumerable<string> written = error.Split('\n').Where(static line => line.StartsWith("note: ", StringComparison.Ordinal));
        Assert.Equal((0, Said(notes)), (code, string.Concat(written.Select(static line => $"{line}\n"))));
        Assert.DoesNotContain("note: ", output, StringComparison.Ordinal);
    }

    static string Said(IEnumerable<string> notes) => string.Concat(notes.Select(static note => $"note: {note}\n"));

    void WritePng(string name, Tensor pixels)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_temp[name])!);
        Png.Write(_temp[name], pixels.To(DType.UInt8));
    }
}
