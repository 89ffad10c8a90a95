using System.Diagnostics;

namespace Criterion.Images.Tests;

/// <summary>50,000 photos fit into 1 GB.</summary>
public sealed class PhotoRateTests(ITestOutputHelper output) : IDisposable
{
    const int Photos = 50_000;
    const int Distinct = 200;
    const int Side = 64;

    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    // The size of the aligned faces of CelebA.
    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public void Fifty_thousand_photos_of_64_pixels_fit_into_a_gigabyte()
    {
        Make(width: 178, height: 218);
        Stopwatch watch = Stopwatch.StartNew();
        ImageDataset data = ImageDataset.Load(_temp["photos"], size: Side, fit: ImageFit.Crop);
        double seconds = watch.Elapsed.TotalSeconds;
        using Process process = Process.GetCurrentProcess();
        output.WriteLine(
            $"{data.Count / seconds:F0} photos/s on {Compute.Threads} threads, at most {process.PeakWorkingSet64 / 1e6:F0} MB");
        Assert.Equal((Photos, DType.UInt8), (data.Count, data.Stored.DType));
        Assert.InRange(process.PeakWorkingSet64, 0, 1L << 30);
    }

    void Make(int width, int height)
    {
        Directory.CreateDirectory(_temp["photos"]);
        for (int i = 0; i < Distinct; i++)
        {
            PhotoFiles.Draw(_temp[$"{i}.jpg"], new RandomStream((ulong)i), width, height);
        }

        for (int i = 0; i < Photos; i++)
        {
            File.CreateSymbolicLink(_temp[$"photos/{i:D5}.jpg"], _temp[$"{i % Distinct}.jpg"]);
        }
    }
}
