using Criterion.Losses;

namespace Criterion.Cli;

/// <summary>Values and gradients of a loss at points of one variable.</summary>
internal sealed record SampledCurve(LossCurve Curve, double[] X, double[] Value, double[] Gradient)
{
    /// <summary>Evaluates a curve at evenly spaced points.</summary>
    public static SampledCurve Of(LossCurve curve, int count = 201)
    {
        Tensor x = Tensor.Linspace(curve.From, curve.To, count, DType.Float64);
        x.RequiresGrad = true;
        Tensor value = curve.Value(x);
        Tensor gradient = value.RequiresGrad ? Autograd.Grad(value.Sum(), x) : Tensor.ZerosLike(x);
        return new(curve, x.Detach().ToArray<double>(), value.Detach().ToArray<double>(), gradient.ToArray<double>());
    }

    /// <summary>Returns the range of the finite values and 0, widened to 2 where it is empty.</summary>
    public static (double Low, double High) Range(IEnumerable<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite).DefaultIfEmpty(0)];
        (double low, double high) = (Math.Min(0, finite.Min()), Math.Max(0, finite.Max()));
        return high - low < 1e-9 ? (low - 1, high + 1) : (low, high);
    }
}
