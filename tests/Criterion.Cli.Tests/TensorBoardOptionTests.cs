using Criterion.Formats;
using static Criterion.Cli.Tests.ToolRun;

namespace Criterion.Cli.Tests;

/// <summary><c>--tensorboard</c> and <c>--histogram-every</c> of every training.</summary>
public sealed class TensorBoardOptionTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Every_training_writes_an_event_file()
    {
        Npy.Write(_temp["a.npy"], Tensor.Rand([8, 1, 8, 8], random: new RandomStream(4), low: -1));
        Succeeded(Run("train", "--data", _temp["a.npy"], "--range", "-1..1", "--steps", "2", "--batch", "2", "--width", "2",
            "--tensorboard", "--out", _temp["gan"]));
        Succeeded(Run("train", "siamese", "--steps", "1", "--batch", "2", "--tensorboard", "--out", _temp["siamese"]));
        Succeeded(Run("train", "cyclegan", "--a", _temp["a.npy"], "--b", _temp["a.npy"], "--range", "-1..1", "--steps", "1", "--batch", "1",
            "--width", "2", "--blocks", "0", "--layers", "1", "--tensorboard", "--histogram-every", "1", "--out", _temp["cycle"]));

        Assert.All((string[])["gan", "siamese", "cycle"], name => Assert.Single(Events(name)));
        Assert.Equal(new TensorBoardOptions(1), RunFolder.ReadRecord(_temp["cycle"]).TensorBoard);
        Assert.Equal(new TensorBoardOptions(), RunFolder.ReadRecord(_temp["gan"]).TensorBoard);
    }

    [Fact]
    public void A_resumed_run_continues_in_a_new_file_and_any_run_may_begin_one()
    {
        string[] train = ["train", "--data", "ring", "--batch", "4", "--width", "2"];
        Succeeded(Run([.. train, "--steps", "2", "--tensorboard", "--out", _temp["with"]]));
        Succeeded(Run([.. train, "--steps", "2", "--out", _temp["without"]]));
        Succeeded(Run("train", "--resume", _temp["with"], "--steps", "3"));
        Succeeded(Run("train", "--resume", _temp["without"], "--steps", "3"));
        Assert.Equal((2, 0), (Events("with").Length, Events("without").Length));

        Succeeded(Run("train", "--resume", _temp["without"], "--steps", "4", "--tensorboard"));
        Assert.Single(Events("without"));
    }

    [Fact]
    public void Histograms_without_an_event_file_are_refused_before_anything_is_written()
    {
        (int code, _, string error) = Run("train", "--data", "ring", "--histogram-every", "5", "--out", _temp["run"]);

        Assert.Equal(1, code);
        Assert.Equal("criterion: --histogram-every has no effect without --tensorboard. Give both, or neither.", error.TrimEnd());
        Assert.False(Directory.Exists(_temp["run"]));
    }

    string[] Events(string run) => Directory.GetFiles(_temp[run], "events.out.tfevents.*");
}
