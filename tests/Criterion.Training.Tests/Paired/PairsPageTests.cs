using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training.Tests;

/// <summary>The code of docs/pairs.md.</summary>
public sealed class PairsPageTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_translator_learns_from_two_folders_and_is_read_back()
    {
        foreach ((string name, int i) in Enumerable.Range(0, 8).Select(static i => ($"{i}.png", i)))
        {
            Directory.CreateDirectory(_temp["maps"]);
            Directory.CreateDirectory(_temp["photos"]);
            Png.Write(_temp[$"maps/{name}"], Tensor.Full([1, 16, 16], i, DType.UInt8));
            Png.Write(_temp[$"photos/{name}"], Tensor.Full([3, 16, 16], 10 * i, DType.UInt8));
        }

        (TranslationQuality.Direction? quality, Tensor output) = Trained(
            _temp["maps"], _temp["photos"], _temp["run"], Tensor.Zeros([3, 3, 16, 16]));

        Assert.True(quality!.Psnr > 0);
        Assert.Equal([3, 3, 16, 16], output.Shape);
    }

    static (TranslationQuality.Direction? Quality, Tensor Output) Trained(string maps, string photos, string path, Tensor images)
    {
        SourcePairs pairs = new(DataArguments.Of([maps], size: 16, range: null), DataArguments.Of([photos], size: 16, range: null));
        PairedRun run = PairedRun.CreatePix2Pix(PairedOptions.Pix2Pix with { Steps = 2, BatchSize = 2 }, pairs);
        using RunFolder folder = RunFolder.Create<PairedStep>(path);
        TranslationQuality.Direction? quality = run.Execute(folder).Quality;
        Sequential translator = PairedRun.ReadTranslator(path);
        Tensor output = translator.InBatches(images); // [N, C, H, W], values in [−1, 1]
        return (quality, output);
    }
}
