using System.Runtime.CompilerServices;
using Criterion.Formats;
using Criterion.Tests.Repository;
using SkiaSharp;

namespace Criterion.Images.Tests;

/// <summary>The pictures that Photos/make.py wrote, and what Pillow decodes from them.</summary>
internal static class PhotoFiles
{
    /// <summary>The names of all pictures.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. Directory.GetFiles(Folder).Select(static file => Path.GetFileName(file))
            .Where(static name => Path.GetExtension(name) is not (".npy" or ".py")).Order(StringComparer.Ordinal),
    ];

    static string Folder => RepositoryRoot.File("tests", "Criterion.Images.Tests", "Photos");

    [ModuleInitializer]
    public static void Register() => ImageDecoders.Register(new SkiaImageDecoder());

    public static string Of(string name) => Path.Combine(Folder, name);

    public static byte[] Bytes(string name) => File.ReadAllBytes(Of(name));

    /// <summary>The pixels that Pillow decodes: UInt8 [C, H, W].</summary>
    public static Tensor Golden(string name) => Npy.Read(Of($"{name}.npy"));

    public static Tensor Decode(string name) => new SkiaImageDecoder().Decode(Bytes(name)).Pixels;

    /// <summary>Copies pictures into a folder under other names.</summary>
    public static void Copy(string folder, params IEnumerable<(string From, string To)> files)
    {
        foreach ((string from, string to) in files)
        {
            string path = Path.Combine(folder, to);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(Of(from), path);
        }
    }

    /// <summary>Writes a JPEG of many circles, with about as many bytes as a photo.</summary>
    public static void Draw(string file, RandomStream random, int width, int height)
    {
        const int Circles = 200;
        using SKBitmap bitmap = new(width, height);
        using SKCanvas canvas = new(bitmap);
        canvas.Clear(Colour(random));
        for (int i = 0; i < Circles; i++)
        {
            using SKPaint paint = new() { Color = Colour(random), IsAntialias = true };
            canvas.DrawCircle(random.NextInt(width), random.NextInt(height), 2 + random.NextInt(20), paint);
        }

        using SKData jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, jpeg.ToArray());
    }

    static SKColor Colour(RandomStream random) =>
        new((byte)random.NextInt(256), (byte)random.NextInt(256), (byte)random.NextInt(256));

    /// <summary>The images of a data set in bytes, <c>[N, C, H, W]</c>.</summary>
    public static byte[] Levels(ImageDataset data) =>
        [.. data.Images.ToArray<float>().Select(static x => (byte)MathF.Round((x + 1) * 127.5f))];
}
