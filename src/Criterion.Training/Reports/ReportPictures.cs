using Criterion.Formats;

namespace Criterion.Training;

/// <summary>Reduces pictures until they fit into a page together.</summary>
internal static class ReportPictures
{
    /// <summary>The bytes of all pictures of a page, which base64 makes a third larger: an ordinary page stays below 1 MB.</summary>
    public const int Total = 600_000;

    // Many pictures exceed the total rather than become unrecognizable.
    const int Least = 12_000;
    const int MostReduction = 16;

    /// <summary>Returns the pictures in files as PNGs, reduced in size where they exceed their share of <see cref="Total"/>.</summary>
    /// <param name="pictures">The files, each with the weight of its share.</param>
    /// <returns>The PNGs in order, and whether any was reduced.</returns>
    public static (byte[][] Pictures, bool AreReduced) Fit(params IReadOnlyList<(string File, double Weight)> pictures)
    {
        byte[][] files = [.. pictures.Select(static picture => File.ReadAllBytes(picture.File))];
        double[] weights = [.. pictures.Select(static picture => picture.Weight)];

        // What small pictures leave over is shared by the others.
        double unit = Total / Math.Max(1, weights.Sum());
        bool[] isSmall = [.. files.Zip(weights, (file, weight) => file.Length <= unit * weight)];
        double left = Total - files.Zip(isSmall, static (file, small) => small ? file.Length : 0).Sum();
        unit = left / Math.Max(1, weights.Zip(isSmall, static (weight, small) => small ? 0 : weight).Sum());
        byte[][] fitted = [.. files.Select((file, i) => isSmall[i] ? file : Reduced(file, Math.Max(Least, unit * weights[i])))];
        return (fitted, fitted.Zip(files).Any(static pair => pair.First != pair.Second));
    }

    static byte[] Reduced(byte[] png, double most)
    {
        using TensorScope scope = new();
        Tensor picture = Png.Read(new MemoryStream(png));
        int largest = Math.Min(MostReduction, Math.Min(picture.Shape[1], picture.Shape[2]));
        for (int factor = 2; png.Length > most && factor <= largest; factor++)
        {
            png = Written(picture, factor);
        }

        return png;
    }

    // A mean over squares keeps enlarged pixels as they are, and the others without moiré.
    static byte[] Written(Tensor picture, int factor)
    {
        Tensor means = picture.To(DType.Float32).Unsqueeze(0).AvgPool2d(factor);
        using MemoryStream stream = new();
        Png.Write(stream, (means[0] + 0.5).Clamp(0, 255).To(DType.UInt8));
        return stream.ToArray();
    }
}
