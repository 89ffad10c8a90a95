using System.Globalization;
using System.Text.Json;
using Criterion.Metrics;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Metrics;

/// <summary>Retrieval and clusters against pytorch-metric-learning, scikit-learn and the definitions in numpy.</summary>
public class RetrievalGoldenTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Searches() =>
        GoldenFile.Rows("retrieval", "AccuracyCalculator", "several_labels");

    public static IEnumerable<TheoryDataRow<string, string>> Partitions() => GoldenFile.Rows("retrieval", "clusters");

    [Theory]
    [MemberData(nameof(Searches))]
    public void Agrees_with_the_definitions(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("retrieval", op, name);
        JsonElement definition = golden["definition"];
        RetrievalResult result = Evaluate(golden);
        Assert.Equal(definition.GetProperty("queries").GetInt32(), result.Queries.Count);
        Close(definition, "mean_average_precision", result.MeanAveragePrecision);
        Close(definition, "mean_average_precision_at_r", result.MeanAveragePrecisionAtR);
        Close(definition, "r_precision", result.RPrecision);
        Close(definition, "mean_reciprocal_rank", result.MeanReciprocalRank);
        foreach (int k in Depths(golden))
        {
            string key = k.ToString(CultureInfo.InvariantCulture);
            Close(definition.GetProperty("recall_at_k"), key, result.RecallAt(k));
            Close(definition.GetProperty("precision_at_k"), key, result.PrecisionAt(k));
            Close(definition.GetProperty("share_found_at_k"), key, result.ShareFoundAt(k));
        }
    }

    [Theory]
    [MemberData(nameof(Searches))]
    public void Agrees_with_pytorch_metric_learning(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("retrieval", op, name);
        if (!golden.Has("calculator") || golden.Args.Flag("avg_of_avgs"))
        {
            // Means of means of classes are not measured here; the definitions above cover these inputs.
            return;
        }

        RetrievalResult result = Evaluate(golden);
        JsonElement calculator = golden["calculator"];
        Close(calculator, "mean_average_precision", result.MeanAveragePrecision);
        Close(calculator, "mean_average_precision_at_r", result.MeanAveragePrecisionAtR);
        Close(calculator, "r_precision", result.RPrecision);
        Close(calculator, "mean_reciprocal_rank", result.MeanReciprocalRank);
        Close(calculator, "precision_at_1", result.PrecisionAt(1));
    }

    [Theory]
    [MemberData(nameof(Partitions))]
    public void Agreement_is_that_of_scikit_learn(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("retrieval", op, name);
        (Tensor classes, Tensor clusters) = (Labels(golden["classes"]), Labels(golden["clusters"]));
        Assert.Equal(golden["nmi"].GetDouble(), ClusterAgreement.NormalizedMutualInformation(classes, clusters), 1e-10);

        // Where all items are apart in both, the quotient is 0 / 0: scikit-learn gives 0, and here equal partitions have 1.
        double expected = name == "all_apart" ? 1 : golden["ami"].GetDouble();
        Assert.Equal(expected, ClusterAgreement.AdjustedMutualInformation(classes, clusters), 1e-10);
    }

    static RetrievalResult Evaluate(GoldenCase golden)
    {
        Tensor[] inputs = golden.Inputs();
        (Tensor queryLabels, Tensor galleryLabels) = (Numbered(inputs[1]), Numbered(inputs[3]));
        RetrievalEvaluator evaluator = new(
            golden.Args.Text("distance", "") == "cosine" ? RetrievalSimilarity.Cosine : RetrievalSimilarity.Euclidean,
            Depths(golden).Max(),
            UnmatchedQueries.Exclude);
        return golden.Args.Flag("same")
            ? evaluator.Evaluate(inputs[0], queryLabels)
            : evaluator.Evaluate(inputs[0], queryLabels, inputs[2], galleryLabels);
    }

    static int[] Depths(GoldenCase golden) =>
    [
        .. golden["definition"].GetProperty("recall_at_k").EnumerateObject()
            .Select(static k => int.Parse(k.Name, CultureInfo.InvariantCulture)),
    ];

    /// <summary>The labels of flags [N, classes]: a number for each that is set, and −1 for each that is not.</summary>
    static Tensor Numbered(Tensor labels)
    {
        if (labels.DType != DType.Bool)
        {
            return labels;
        }

        int classes = labels.Shape[1];
        return Tensor.From([.. labels.ToArray<bool>().Select((isSet, i) => isSet ? (long)(i % classes) : -1)], [labels.Shape[0], classes]);
    }

    static Tensor Labels(JsonElement list) => Tensor.From([.. list.EnumerateArray().Select(static label => label.GetInt64())]);

    static void Close(JsonElement expected, string key, RetrievalScore actual) =>
        Assert.Equal(expected.GetProperty(key).GetDouble(), actual.Value, 1e-10);
}
