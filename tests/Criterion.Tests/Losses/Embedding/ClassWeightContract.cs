using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

/// <summary>The contract of losses of embeddings against class weights.</summary>
public abstract class ClassWeightContract
{
    /// <summary>Batch size, width and number of classes; the last are larger than a tile in both directions.</summary>
    public static TheoryData<int, int, int> Sizes { get; } = new()
    {
        { 1, 1, 2 }, { 1, 3, 2 }, { 7, 5, 4 }, { 33, 6, 5 }, { 65, 17, 33 }, { 3, 2, 4101 }, { 300, 3, 4101 },
    };

    /// <summary>
    /// The error of single precision, in units of the last place: a logit of 64 has an error of many last places of a probability.
    /// </summary>
    protected const double Slack = 64;

    protected static RandomStream Random => new(31);

    /// <summary>Gets the loss with default options.</summary>
    protected abstract ICriterion Default { get; }

    /// <summary>Gets the number of weights of each class.</summary>
    protected virtual int Centres => 1;

    /// <summary>Computes the loss with options under which it is smooth.</summary>
    protected abstract Tensor Loss(Tensor embeddings, Tensor labels, Tensor weights, OnEmpty onEmpty = OnEmpty.Throw);

    /// <summary>Computes the loss from the similarities [N][C] and labels in plain doubles.</summary>
    protected abstract double Plain(double[][] similarities, long[] labels);

    /// <summary>Computes the similarity of two rows in plain doubles.</summary>
    protected virtual double Similarity(double[] x, double[] w) => Dot(x, w) / Math.Sqrt(Dot(x, x) * Dot(w, w));

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Value_is_that_of_plain_loops(int n, int d, int c)
    {
        (Tensor x, Tensor labels, Tensor w) = Draw(n, d, c);
        double expected = Plain(Similarities(x, w), labels.ToArray<long>());
        Assert.Equal(0, (Loss(x, labels, w).Item() - expected) / Math.Max(1, Math.Abs(expected)), 1e-10);
    }

