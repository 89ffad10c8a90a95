using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

/// <summary>The contract of losses of two views whose features are compared over a batch.</summary>
public abstract class ViewLossContract
{
    public static TheoryData<int, int> Sizes { get; } = new()
    {
        { 2, 1 }, { 3, 5 }, { 7, 33 }, { 33, 7 }, { 65, 17 }, { 130, 65 },
    };

    protected static RandomStream Random => new(11);

    /// <summary>Gets the loss that the tests are about.</summary>
    protected abstract ICriterion Default { get; }

    /// <summary>Computes it.</summary>
    protected abstract Tensor Loss(Tensor x1, Tensor x2);

    /// <summary>Computes it in plain loops from rows.</summary>
    protected abstract double Plain(double[][] x1, double[][] x2);

    /// <summary>Gets the loss of two views of which all rows are equal.</summary>
    protected abstract double Collapsed(int features);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Value_is_that_of_plain_loops(int n, int d)
    {
        (Tensor x1, Tensor x2) = Draw(n, d);
        Assert.Equal(1, Loss(x1, x2).Item() / Plain(Rows(x1), Rows(x2)), 1e-10);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 5)]
    [InlineData(7, 4)]
    public void Derivatives_are_those_of_central_differences(int n, int d)
    {
        (Tensor x1, Tensor x2) = Draw(n, d);
        GradCheck.Check(x => Loss(x[0], x[1]), [x1, x2]);
    }

    [Fact]
    public void Single_precision_is_near_double()
    {
        (Tensor x1, Tensor x2) = Draw(33, 17);
        (Tensor value, Tensor[] slopes) = Slopes(x1.To(DType.Float32), x2.To(DType.Float32));
        (Tensor exact, Tensor[] exactSlopes) = Slopes(x1.To(DType.Float32).To(DType.Float64), x2.To(DType.Float32).To(DType.Float64));
        Assert.Equal(DType.Float32, value.DType);
        GoldenAssert.Close(exact, value, "value", 1e-5);
        for (int i = 0; i < 2; i++)
        {
            double scale = exactSlopes[i].Abs().Max().Item();
            GoldenAssert.Close(exactSlopes[i] / scale, slopes[i].To(DType.Float64) / scale, "gradient", 1e-3);
        }
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Collapse_has_a_stated_value_and_finite_derivatives(DType type)
    {
        Tensor x = Tensor.Full([5, 3], 0.3, type);
        Assert.Equal(Collapsed(3), Loss(x, x).Item(), 1e-5);
        foreach (Tensor other in (Tensor[])[x, Tensor.Zeros([5, 3], type)])
        {
            Tensor[] inputs = [x.Clone(), other.Clone()];
            Array.ForEach(inputs, static leaf => leaf.RequiresGrad = true);
            Tensor[] first = Criterion.Autograd.Grad([Loss(inputs[0], inputs[1])], inputs, createGraph: true);
            Tensor[] second = Criterion.Autograd.Grad([(first[0] * first[0]).Sum() + first[1].Sum()], inputs);
            Assert.All([.. first, .. second], static g => Assert.Equal(1, g.IsFinite().To(DType.Int64).Min().Item()));
        }
    }

    [Fact]
    public void Order_of_the_batch_and_of_the_views_does_not_matter()
    {
        (Tensor x1, Tensor x2) = Draw(33, 5);
        Tensor order = Tensor.Permutation(33, Random);
        double expected = Loss(x1, x2).Item();
        Assert.Equal(expected, Loss(x1.IndexSelect(0, order), x2.IndexSelect(0, order)).Item(), 1e-10);
        Assert.Equal(expected, Loss(x2, x1).Item(), 1e-10);
    }

    [Fact]
    public void NaN_shows()
    {
        (Tensor x1, Tensor x2) = Draw(4, 3);
        x1[1, 2] = Tensor.Scalar(double.NaN, DType.Float64);
        Assert.True(double.IsNaN(Loss(x1, x2).Item()));
    }

    [Fact]
    public void Views_that_are_no_batch_are_errors_with_their_shapes()
    {
        foreach (Shape shape in (Shape[])[[1, 3], [0, 3], [4, 0], [6], [2, 3, 4]])
        {
            Tensor x = Tensor.Zeros(shape);
            Assert.Contains(shape.ToString(), Assert.Throws<ShapeException>(() => Loss(x, x)).Message, StringComparison.Ordinal);
        }

        string message = Assert.Throws<ShapeException>(() => Loss(Tensor.Zeros([4, 3]), Tensor.Zeros([4, 1]))).Message;
        Assert.Contains("[4, 3]", message, StringComparison.Ordinal);
        Assert.Contains("[4, 1]", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => Loss(Tensor.Zeros([4, 3]), null!));
    }

    [Fact]
    public void It_is_shown_and_stored()
    {
        CriterionAssert.IsShown(Default);
        CriterionAssert.IsStored(Default);
    }

    protected static (Tensor X1, Tensor X2) Draw(int n, int d)
    {
        RandomStream random = Random;
        Tensor x1 = Tensor.Randn([n, d], DType.Float64, random) * 0.8;
        return (x1, x1 + (Tensor.Randn([n, d], DType.Float64, random) * 0.5) + 0.2);
    }

    /// <summary>Returns the covariance of columns j of one view and k of another, times N − correction over 1.</summary>
    protected static double Covariance(double[][] x, int j, double[][] y, int k, int correction)
    {
        double meanX = x.Average(row => row[j]);
        double meanY = y.Average(row => row[k]);
        return x.Zip(y).Sum(pair => (pair.First[j] - meanX) * (pair.Second[k] - meanY)) / (x.Length - correction);
    }

    static double[][] Rows(Tensor x) => [.. x.ToArray<double>().Chunk(x.Shape[1])];

    (Tensor Value, Tensor[] Slopes) Slopes(Tensor x1, Tensor x2)
    {
        (x1.RequiresGrad, x2.RequiresGrad) = (true, true);
        Tensor loss = Loss(x1, x2);
        return (loss.Detach(), Criterion.Autograd.Grad([loss], [x1, x2]));
    }
}
