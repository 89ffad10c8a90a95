using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses;

/// <summary>Reading the options of pytorch-metric-learning.</summary>
internal static class LabeledGolden
{
    public static EmbeddingDistance Distance(GoldenCase golden) => golden.Args.Text("distance", "euclidean_normalized") switch
    {
        "cosine" => EmbeddingDistance.Cosine,
        "euclidean" => EmbeddingDistance.Euclidean,
        "euclidean_normalized" => EmbeddingDistance.UnitEuclidean,
        string other => throw new NotSupportedException(other),
    };
}
