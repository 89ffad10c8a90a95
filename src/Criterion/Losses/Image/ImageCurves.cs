namespace Criterion.Losses;

/// <summary>Curves of image losses: an image degraded by noise, by a shift in brightness, and by a loss of contrast.</summary>
internal static class ImageCurves
{
    /// <summary>Returns the curves, with the degradation as a share of the range.</summary>
    /// <param name="loss">A loss that returns one number for each image.</param>
    /// <param name="range">The values of black and white.</param>
    /// <param name="size">The side of the image.</param>
    public static IEnumerable<LossCurve> Of(IPredictionLoss loss, ImageRange range, int size = 24)
    {
        Tensor image = Pattern(7, 13, 32, size) * 0.4 + 0.3;

        // ±1, so that its root mean square is 1 and no image leaves the range.
        Tensor noise = (Pattern(5, 11, 7, size) - 0.5).Sign();
        yield return Curve("noise", x => image + (x * noise));
        yield return Curve("brighter", x => image + x);
        yield return Curve("less contrast", x => ((image - 0.5) * (1 - (x * 3))) + 0.5);

        LossCurve Curve(string name, Func<Tensor, Tensor> change) => new(name, "change", 0, 0.29, x =>
        {
            Tensor changed = change(x.Reshape(-1, 1, 1, 1));
            return loss.Forward(InRange(changed), InRange(image.To(x.DType).Expand([.. changed.Shape])));
        });

        Tensor InRange(Tensor images) => (images * range.Extent()) + range.Black();
    }

    /// <summary>Returns the image ((i·down + j·across) mod period) / (period − 1).</summary>
    static Tensor Pattern(int down, int across, int period, int size)
    {
        double[] values = [.. from i in Enumerable.Range(0, size)
                              from j in Enumerable.Range(0, size)
                              select ((i * down) + (j * across)) % period / (period - 1.0)];
        return Tensor.From(values, [1, 1, size, size]);
    }
}
