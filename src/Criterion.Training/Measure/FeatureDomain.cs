namespace Criterion.Training;

/// <summary>Finds images that the embedded classifier of garments was not trained for.</summary>
internal static class FeatureDomain
{
    /// <summary>Returns a finding for images that are in colour or of another source than Fashion-MNIST; null for others.</summary>
    /// <param name="source">The source of the images.</param>
    /// <param name="channels">The channels of the images.</param>
    public static Finding? Check(string source, int channels)
    {
        if (source == ImageDataset.FashionMnistName && channels == 1)
        {
            return null;
        }

        string images = channels == 1 ? "other images" : "images in colour";
        return new Finding(
            FindingKind.UnsuitedFeatures,
            $"The features are those of a classifier of grey 28×28 pictures of clothes, and '{source}' has {images}. Fréchet and kernel "
            + "distance, precision, recall, density, coverage and score order runs on the same data at best; their values mean little.");
    }

    /// <summary>Returns the findings for data whose samples are measured.</summary>
    /// <param name="data">The data.</param>
    public static Finding? Check(DataRecord data) => data.Shape.Count == 3 ? Check(data.Source, data.Shape[0]) : null;
}
