namespace Criterion.Tests.Tensors;

/// <summary>The first argument of every reduction is the dimension; anything else has a name.</summary>
public class ReductionArgumentTests
{
    static readonly double[,] Values = { { 1, 2, 4 }, { 8, 5, -3 } };

    public static TheoryData<string, Func<Tensor, int, Tensor>, Func<double[], double>> Along => new()
    {
        { "Sum", static (x, dim) => x.Sum(dim), static row => row.Sum() },
        { "Mean", static (x, dim) => x.Mean(dim), static row => row.Average() },
        { "Var", static (x, dim) => x.Var(dim), static row => Variance(row, 1) },
        { "Var, biased", static (x, dim) => x.Var(dim, correction: 0), static row => Variance(row, 0) },
        { "Std", static (x, dim) => x.Std(dim), static row => Math.Sqrt(Variance(row, 1)) },
        { "Std, biased", static (x, dim) => x.Std(dim, correction: 0), static row => Math.Sqrt(Variance(row, 0)) },
        { "Max", static (x, dim) => x.Max(dim), static row => row.Max() },
        { "Min", static (x, dim) => x.Min(dim), static row => row.Min() },
        { "Prod", static (x, dim) => x.Prod(dim), static row => row.Aggregate(static (a, b) => a * b) },
        { "LogSumExp", static (x, dim) => x.LogSumExp(dim), static row => Math.Log(row.Sum(Math.Exp)) },
        { "Norm", static (x, dim) => x.Norm(dim), static row => Math.Sqrt(row.Sum(static v => v * v)) },
        { "Norm, p = 1", static (x, dim) => x.Norm(dim, p: 1), static row => row.Sum(Math.Abs) },
        { "ArgMax", static (x, dim) => x.ArgMax(dim), static row => Array.IndexOf(row, row.Max()) },
        { "ArgMin", static (x, dim) => x.ArgMin(dim), static row => Array.IndexOf(row, row.Min()) },
        { "Any", static (x, dim) => (x > 4).Any(dim), static row => row.Any(static v => v > 4) ? 1 : 0 },
        { "All", static (x, dim) => (x > 0).All(dim), static row => row.All(static v => v > 0) ? 1 : 0 },
    };

    [Theory]
    [MemberData(nameof(Along), DisableDiscoveryEnumeration = true)]
    public void The_first_argument_is_the_dimension(string name, Func<Tensor, int, Tensor> reduce, Func<double[], double> expected)
    {
        Assert.NotEmpty(name);
        double[][] rows = [.. Enumerable.Range(0, 2).Select(static i => Enumerable.Range(0, 3).Select(j => Values[i, j]).ToArray())];
        double[][] columns = [.. Enumerable.Range(0, 3).Select(static j => Enumerable.Range(0, 2).Select(i => Values[i, j]).ToArray())];
        Near(rows, reduce(Tensor.From(Values), 1));
        Near(rows, reduce(Tensor.From(Values), -1));
        Near(columns, reduce(Tensor.From(Values), 0));

        void Near(double[][] lines, Tensor actual)
        {
            Assert.Equal([lines.Length], actual.Shape.Dims.ToArray());
            Assert.All(lines.Zip(actual.ToArray<double>()), pair => Assert.Equal(expected(pair.First), pair.Second, 1e-12));
        }
    }

    [Fact]
    public void Without_a_dimension_all_are_reduced()
    {
        Tensor x = Tensor.From(Values);
        double[] all = [.. Values.Cast<double>()];
        Assert.Equal(Variance(all, 1), x.Var().Item(), 1e-12);
        Assert.Equal(Variance(all, 0), x.Var(correction: 0).Item(), 1e-12);
        Assert.Equal(Math.Sqrt(Variance(all, 0)), x.Std(correction: 0).Item(), 1e-12);
        Assert.Equal(Math.Sqrt(all.Sum(static v => v * v)), x.Norm().Item(), 1e-12);
        Assert.Equal(all.Sum(Math.Abs), x.Norm(p: 1).Item(), 1e-12);
        Assert.Equal(Math.Log(all.Sum(Math.Exp)), x.LogSumExp().Item(), 1e-12);
        Assert.Equal(-960, x.Prod().Item());
        Assert.Equal(new Shape(1, 1), x.Sum(keepDim: true).Shape);
        Assert.Equal(new Shape(1, 1), x.Var(keepDim: true).Shape);
        Assert.Equal(new Shape(2, 1), x.Std(1, keepDim: true).Shape);
        Assert.Equal(new Shape(1, 3), (x > 0).All(0, keepDim: true).Shape);
    }

    [Fact]
    public void Truths_have_counts_and_fractions()
    {
        Tensor isRight = Tensor.From([0L, 2, 1, 1]).EqualTo(Tensor.From([0L, 2, 2, 1]));
        Assert.Equal(0.75f, isRight.Mean().Item<float>());
        Assert.Equal(DType.Float32, isRight.Mean().DType);
        Assert.Equal(3L, isRight.Sum().Item<long>());
        Assert.Equal(DType.Int64, isRight.Sum().DType);
    }

    [Fact]
    public void Nothing_is_any_and_all_of_nothing_are()
    {
        Tensor none = Tensor.Zeros([0, 2]);
        Assert.Equal([false, false], none.Any(0).ToArray<bool>());
        Assert.Equal([true, true], none.All(0).ToArray<bool>());
        Assert.Equal([1f, 1], none.Prod(0).ToArray<float>());
        Assert.Equal(new Shape(0), none.Prod(1).Shape);
        Assert.True(Tensor.From(double.NaN).Any().Item<bool>());
    }

    static double Variance(double[] values, int correction)
    {
        double mean = values.Average();
        return values.Sum(v => (v - mean) * (v - mean)) / (values.Length - correction);
    }
}
