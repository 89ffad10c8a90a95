using System.Xml.Linq;
using Criterion.Formats;
using static Criterion.Cli.Tests.ToolRun;

namespace Criterion.Cli.Tests;

/// <summary><c>criterion report</c>, and the page that every training leaves.</summary>
public sealed class ReportCommandTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Every_kind_of_run_leaves_a_page()
    {
        Succeeded(Run("train", "siamese", "--steps", "3", "--batch", "4", "--sample-every", "2", "--out", _temp["siamese"]));
        Tensor images = Tensor.Rand([8, 1, 8, 8], random: new RandomStream(4), low: -1);
        Npy.Write(_temp["a.npy"], images);
        Succeeded(Run("train", "cyclegan", "--a", _temp["a.npy"], "--b", _temp["a.npy"], "--range", "-1..1", "--steps", "3", "--batch", "1",
            "--width", "2", "--blocks", "0", "--layers", "1", "--out", _temp["cycle"]));

        Succeeded(Run("train", "cut", "--a", _temp["a.npy"], "--b", _temp["a.npy"], "--range", "-1..1", "--steps", "3", "--width", "2",
            "--blocks", "0", "--layers", "1", "--head-width", "4", "--out", _temp["cut"]));

        Succeeded(Run("train", "super-resolution", "--steps", "3", "--batch", "2", "--width", "2", "--blocks", "0", "--pretrain", "0.5",
            "--out", _temp["large"]));

        Assert.Contains("enlarged bicubically", Page("large").Value, StringComparison.Ordinal);
        XElement siamese = Page("siamese");
        XElement cycle = Page("cycle");

        Assert.Equal(["Losses", "Spread of the embeddings", "Gradient norms"], siamese.All("h3").Select(static title => title.Value));
        Assert.Contains("Recall@1", siamese.Value, StringComparison.Ordinal);
        Assert.Equal(["Losses", "Losses of the discriminators", "Gradient norms"], cycle.All("h3").Select(static title => title.Value));
        Assert.Equal(["Losses", "Gradient norms"], Page("cut").All("h3").Select(static title => title.Value));
        Assert.Contains("Each image of A is followed by its translation to B", Page("cut").Value, StringComparison.Ordinal);
        Assert.Equal(3, siamese.All("img").Length + cycle.All("img").Length);
    }

    [Fact]
    public void The_command_writes_the_page_of_a_run_that_has_none()
    {
        Tiny.Run(_temp["run"], Tiny.Recipe(steps: 3));
        string before = File.ReadAllText(_temp["run/report.html"]);
        File.Delete(_temp["run/report.html"]);

        Assert.Equal((0, _temp["run/report.html"]), (Run("report", _temp["run"]).Code, Run("report", _temp["run"]).Output.Trim()));
        Assert.Equal(before, File.ReadAllText(_temp["run/report.html"]));
        Succeeded(Run("report", _temp["run"], "--out", _temp["page.html"]));
        Assert.Contains("already exists", Run("report", _temp["run"], "--out", _temp["page.html"]).Error, StringComparison.Ordinal);
        Assert.Contains("is not the folder of a run", Run("report", _temp["nowhere"]).Error, StringComparison.Ordinal);
    }

    XElement Page(string run) => WholePage.Read(File.ReadAllText(_temp[$"{run}/report.html"]));
}
