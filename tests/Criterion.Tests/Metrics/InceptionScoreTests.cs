using Criterion.Metrics;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Metrics;

public class InceptionScoreTests
{
    static Tensor Three => Tensor.From(new[,] { { 0.9, 0.1 }, { 0.2, 0.8 }, { 0.5, 0.5 } });

    public static IEnumerable<TheoryDataRow<string, string>> Cases() => GoldenFile.Rows("metrics", "inception");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agrees_with_numpy(string op, string name)
    {
        GoldenCase golden = MetricGolden.Find(op, name);
        Tensor probabilities = golden.Tensors("inputs")![0];

        InceptionResult result = InceptionScore.Of(probabilities, golden.Args.Int("splits"), shuffle: false, "numbers");

        Assert.Equal(golden["value"].GetDouble(), result.Value, 12);
        Assert.Equal(golden["deviation"].GetDouble(), result.StandardDeviation, 12);
        Assert.Equal(
            (golden.Args.Int("splits"), probabilities.Shape[0], probabilities.Shape[1], "numbers"),
            (result.Splits, result.Count, result.Classes, result.Features));
    }

    [Fact]
    public void Three_samples_of_two_classes() => Assert.Equal(1.2028725045857107, InceptionScore.Of(Three, splits: 1).Value, 14);

    [Fact]
    public void It_runs_from_1_to_the_number_of_classes()
    {
        Assert.Equal(1, InceptionScore.Of(Tensor.Full([20, 4], 0.25), 2).Value, 12);
        Assert.Equal(1, InceptionScore.Of(Tensor.Eye(4)[..1].Expand(20, 4), 2).Value, 12);
        Assert.Equal(4, InceptionScore.Of(Tensor.Eye(4), 1).Value, 12);
    }

    [Fact]
    public void One_split_does_not_depend_on_the_order_and_the_shuffle_is_always_the_same()
    {
        Tensor probabilities = MetricGolden.Normal(50, 5, 1, deviation: 2).Softmax(1);
        Assert.Equal(InceptionScore.Of(probabilities, 1, shuffle: false).Value, InceptionScore.Of(probabilities, 1).Value, 12);
        Assert.Equal(InceptionScore.Of(probabilities, 5), InceptionScore.Of(probabilities, 5));

        // Sorted by class, each split has but one: only a shuffle shows that all are there.
        Tensor sorted = Tensor.Cat([.. Enumerable.Range(0, 10).Select(i => Tensor.Eye(10)[i..(i + 1)].Expand(10, 10))]);
        Assert.Equal(1, InceptionScore.Of(sorted, 10, shuffle: false).Value, 12);
        Assert.True(InceptionScore.Of(sorted, 10).Value > 4);
    }

    [Fact]
    public void What_is_no_distribution_is_refused()
    {
        Assert.Contains(
            "row 1 is not a distribution",
            Assert.Throws<MetricException>(() => InceptionScore.Of(Tensor.From(new[,] { { 0.5, 0.5 }, { 0.5, 0.4 } }), 1)).Message,
            StringComparison.Ordinal);
        Assert.Throws<MetricException>(() => InceptionScore.Of(Tensor.From(new[,] { { 1.5, -0.5 } }), 1));
        Assert.Throws<MetricException>(() => InceptionScore.Of(Three * double.NaN, 1));
        Assert.Contains("at least 10", Assert.Throws<MetricException>(() => InceptionScore.Of(Three)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => InceptionScore.Of(Three, 0));
        Assert.Throws<ShapeException>(() => InceptionScore.Of(Tensor.Ones([3])));
    }
}
