using static Criterion.Images.Tests.PhotoFiles;

namespace Criterion.Images.Tests;

/// <summary>The code of docs/photos.md.</summary>
public sealed class PhotoPageTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_program_reads_a_folder()
    {
        string folder = _temp.Path;
        Copy(folder, ("420.jpg", "a.jpg"), ("alpha.webp", "b.webp"));
        ImageDecoders.Register(new SkiaImageDecoder());
        ImageDataset photos = ImageDataset.Load(folder, size: 64, fit: ImageFit.Crop, damaged: DamagedImages.Skip);
        Assert.Equal(new Shape(2, 3, 64, 64), photos.Batch(Tensor.From<long>([1, 0])).Shape);
    }
}