    [Theory]
    [InlineData(1, 3, 2)]
    [InlineData(3, 2, 1)]
    [InlineData(5, 4, 3)]
    public void Derivatives_are_those_of_central_differences(int n, int d, int c)
    {
        (Tensor x, Tensor labels, Tensor w) = Draw(n, d, c);
        GradCheck.Check(inputs => Loss(inputs[0], labels, inputs[1]), [x, w]);
        GradCheck.Check(inputs => Loss(inputs[0], labels, w), [x], order: 1);
        GradCheck.Check(inputs => Loss(x, labels, inputs[0]), [w], order: 1);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Fused_gradients_are_those_of_the_composed_graph(int n, int d, int c)
    {
        (Tensor x, Tensor labels, Tensor w) = Draw(n, d, c);
        (x.RequiresGrad, w.RequiresGrad) = (true, true);
        Tensor[] composed = Criterion.Autograd.Grad([Loss(x, labels, w)], [x, w], createGraph: true);
        (Loss(x, labels, w) * 1.5).Backward();
        foreach ((Tensor expected, Tensor actual) in ((Tensor, Tensor)[])[(composed[0], x.Grad!), (composed[1], w.Grad!)])
        {
            double scale = Math.Max(1e-3, expected.Abs().Max().Item());
            GoldenAssert.Close(expected * (1.5 / scale), actual / scale, "gradient", 1e-8);
        }
    }

    [Theory]
    [InlineData(33, 6, 5)]
    [InlineData(7, 3, 4101)]
    public void Single_precision_is_near_double(int n, int d, int c)
    {
        (Tensor x, Tensor labels, Tensor w) = Draw(n, d, c);
        (Tensor singleX, Tensor singleW) = (x.To(DType.Float32), w.To(DType.Float32));
        (double value, Tensor[] slopes) = Slopes(singleX, labels, singleW);
        (double exact, Tensor[] exactSlopes) = Slopes(singleX.To(DType.Float64), labels, singleW.To(DType.Float64));
        Assert.Equal(0, (value - exact) / Math.Max(1, Math.Abs(exact)), 2e-5);
        for (int i = 0; i < 2; i++)
        {
            double scale = exactSlopes[i].Abs().Max().Item();
            GoldenAssert.Close(exactSlopes[i] / scale, slopes[i].To(DType.Float64) / scale, "gradient", 2e-2);
        }
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Parallel_opposite_zero_and_duplicate_rows_have_finite_derivatives_to_second_order(DType type)
    {
        Tensor w = Tensor.From(Repeated([[3, 4], [-1, 0], [0, 2]])).To(type);
        Tensor x = Tensor.From(new double[,] { { 3, 4 }, { 6, 8 }, { 1, 0 }, { 0, 0 }, { 0, -5 }, { 1, 1 }, { 1, 1 } }).To(type);
        Tensor labels = Tensor.From<long>([0, 0, 1, 2, 2, 0, 1]);
        (x.RequiresGrad, w.RequiresGrad) = (true, true);
        Tensor loss = Loss(x, labels, w);
        Tensor[] first = Criterion.Autograd.Grad([loss], [x, w], createGraph: true);
        Tensor[] second = Criterion.Autograd.Grad([(first[0] * first[0]).Sum() + first[1].Sum()], [x, w]);
        (double value, Tensor[] fused) = Slopes(x.Detach(), labels, w.Detach());
        Assert.True(double.IsFinite(value));
        Assert.All([.. first, .. second, .. fused], static g => Assert.Equal(1, g.IsFinite().To(DType.Int64).Min().Item()));
    }

    [Fact]
    public void Order_of_the_batch_does_not_matter()
    {
        (Tensor x, Tensor labels, Tensor w) = Draw(33, 5, 7);
        Tensor order = Tensor.Permutation(33, Random);
        Assert.Equal(Loss(x, labels, w).Item(), Loss(x.IndexSelect(0, order), labels.IndexSelect(0, order), w).Item(), 1e-10);
    }

    [Fact]
    public void A_batch_of_one_class_and_one_of_all_classes_are_valid()
    {
        (Tensor x, _, Tensor w) = Draw(5, 3, 5);
        foreach (long[] labels in (long[][])[[2, 2, 2, 2, 2], [4, 3, 2, 1, 0]])
        {
            double expected = Plain(Similarities(x, w), labels);
            Assert.Equal(0, (Loss(x, Tensor.From(labels), w).Item() - expected) / Math.Max(1, Math.Abs(expected)), 1e-10);
        }
    }

    [Fact]
    public void NaN_shows()
    {
        foreach (bool inWeights in (bool[])[true, false])
        {
            (Tensor x, Tensor labels, Tensor w) = Draw(5, 3, 4);
            (inWeights ? w : x)[1, 2] = Tensor.Scalar(double.NaN, DType.Float64);
            Assert.True(double.IsNaN(Loss(x, labels, w).Item()));
        }
    }

    [Fact]
    public void Threads_do_not_change_a_bit()
    {
        (Tensor x, Tensor labels, Tensor w) = Draw(300, 9, 4101);
        (x, w) = (x.To(DType.Float32), w.To(DType.Float32));
        int before = Compute.Threads;
        try
        {
            Compute.Threads = 1;
            (double value, Tensor[] slopes) = Slopes(x, labels, w);
            Compute.Threads = 3;
            (double again, Tensor[] slopesAgain) = Slopes(x, labels, w);
            Assert.Equal(value, again);
            Assert.Equal(slopes[0].ToArray<float>(), slopesAgain[0].ToArray<float>());
            Assert.Equal(slopes[1].ToArray<float>(), slopesAgain[1].ToArray<float>());
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    [Fact]
    public void Similarities_of_16384_rows_and_classes_are_never_in_memory()
    {
        const int n = 16_384;
        Tensor x = Tensor.Randn([n, 4], random: Random);
        int classes = n / Centres;
        Tensor w = Tensor.Randn([classes * Centres, 4], random: new RandomStream(2));
        Tensor labels = Tensor.From([.. Enumerable.Range(0, n).Select(i => (long)(i % classes))], [n]);
        (x.RequiresGrad, w.RequiresGrad) = (true, true);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Loss(x, labels, w).Backward();
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(bytes < 40_000_000, $"{bytes:N0} bytes; the matrix would take {4L * n * n:N0}.");
    }

    [Fact]
    public void An_empty_batch_is_an_error_unless_asked_for_zero()
    {
        Tensor x = Tensor.Zeros([0, 3], DType.Float64, requiresGrad: true);
        Tensor labels = Tensor.Zeros([0], DType.Int64);
        Tensor w = Tensor.Ones([2 * Centres, 3], DType.Float64);
        Assert.Contains("OnEmpty", Assert.Throws<LossException>(() => Loss(x, labels, w)).Message, StringComparison.Ordinal);
        Tensor loss = Loss(x, labels, w, OnEmpty.Zero);
        loss.Backward();
        Assert.Equal(0, loss.Item());
    }

    [Fact]
    public void Errors_name_shapes_types_and_labels()
    {
        (Tensor x, Tensor labels, Tensor w) = Draw(4, 3, 2);
        Assert.Contains(
            "[5]", Assert.Throws<ShapeException>(() => Loss(x, Tensor.Zeros([5], DType.Int64), w)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "[6, 2]",
            Assert.Throws<ShapeException>(() => Loss(x, labels, Tensor.Ones([6, 2], DType.Float64))).Message,
            StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => Loss(x.Flatten(), labels, w));
        Assert.Throws<ShapeException>(() => Loss(x, labels, Tensor.Zeros([0, 3], DType.Float64)));
        string message = Assert.Throws<DTypeException>(() => Loss(x, labels.To(DType.Float32), w)).Message;
        Assert.Contains("Int64", message, StringComparison.Ordinal);
        foreach (long wrong in (long[])[-1, 2])
        {
            Assert.Contains(
                $"element 2 is {wrong}",
                Assert.Throws<LossException>(() => Loss(x, Tensor.From<long>([0, 1, wrong, 0]), w)).Message,
                StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentNullException>(() => Loss(x, labels, null!));
    }

    [Fact]
    public void It_is_shown_and_stored()
    {
        CriterionAssert.IsShown(Default);
        CriterionAssert.IsStored(Default);
    }

    protected static double Dot(double[] a, double[] b) => a.Zip(b).Sum(static pair => pair.First * pair.Second);

    protected (Tensor X, Tensor Labels, Tensor W) Draw(int n, int d, int c)
    {
        RandomStream random = Random;
        return (
            Tensor.Randn([n, d], DType.Float64, random),
            Tensor.RandInt(0, c, [n], random),
            Tensor.Randn([c * Centres, d], DType.Float64, random));
    }

    double[][] Repeated(double[][] rows) =>
        [.. rows.SelectMany(row => Enumerable.Range(0, Centres).Select(k => k == 0 ? row : [row[1] + k, -row[0]]))];

    double[][] Similarities(Tensor x, Tensor w)
    {
        int d = x.Shape[1];
        double[][] weights = [.. w.ToArray<double>().Chunk(d)];
        return
        [
            .. x.ToArray<double>().Chunk(d).Select(row =>
                weights.Select(weight => Similarity(row, weight)).Chunk(Centres).Select(static centres => centres.Max()).ToArray()),
        ];
    }

    (double Value, Tensor[] Slopes) Slopes(Tensor x, Tensor labels, Tensor w)
    {
        (x, w) = (x.Clone(), w.Clone());
        (x.RequiresGrad, w.RequiresGrad) = (true, true);
        Tensor loss = Loss(x, labels, w);
        return (loss.Item(), Criterion.Autograd.Grad([loss], [x, w]));
    }
}
