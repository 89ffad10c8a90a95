using Criterion.Losses;
using Criterion.Tests.Golden;
using Criterion.Tests.Metrics;

namespace Criterion.Tests.Losses.Embedding;

public class PatchNceLossTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("contrast", "PatchNCE");

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op, name, static (golden, x) => new PatchNceLoss(golden.Args.Double("temperature")).Forward(x[0], x[1]), "contrast");

    [Theory]
    [InlineData(1, 1, 2)]
    [InlineData(3, 7, 3)]
    [InlineData(2, 33, 5)]
    [InlineData(2, 65, 4)]
    public void Agrees_with_plain_loops_and_differences(int images, int patches, int d)
    {
        (Tensor q, Tensor k) = (Draw(images, patches, d, 61), Draw(images, patches, d, 62));
        (double[][] x, double[][] y) = (Rows(q), Rows(k));
        double[] expected = [.. Enumerable.Range(0, images * patches).Select(i => AnchorReference.LogSum(
            Enumerable.Range(i / patches * patches, patches).Select(j => Cosine(x[i], y[j]) / 0.5)) - (Cosine(x[i], y[i]) / 0.5))];
        Tensor each = new PatchNceLoss(0.5, reduction: Reduction.None).Forward(q, k);
        Assert.Equal([images, patches], each.Shape);
        Assert.Equal(expected, each.ToArray<double>(), static (a, b) => Math.Abs(a - b) < 1e-11);
        Assert.Equal(expected.Average(), new PatchNceLoss(0.5).Forward(q, k).Item(), 1e-11);
        Assert.Equal(expected.Sum(), new PatchNceLoss(0.5, reduction: Reduction.Sum).Forward(q, k).Item(), 1e-10);
        if (patches < 10)
        {
            GradCheck.Check(static inputs => new PatchNceLoss(0.5, learnKeys: true).Forward(inputs[0], inputs[1]), [q, k]);
        }
    }

    [Fact]
    public void The_mean_is_over_the_patches_there_are()
    {
        (Tensor q, Tensor k) = (Draw(3, 5, 4, 63), Draw(3, 5, 4, 64));
        double[] each = [.. Enumerable.Range(0, 3).Select(i => new PatchNceLoss().Forward(q[i..(i + 1)], k[i..(i + 1)]).Item())];
        Assert.Equal(each.Average(), new PatchNceLoss().Forward(q, k).Item(), 1e-11);
        Assert.Equal(each[..2].Average(), new PatchNceLoss().Forward(q[..2], k[..2]).Item(), 1e-11);
    }

    [Fact]
    public void Keys_are_constants_unless_they_learn()
    {
        (Tensor q, Tensor k) = (Draw(2, 3, 4, 65), Draw(2, 3, 4, 66));
        (q.RequiresGrad, k.RequiresGrad) = (true, true);
        new PatchNceLoss().Forward(q, k).Backward();
        Assert.NotNull(q.Grad);
        Assert.Null(k.Grad);
        new PatchNceLoss(learnKeys: true).Forward(q, k).Backward();
        Assert.Contains(k.Grad!.ToArray<double>(), static g => g != 0);
    }

    [Fact]
    public void A_low_temperature_in_Float32_keeps_value_and_gradient()
    {
        Tensor q = Tensor.From([1f, 0, 0, 1], [1, 2, 2]);
        q.RequiresGrad = true;
        Tensor k = Tensor.From([-1f, 0.1f, 1, 0.1f], [1, 2, 2]);
        Tensor loss = new PatchNceLoss(0.001).Forward(q, k);
        Assert.InRange(loss.Item(), 900, 1100);
        Assert.Contains(Autograd.Grad(loss, q).ToArray<float>(), static g => float.IsFinite(g) && Math.Abs(g) > 10);
    }

    [Fact]
    public void Rows_of_zeros_are_finite_and_NaN_shows()
    {
        Tensor q = Tensor.Zeros([1, 3, 2], DType.Float64);
        q.RequiresGrad = true;
        Tensor loss = new PatchNceLoss().Forward(q, Draw(1, 3, 2, 67));
        Assert.Equal(Math.Log(3), loss.Item(), 1e-12);
        Assert.All(Autograd.Grad(loss, q).ToArray<double>(), static g => Assert.True(double.IsFinite(g)));
        Assert.True(double.IsNaN(new PatchNceLoss().Forward(Draw(1, 3, 2, 68), q.Detach() * double.NaN).Item()));
    }

    [Fact]
    public void Wrong_inputs_and_options_are_named()
    {
        Tensor q = Draw(2, 3, 4, 69);
        Assert.Throws<ShapeException>(() => new PatchNceLoss().Forward(q, q[..1]));
        Assert.Contains(
            "[N, P, D]", Assert.Throws<ShapeException>(() => new PatchNceLoss().Forward(q[0], q[0])).Message, StringComparison.Ordinal);
        Assert.Throws<LossException>(() => new PatchNceLoss().Forward(q[..0], q[..0]));
        Assert.Equal(0, new PatchNceLoss { OnEmpty = OnEmpty.Zero }.Forward(q[..0], q[..0]).Item());
        Assert.Equal([0, 3], new PatchNceLoss(reduction: Reduction.None).Forward(q[..0], q[..0]).Shape);
        Assert.Throws<ArgumentOutOfRangeException>(static () => new PatchNceLoss(0));
        Assert.Contains("s_{ii}", new PatchNceLoss().ToLatex(), StringComparison.Ordinal);
    }

    static Tensor Draw(int images, int patches, int d, ulong seed) =>
        MetricGolden.Normal(images * patches, d, seed).Reshape(images, patches, d);

    static double[][] Rows(Tensor x) => [.. x.ToArray<double>().Chunk(x.Shape[2])];

    static double Cosine(double[] x, double[] y) => 1 - LabeledReference.Distance("Cosine", x, y);
}
