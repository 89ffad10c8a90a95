using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses;

/// <summary>Reading the options of golden losses.</summary>
static class LossGolden
{
    public static Reduction Reduction(this GoldenCase golden) => golden.Args.Text("reduction", "mean") switch
    {
        "none" => Criterion.Losses.Reduction.None,
        "sum" => Criterion.Losses.Reduction.Sum,
        "batchmean" => Criterion.Losses.Reduction.BatchMean,
        _ => Criterion.Losses.Reduction.Mean,
    };

    /// <summary>The reduction that pytorch-metric-learning's reducer is.</summary>
    public static Reduction Reducer(this GoldenCase golden) => golden.Args.Text("reducer", "mean") switch
    {
        "none" => Criterion.Losses.Reduction.None,
        "sum" => Criterion.Losses.Reduction.Sum,
        _ => Criterion.Losses.Reduction.Mean,
    };

    /// <summary>An input by its name, such as a weight; null where the case has none.</summary>
    public static Tensor? Named(this GoldenCase golden, string name, Tensor[] inputs)
    {
        int at = Array.IndexOf(golden.Names, name);
        return at < 0 ? null : inputs[at];
    }

    /// <summary>The gradient that PyTorch computes in single precision.</summary>
    public static Tensor SingleGradient(this GoldenCase golden, int input) => GoldenCase.Read(golden["single_grads"][input]);

    /// <summary>
    /// Compares with PyTorch at all orders that the case holds, and the error of single precision where the case holds PyTorch's.
    /// </summary>
    public static void Check(
        string op,
        string name,
        Func<GoldenCase, Tensor[], Tensor> loss,
        string file,
        double tolerance = GoldenAssert.Tolerance,
        double slack = Accuracy.Slack)
    {
        GoldenCase golden = GoldenFile.Find(file, op, name);
        GoldenAssert.Matches(golden, x => loss(golden, x), tolerance);
        Accuracy.NoWorseThanPyTorch(golden, x => loss(golden, x), slack);
    }
}
