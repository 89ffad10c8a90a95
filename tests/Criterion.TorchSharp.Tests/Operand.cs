namespace Criterion.TorchSharp.Tests;

/// <summary>An input of a loss, drawn from a seed.</summary>
sealed record Operand(Func<RandomStream, Tensor> Draw)
{
    public static Operand Number(params int[] shape) => Uniform(-2, 2, shape);

    public static Operand Positive(params int[] shape) => Uniform(0.1, 3, shape);

    public static Operand Probability(params int[] shape) => Uniform(0.05, 0.95, shape);

    public static Operand Uniform(double low, double high, params int[] shape) =>
        new(random => (Tensor.Rand(shape, DType.Float64, random) * (high - low)) + low);

    public static Operand LogProbabilities(params int[] shape) => new(random => Number(shape).Draw(random).LogSoftmax(-1).Detach());

    public static Operand Probabilities(params int[] shape) => new(random => Number(shape).Draw(random).Softmax(-1).Detach());

    /// <summary>Integers from 0 to below a number.</summary>
    public static Operand Class(int below, params int[] shape) =>
        new(random => (Tensor.Rand(shape, DType.Float64, random) * below).To(DType.Int64));

    /// <summary>1 or −1, as integers.</summary>
    public static Operand Sign(params int[] shape) => new(random => (Class(2, shape).Draw(random) * 2) - 1);

    /// <summary>Labels of which each occurs more than once: 0, 1, 2, 0, 1, …</summary>
    public static Operand Labels(int count) => Fixed([.. Enumerable.Range(0, count).Select(static i => (long)(i % 3))], count);

    public static Operand Fixed(long[] values, params int[] shape) => new(_ => Tensor.From(values, shape));
}
