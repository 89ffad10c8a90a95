using System.Text.Json.Serialization;
using Criterion.Metrics;

namespace Criterion.Training;

/// <summary>The similarity of two images of the same size, by all metrics of single images.</summary>
public sealed record ImageComparison
{
    // The window of SSIM is 11×11, and each further scale halves the image.
    const int Window = 11;
    const int MostScales = 5;

    /// <summary>Gets the file of the first image.</summary>
    public required string Image { get; init; }

    /// <summary>Gets the file of the second image.</summary>
    public required string Reference { get; init; }

    /// <summary>Gets the height, in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Gets the width, in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Gets the number of channels: 1 for grey images, 3 for colour.</summary>
    public required int Channels { get; init; }

    /// <summary>Gets the peak signal-to-noise ratio in decibels; +∞ for identical images.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
    public required double Psnr { get; init; }

    /// <summary>Gets the structural similarity, in [−1, 1]; null for images of fewer than 11 pixels a side.</summary>
    public double? Ssim { get; init; }

    /// <summary>
    /// Gets the multi-scale structural similarity by <see cref="Scales"/> scales; null for images of fewer than 11 pixels a side.
    /// </summary>
    public double? MultiScaleSsim { get; init; }

    /// <summary>Gets the number of scales: 5, or as many as the images allow; 5 need 161 pixels a side.</summary>
    public int Scales { get; init; }

    /// <summary>Gets the mean absolute error, in [0, 255].</summary>
    public required double MeanAbsoluteError { get; init; }

    /// <summary>Gets the mean squared error, in [0, 255²].</summary>
    public required double MeanSquaredError { get; init; }

    /// <summary>Gets the changes that reading made, as sentences to show to the user.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Reads two pictures and compares them.</summary>
    /// <param name="image">The file of the first image.</param>
    /// <param name="reference">The file of the second image.</param>
    /// <param name="background">The grey behind transparent pixels, from 0 for black to 1 for white. Default: 1.</param>
    /// <param name="size">The side to resize both images to, in pixels; null to keep their size.</param>
    /// <param name="fit">How images that are not square are resized. Default: Stretch.</param>
    /// <exception cref="TrainingException">The images differ in size.</exception>
    /// <exception cref="Formats.DataFormatException">A file is damaged or not a picture.</exception>
    public static ImageComparison Of(
        string image, string reference, double background = 1, int? size = null, ImageFit fit = ImageFit.Stretch)
    {
        List<string> notes = [];
        Tensor Read(string file) => SingleImage.Read(file, ImageRange.Byte, background, notes, size, fit);
        Tensor[] both = SingleImage.InSameChannels([(image, Read(image)), (reference, Read(reference))], notes);
        (Size2 first, Size2 second) = (new(both[0].Shape[2], both[0].Shape[3]), new(both[1].Shape[2], both[1].Shape[3]));
        return first == second
            ? Of(image, reference, both[0], both[1]) with { Notes = notes }
            : throw new TrainingException($"'{image}' is {first} and '{reference}' is {second}, and only images of one size are compared. "
                + $"Give a size to resize both to ({ImageDataset.SizeParameter}).");
    }

    static ImageComparison Of(string image, string reference, Tensor x, Tensor y)
    {
        int side = Math.Min(x.Shape[2], x.Shape[3]);
        int scales = Enumerable.Range(0, MostScales).Count(scale => side > (Window - 1) << scale);
        Tensor difference = x - y;
        return new ImageComparison
        {
            Image = image,
            Reference = reference,
            Height = x.Shape[2],
            Width = x.Shape[3],
            Channels = x.Shape[1],
            Psnr = new Psnr(ImageRange.Byte).Of(x, y),
            Ssim = scales > 0 ? new SsimIndex(ImageRange.Byte).Of(x, y) : null,
            MultiScaleSsim = scales > 0 ? new MultiScaleSsim(ImageRange.Byte, scales: scales).Of(x, y) : null,
            Scales = scales,
            MeanAbsoluteError = difference.Abs().Mean().Item(),
            MeanSquaredError = (difference * difference).Mean().Item(),
        };
    }
}
