using Criterion.Losses;

namespace Criterion.Cli;

/// <summary>A loss along one number, at points: values and gradients.</summary>
internal sealed record SampledCurve(LossCurve Curve, double[] X, double[] Value, double[] Gradient)
{
    /// <summary>The curve at evenly spaced points.</summary>
    public static SampledCurve Of(LossCurve curve, int count = 201)
    {
        Tensor x = Tensor.Linspace(curve.From, curve.To, count, DType.Float64);
        x.RequiresGrad = true;
        Tensor value = curve.Value(x);
        Tensor gradient = value.RequiresGrad ? Autograd.Grad(value.Sum(), x) : Tensor.ZerosLike(x);
        return new(curve, x.Detach().ToArray<double>(), value.Detach().ToArray<double>(), gradient.ToArray<double>());
    }

    /// <summary>The least and the greatest finite number, apart from each other and with 0 in sight if it is near.</summary>
    public static (double Low, double High) Range(IEnumerable<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite).DefaultIfEmpty(0)];
        (double low, double high) = (Math.Min(0, finite.Min()), Math.Max(0, finite.Max()));
        return high - low < 1e-9 ? (low - 1, high + 1) : (low, high);
    }
}
