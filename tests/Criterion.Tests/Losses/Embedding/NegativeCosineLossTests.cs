using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

public class NegativeCosineLossTests : LossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("contrast", "BYOL", "SimSiam");

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op,
        name,
        (_, x) => op == "BYOL" ? NegativeCosineLoss.Byol.Forward(x[0], x[1]) : new NegativeCosineLoss().Forward(x[0], x[1], x[2], x[3]),
        "contrast");

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 5)]
    [InlineData(65, 33)]
    public void Value_is_that_of_plain_loops(int n, int d)
    {
        (Tensor p, Tensor z) = Draw(n, d);
        double[] expected = [.. Cosines(p, z).Select(static cos => -cos)];
        double[] each = new NegativeCosineLoss(reduction: Reduction.None).Forward(p, z).ToArray<double>();
        Assert.All(expected.Zip(each), static pair => Assert.Equal(pair.First, pair.Second, 1e-12));
        Assert.Equal(expected.Average(), new NegativeCosineLoss().Forward(p, z).Item(), 1e-12);
        Assert.Equal(expected.Sum(), new NegativeCosineLoss(reduction: Reduction.Sum).Forward(p, z).Item(), 1e-11);
        Assert.Equal(2 - (2 * Cosines(p, z).Average()), NegativeCosineLoss.Byol.Forward(p, z).Item(), 1e-12);
    }

    [Fact]
    public void BYOL_is_the_squared_distance_of_normalized_rows()
    {
        (Tensor p, Tensor z) = Draw(5, 9);
        Tensor difference = (p / p.Norm(1, keepDim: true)) - (z / z.Norm(1, keepDim: true));
        Assert.Equal(difference.Square().Sum(1).Mean().Item(), NegativeCosineLoss.Byol.Forward(p, z).Item(), 1e-12);
    }

    [Fact]
    public void Derivatives_are_those_of_central_differences()
    {
        (Tensor p, Tensor z) = Draw(5, 7);
        GradCheck.Check(x => NegativeCosineLoss.Byol.Forward(x[0], z), [p]);
        GradCheck.Check(x => new NegativeCosineLoss(0.7, 0.3, reduction: Reduction.None).Forward(x[0], z), [p]);
    }

    [Fact]
    public void Target_gets_no_gradient()
    {
        (Tensor p, Tensor z) = Draw(5, 7);
        (p.RequiresGrad, z.RequiresGrad) = (true, true);
        new NegativeCosineLoss().Forward(p, z).Backward();
        Assert.NotNull(p.Grad);
        Assert.Null(z.Grad);
        Assert.False(new NegativeCosineLoss().Forward(p.Detach(), z).RequiresGrad);
    }

    [Fact]
    public void Both_directions_are_averaged()
    {
        (Tensor p1, Tensor z2) = Draw(5, 7);
        (Tensor p2, Tensor z1) = (Tensor.Randn([5, 7], DType.Float64, new RandomStream(8)), z2 * 0.3 + 1);
        NegativeCosineLoss loss = new();
        Assert.Equal(
            (loss.Forward(p1, z2).Item() + loss.Forward(p2, z1).Item()) / 2, loss.Forward(p1, z2, p2, z1).Item(), 1e-12);
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Extremes_are_finite(DType type)
    {
        double[][] rows = [[0, 0], [3, 4], [-3, -4], [1e15, 1e15], [1e-15, 0]];
        foreach (double[] a in rows)
        {
            foreach (double[] b in rows)
            {
                Tensor p = Tensor.From(a, [1, 2]).To(type);
                p.RequiresGrad = true;
                Tensor loss = NegativeCosineLoss.Byol.Forward(p, Tensor.From(b, [1, 2]).To(type));
                loss.Backward();
                Assert.InRange(loss.Item(), -1e-6, 4 + 1e-6);
                Assert.Equal(1, p.Grad!.IsFinite().To(DType.Int64).Min().Item());
            }
        }

        Assert.Equal(0, new NegativeCosineLoss().Forward(Tensor.Zeros([1, 2], type), Tensor.Ones([1, 2], type)).Item());
        Tensor nan = Tensor.Full([1, 2], double.NaN, type);
        Assert.True(double.IsNaN(new NegativeCosineLoss().Forward(nan, Tensor.Ones([1, 2], type)).Item()));
    }

    [Fact]
    public void Nearly_parallel_rows_of_single_precision_keep_their_digits()
    {
        Tensor p = Tensor.From<float>([1, 1e-4f]).Reshape(1, 2);
        Tensor z = Tensor.From<float>([1, 0]).Reshape(1, 2);
        Assert.Equal(1e-8, NegativeCosineLoss.Byol.Forward(p, z).Item(), 1e-13);
    }

    [Fact]
    public void Errors_name_shapes_and_options()
    {
        Assert.Contains(
            "[2, 3]",
            Assert.Throws<ShapeException>(() => new NegativeCosineLoss().Forward(Tensor.Ones([2, 3]), Tensor.Ones([2, 1]))).Message,
            StringComparison.Ordinal);
        Tensor nothing = Tensor.Zeros([0, 3]);
        Assert.Contains(
            "OnEmpty",
            Assert.Throws<LossException>(() => new NegativeCosineLoss().Forward(nothing, nothing)).Message,
            StringComparison.Ordinal);
        Assert.Equal(0, new NegativeCosineLoss { OnEmpty = OnEmpty.Zero }.Forward(nothing, nothing).Item());
        Assert.Throws<ArgumentOutOfRangeException>(() => new NegativeCosineLoss(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NegativeCosineLoss(offset: double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NegativeCosineLoss(epsilon: 0));
    }

    [Fact]
    public void It_is_shown_and_stored()
    {
        CriterionAssert.IsShown(new NegativeCosineLoss());
        CriterionAssert.IsStored(new NegativeCosineLoss(2, 2, 1e-3, Reduction.None));
    }

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(0, 0)], [Doubles(3, 4)], [Doubles(1e15, -1e15)], [Doubles(1e-15, 0)]];

    protected override Tensor Loss(Tensor[] inputs, Reduction reduction = Reduction.Mean, OnEmpty onEmpty = OnEmpty.Throw) =>
        new NegativeCosineLoss(reduction: reduction) { OnEmpty = onEmpty }.Forward(inputs[0], Target(inputs[0]));

    // The cosine of rows of one element is constant but for rounding, which a division by a small number would magnify.
    protected override Tensor[] Draw(Shape shape, RandomStream random) => [Tensor.Rand(shape, DType.Float64, random, low: 0.5, high: 2)];

    protected override Tensor LossOfOtherShapes(Tensor[] inputs) =>
        new NegativeCosineLoss().Forward(inputs[0], Target(inputs[0]).Narrow(1, 0, 1));

    /// <summary>The same row for each row of the predictions.</summary>
    static Tensor Target(Tensor prediction) =>
        Tensor.Arange(0, prediction.Shape[-1], 1, DType.Float64).Cos().To(prediction.DType).Expand(prediction.Shape);

    static (Tensor P, Tensor Z) Draw(int n, int d)
    {
        RandomStream random = Random;
        return (Tensor.Randn([n, d], DType.Float64, random), Tensor.Randn([n, d], DType.Float64, random));
    }

    static IEnumerable<double> Cosines(Tensor p, Tensor z)
    {
        int d = p.Shape[1];
        return p.ToArray<double>().Chunk(d).Zip(z.ToArray<double>().Chunk(d)).Select(static rows =>
            Dot(rows.First, rows.Second) / Math.Sqrt(Dot(rows.First, rows.First) * Dot(rows.Second, rows.Second)));

        static double Dot(double[] a, double[] b) => a.Zip(b).Sum(static pair => pair.First * pair.Second);
    }
}
