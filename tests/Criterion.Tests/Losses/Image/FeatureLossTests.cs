using System.Reflection;
using System.Text.Json;
using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Image;

/// <summary>Losses of lists of features and of pairs of translators.</summary>
public class FeatureLossTests
{
    static RandomStream Random => new(5);

    static readonly ICriterion[] All =
        [new FeatureMatchingLoss(), new CycleConsistencyLoss(), new IdentityLoss(), new PerceptualLoss(), new StyleLoss(
        )];

    public static TheoryData<string> Names => [.. All.Select(loss => loss.GetType().Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Catalogue_can_show_it(string name)
    {
        ICriterion loss = All.Single(l => l.GetType().Name == name);
        Assert.NotEmpty(loss.ToLatex());
        Assert.NotNull(loss.GetType().GetCustomAttribute<CatalogueAttribute>());
        foreach (LossCurve curve in loss.Curves())
        {
            Tensor x = Tensor.Linspace(curve.From, curve.To, 5, DType.Float64);
            Assert.Equal([5], curve.Value(x).Shape);
        }

        Assert.Equal(loss, JsonSerializer.Deserialize(JsonSerializer.Serialize(loss, loss.GetType()), loss.GetType()));
    }

    [Fact]
    public void Feature_matching_is_the_mean_of_L1_over_all_layers_but_the_last()
    {
        Tensor[][] fake = Features();
        Tensor[][] real = Features(20);
        double expected = fake.SelectMany((layers, i) => layers[..^1].Select((layer, j) =>
            layer.ToArray<double>().Zip(real[i][j].ToArray<double>(), (a, b) => Math.Abs(a - b)).Average())).Average();
        Assert.Equal(expected, new FeatureMatchingLoss().Forward(fake, real).Item(), 1e-13);
        Assert.NotEqual(expected, new FeatureMatchingLoss(skipLast: 0).Forward(fake, real).Item());
        Assert.Equal(
            new FeatureMatchingLoss().Forward([fake[0]], [real[0]]).Item(), new FeatureMatchingLoss().Forward(fake[0], real[0]).Item());
        GradCheck.Check(x => new FeatureMatchingLoss(0).Forward(x, real[0]), fake[0]);
    }

    [Fact]
    public void Feature_matching_says_what_does_not_go_together()
    {
        Tensor[][] fake = Features();
        Assert.Throws<ShapeException>(() => new FeatureMatchingLoss().Forward(fake, fake[..1]));
        Assert.Throws<ShapeException>(() => new FeatureMatchingLoss().Forward(fake[0], fake[0][..2]));
        Assert.Throws<LossException>(() => new FeatureMatchingLoss(skipLast: 3).Forward(fake, fake));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FeatureMatchingLoss(-1));
    }

    [Fact]
    public void Perceptual_is_the_weighted_sum_of_mean_errors_for_each_image()
    {
        Tensor[] x = Features()[0];
        Tensor[] y = Features(9)[0];
        double[] weights = [2, 0.5, 0.25];
        PerceptualLoss loss = new(weights, reduction: Reduction.None);
        double Expected(int n, Func<double, double> f) => Enumerable.Range(0, 3).Sum(i =>
            weights[i] * x[i][n].ToArray<double>().Zip(y[i][n].ToArray<double>(), (a, b) => f(a - b)).Average());
        double[] squared = [.. Enumerable.Range(0, 2).Select(n => Expected(n, d => d * d))];
        double[] absolute = [.. Enumerable.Range(0, 2).Select(n => Expected(n, Math.Abs))];
        Near(squared, loss.Forward(x, y));
        Near(absolute, (loss with { Absolute = true }).Forward(x, y));
        Near([squared.Average()], (loss with { Reduction = Reduction.Mean }).Forward(x, y).Reshape(1));
        Near([squared.Sum()], (loss with { Reduction = Reduction.Sum }).Forward(x, y).Reshape(1));
        GradCheck.Check(f => loss.Forward(f, y), x);
    }

    [Fact]
    public void Article_adds_up_the_images_of_one_feature_map()
    {
        (Tensor x, Tensor y) = (Draw([4, 3, 2, 2], 1), Draw([4, 3, 2, 2], 2));
        double expected = Enumerable.Range(0, 4).Sum(n => ((x[n] - y[n]) * (x[n] - y[n])).Mean().Item());
        Assert.Equal(expected, new PerceptualLoss(reduction: Reduction.Sum).Forward(x, y).Item(), 1e-13);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Style_is_the_squared_distance_of_Gram_matrices(bool divided)
    {
        (Tensor x, Tensor y) = (Draw([2, 3, 4, 2], 1), Draw([2, 3, 4, 2], 2));
        double Gram(Tensor f, int n, int i, int j) => Enumerable.Range(0, 8).Sum(k =>
            f[n].ToArray<double>()[(i * 8) + k] * f[n].ToArray<double>()[(j * 8) + k]) / (divided ? 24 : 1);
        double[] expected = [.. Enumerable.Range(0, 2).Select(n => (
            from i in Enumerable.Range(0, 3) from j in Enumerable.Range(0, 3) select Math.Pow(Gram(x, n, i, j) - Gram(y, n, i, j), 2)).Sum(
                ))];
        StyleLoss loss = new(divideGram: divided, reduction: Reduction.None);
        Near(expected, loss.Forward(x, y));
        GradCheck.Check(f => loss.Forward(f[0], y), [x]);
        Near([0, 0], loss.Forward(x, x));
    }

    [Fact]
    public void Targets_get_no_gradient()
    {
        Tensor x = Leaf([2, 3, 4, 4], 1);
        Tensor y = Leaf([2, 3, 4, 4], 2);
        Tensor sum = new PerceptualLoss().Forward(x, y) + new StyleLoss().Forward(x, y) + new FeatureMatchingLoss(0).Forward([x], [y])
            + new CycleConsistencyLoss().Forward(x, y, x, y) + new IdentityLoss().Forward(x, y, x, y);
        sum.Backward();
        Assert.NotNull(x.Grad);
        Assert.Null(y.Grad);
    }

    [Fact]
    public void Identical_features_have_loss_0_and_gradient_0()
    {
        Tensor x = Leaf([2, 3, 4, 4], 1);
        Tensor same = x.Detach();
        Tensor sum = new PerceptualLoss().Forward(x, same) + new StyleLoss().Forward(x, same) + new FeatureMatchingLoss(0).Forward(
            [x], [same]);
        sum.Backward();
        Assert.Equal(0, sum.Item());
        Assert.Equal(0, x.Grad!.Abs().Max().Item());
    }

    [Fact]
    public void Layers_and_weights_that_do_not_go_together_are_errors()
    {
        Tensor x = Draw([2, 3, 4, 4], 1);
        Assert.Throws<ShapeException>(() => new PerceptualLoss([1, 2]).Forward(x, x));
        Assert.Throws<ShapeException>(() => new PerceptualLoss().Forward([x, x], [x]));
        Assert.Throws<ShapeException>(() => new PerceptualLoss().Forward(x, x.Narrow(1, 0, 1)));
        Assert.Throws<ShapeException>(() => new PerceptualLoss().Forward([x, x.Narrow(0, 0, 1)], [x, x.Narrow(0, 0, 1)]));
        Assert.Throws<LossException>(() => new StyleLoss().Forward([], []));
        Assert.Throws<LossException>(() => new StyleLoss().Forward(x.Narrow(0, 0, 0), x.Narrow(0, 0, 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PerceptualLoss([double.NaN]));
    }

    [Fact]
    public void Weights_compare_one_by_one()
    {
        Assert.Equal(new PerceptualLoss([1, 2]), new PerceptualLoss([1.0, 2.0]));
        Assert.Equal(new PerceptualLoss([1, 2]).GetHashCode(), new PerceptualLoss([1.0, 2.0]).GetHashCode());
        Assert.NotEqual(new PerceptualLoss([1, 2]), new PerceptualLoss([1, 3]));
        Assert.NotEqual(new PerceptualLoss([1, 1]), new PerceptualLoss());
        Assert.NotEqual(new PerceptualLoss(), new PerceptualLoss(absolute: true));
    }

    [Fact]
    public void Cycle_and_identity_weigh_both_sides()
    {
        (Tensor a, Tensor b) = (Draw([1, 2, 3, 3], 1), Draw([2, 2, 4, 4], 2));
        Assert.Equal((2 * 0.5) + (3 * 0.25), new CycleConsistencyLoss(2, 3).Forward(a + 0.5, a, b - 0.25, b).Item(), 1e-12);
        Assert.Equal((5 * 0.5) + (5 * 0.25), new IdentityLoss().Forward(a + 0.5, a, b - 0.25, b).Item(), 1e-12);
        GradCheck.Check(x => new CycleConsistencyLoss().Forward(x[0], a, x[1], b), [a + 0.5, b - 0.25]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new CycleConsistencyLoss(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new IdentityLoss(weightB: double.NaN));
        Assert.Contains(
            "CycleConsistencyLoss",
            Assert.Throws<ShapeException>(() => new CycleConsistencyLoss().Forward(a, b, b, b)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void NaN_in_one_feature_shows()
    {
        Tensor x = Draw([2, 3, 4, 4], 1);
        Tensor bad = x.Clone();
        bad[1, 2, 3, 3] = Tensor.Scalar(double.NaN);
        Tensor[] losses =
        [
            new PerceptualLoss().Forward(bad, x),
            new StyleLoss().Forward(x, bad),
            new FeatureMatchingLoss(0).Forward([bad], [x]),
            new IdentityLoss().Forward(x, x, x, bad),
        ];
        foreach (Tensor loss in losses)
        {
            Assert.True(double.IsNaN(loss.Item()));
        }
    }

    static Tensor[][] Features(ulong seed = 1) =>
        [[Draw([2, 3, 4, 4], seed), Draw([2, 5, 2, 2], seed + 1), Draw([2, 1], seed + 2)], [Draw([2, 2, 3], seed + 3), Draw(
            [2, 1], seed + 4)]];

    static Tensor Draw(int[] size, ulong seed) => Tensor.Randn(size, DType.Float64, Random.Fork(seed));

    static Tensor Leaf(int[] size, ulong seed)
    {
        Tensor leaf = Draw(size, seed);
        leaf.RequiresGrad = true;
        return leaf;
    }

    static void Near(double[] expected, Tensor actual) => Golden.GoldenAssert.Close(Tensor.From(expected), actual, "result", 1e-11);
}
