namespace Criterion.Tests.Golden;

/// <summary>Comparison with golden numbers.</summary>
public static class GoldenAssert
{
    /// <summary>The tolerance of float64 results, relative to the larger of the number and 0.01.</summary>
    public const double Tolerance = 1e-9;

    /// <summary>The tolerance of float32 results.</summary>
    public const double SingleTolerance = 2e-5;

    /// <summary>
    /// The output, the first gradients for the case's u, and the second ones for its v, as far as the case has them.
    /// </summary>
    public static void Matches(GoldenCase golden, Func<Tensor[], Tensor> function, double tolerance = Tolerance) =>
        Matches(golden, golden.Inputs(), function, tolerance);

    /// <summary>The same, from inputs that the caller holds (such as a layer's parameters), in the order of the case.</summary>
    public static void Matches(GoldenCase golden, Tensor[] inputs, Func<Tensor[], Tensor> function, double tolerance = Tolerance)
    {
        Tensor output = function(inputs);
        Close(golden.Output, output, "output", tolerance);
        if (golden.U is not { } u)
        {
            return;
        }

        int[] learned = [.. Enumerable.Range(0, inputs.Length).Where(golden.Differentiable)];
        Tensor[] variables = [.. learned.Select(i => inputs[i])];
        Tensor[] first = Gradients([output], [u], variables);
        for (int k = 0; k < learned.Length; k++)
        {
            Close(golden.Grads[learned[k]]!, first[k], $"gradient of input {learned[k]}", tolerance);
        }

        if (golden.V is not { } v)
        {
            return;
        }

        Tensor[] second = Gradients(first, [.. learned.Select(i => v[i]!)], variables);
        for (int k = 0; k < learned.Length; k++)
        {
            Close(golden.GradGrads[learned[k]]!, second[k], $"second gradient of input {learned[k]}", tolerance);
        }
    }

    /// <summary>The value in float32, near the value in float64 at the same, rounded, inputs.</summary>
    public static void SingleMatches(GoldenCase golden, Func<Tensor[], Tensor> function, double tolerance = SingleTolerance)
    {
        Tensor[] single = [.. golden.Inputs().Select(static x => x.DType == DType.Float64 ? x.Detach().To(DType.Float32) : x)];
        Tensor[] rounded = [.. single.Select(static x => x.DType == DType.Float32 ? x.To(DType.Float64) : x)];
        Tensor expected = function(rounded);
        Tensor actual = function(single);
        Assert.Equal(expected.DType == DType.Float64 ? DType.Float32 : expected.DType, actual.DType);
        Close(expected.To(DType.Float32), actual, "output in float32", tolerance);
    }

    /// <summary>Same shape and nearly same numbers; NaN equals NaN, infinities must agree.</summary>
    public static void Close(Tensor expected, Tensor actual, string what, double tolerance = Tolerance)
    {
        Assert.True(expected.Shape == actual.Shape, $"{what}: expected shape {expected.Shape}, got {actual.Shape}");
        double[] wanted = expected.Detach().To(DType.Float64).ToArray<double>();
        double[] got = actual.Detach().To(DType.Float64).ToArray<double>();
        for (int i = 0; i < wanted.Length; i++)
        {
            Assert.True(
                IsClose(wanted[i], got[i], tolerance),
                $"{what}, element {i} of {expected.Shape}: expected {wanted[i]:R}, got {got[i]:R}, off by {got[i] - wanted[i]:E2}");
        }
    }

    /// <summary>The gradients of Σ sum(outputs · weights), recorded; zeros where there is no dependence.</summary>
    public static Tensor[] Gradients(Tensor[] outputs, Tensor[] weights, Tensor[] inputs)
    {
        int[] live = [.. Enumerable.Range(0, outputs.Length).Where(i => outputs[i].RequiresGrad)];
        return live.Length == 0
            ? [.. inputs.Select(Tensor.ZerosLike)]
            : Autograd.Grad(
                live.Select(i => outputs[i]).ToArray(),
                inputs,
                createGraph: true,
                gradients: live.Select(i => weights[i].To(outputs[i].DType)).ToArray(),
                allowUnused: true);
    }

    static bool IsClose(double expected, double actual, double tolerance) =>
        expected.Equals(actual)
        || expected == actual
        || Math.Abs(expected - actual) <= tolerance * Math.Max(0.01, Math.Abs(expected));
}
