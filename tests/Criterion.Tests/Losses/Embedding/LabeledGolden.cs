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

    /// <summary>Whether a case is of two views without labels, in both directions or in one.</summary>
    public static bool IsOfViews(TheoryDataRow<string, string> row, bool isOneWay) =>
        row.Data.Item2.StartsWith(isOneWay ? "views_one_way" : "views_", StringComparison.Ordinal)
        && row.Data.Item2.Contains("one_way", StringComparison.Ordinal) == isOneWay;

    /// <summary>Whether the rows are divided by their norms.</summary>
    public static bool IsNormalized(GoldenCase golden) => golden.Args.Text("distance", "cosine") != "dot";

    /// <summary>The temperature of cosines: of rows of length 1, −‖x − y‖² is 2 cos − 2.</summary>
    public static double Temperature(GoldenCase golden) =>
        golden.Args.Double("temperature") / (golden.Args.Text("distance", "cosine") == "squared_normalized" ? 2 : 1);
}
