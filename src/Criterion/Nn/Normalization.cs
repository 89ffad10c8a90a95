using System.Runtime.CompilerServices;
using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Nn;

/// <summary>
/// Subtracts the mean and divides by the standard deviation, for all normalization layers: they differ only in which values share
/// statistics.
/// </summary>
internal static class Normalization
{
    /// <summary>Rows shorter than this are joined first.</summary>
    const int ShortRow = 16;

    static readonly int[] Shared = [0, 2];

    /// <summary>Computes (x − mean) / √(variance + ε) · weight + bias, with statistics for each channel of the layout.</summary>
    /// <param name="x">The values, of any shape.</param>
    /// <param name="layout">The layout of the values as [A, C, L].</param>
    /// <param name="weight">[C], or null for 1 and no bias.</param>
    /// <param name="bias">[C], or null if the weight is null.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="mean">The mean of each channel, Float64 [C], detached.</param>
    /// <param name="deviation">The standard deviation (with n) of each channel, Float64 [C], detached.</param>
    public static Tensor Apply(
        Tensor x, NormLayout layout, Tensor? weight, Tensor? bias, double epsilon, out Tensor mean, out Tensor deviation)
    {
        x = x.Floating();
        DType type = weight is null ? x.DType : DTypes.Promote(x.DType, DTypes.Promote(weight.DType, bias!.DType));
        (x, weight, bias) = (x.To(type), weight?.To(type), bias?.To(type));
        mean = Tensor.Empty([layout.Channels], DType.Float64);
        deviation = Tensor.EmptyLike(mean);
        NormPass pass = new(x, layout, weight, bias, epsilon, ToRows(x, layout), mean, deviation);
        Tensor result = Result(pass);
        return weight is null
            ? Autograd.Record("normalize", result, [x], pass, [x], Gradients)
            : Autograd.Record("normalize", result, [x, weight], pass, [x, weight, bias!], Gradients);
    }

    static Tensor Result(in NormPass pass)
    {
        Tensor result = Tensor.EmptyLike(pass.Plain);
        NormDriver.Forward(Operands(pass) with { Bias = pass.Bias?.Contiguous().Elements ?? default, Result = result.Elements });
        return FromRows(result, pass);
    }

    static Tensor?[] Gradients(Tensor g, NormPass pass) => Autograd.Enabled ? Composed(g, pass) : Fused(g, pass);

    static Tensor?[] Composed(Tensor g, NormPass pass) =>
        Autograd.Compose(pass.Weight is null ? [pass.X] : [pass.X, pass.Weight, pass.Bias!], () => Composite(pass), g);

    static Tensor?[] Fused(Tensor g, NormPass pass)
    {
        Tensor? gradient = pass.X.RequiresGrad ? Tensor.EmptyLike(pass.Plain) : null;
        (Tensor? sum, Tensor? along) = pass.Weight is null ? default : (Tensor.EmptyLike(pass.Weight), Tensor.EmptyLike(pass.Weight));
        NormDriver.Backward(Operands(pass) with
        {
            Upstream = ToRows(g, pass.Layout).Elements,
            Result = gradient?.Elements ?? default,
            BiasGradient = sum?.Elements ?? default,
            WeightGradient = along?.Elements ?? default,
        });
        Tensor? ofX = gradient is null ? null : FromRows(gradient, pass);
        return pass.Weight is null ? [ofX] : [ofX, along, sum];
    }

    static Normalized Operands(in NormPass pass) => new(
        pass.Plain.Elements,
        Joined(pass.Layout),
        pass.Weight?.Contiguous().Elements ?? default,
        pass.Epsilon,
        pass.Mean.Elements,
        pass.Deviation.Elements);

    /// <summary>Returns the values in row-major order, detached; as [C, A, L] where L is short.</summary>
    static Tensor ToRows(Tensor x, NormLayout layout)
    {
        if (IsShort(layout))
        {
            return x.Detach().Reshape(layout.Rows, layout.Channels, layout.Length).Transpose(0, 1).Contiguous();
        }

        return x.IsContiguous ? x : x.Detach().Contiguous();
    }

    /// <summary>Restores the order and shape before <see cref="ToRows"/>.</summary>
    static Tensor FromRows(Tensor rows, in NormPass pass) => IsShort(pass.Layout)
        ? rows.Transpose(0, 1).Contiguous().Reshape(pass.X.Shape)
        : rows;

    /// <summary>Returns the layout after <see cref="ToRows"/>.</summary>
    static NormLayout Joined(NormLayout layout) => IsShort(layout) ? new(1, layout.Channels, layout.Count) : layout;

    static bool IsShort(NormLayout layout) => layout.Length < ShortRow && layout.Rows > 1;

    /// <summary>Computes x · scale + shift for each channel, each [1, C, 1].</summary>
    public static Tensor ScaleAndShift(Tensor x, Tensor scale, Tensor shift) => TensorFormula.Map(default(ScaleThenShift), x, scale, shift);

    /// <summary>Computes (x − mean) · scale + bias, each [C], for means that are large relative to the deviation.</summary>
    public static Tensor CentreAndScale(Tensor x, NormLayout layout, Tensor mean, Tensor scale, Tensor? bias)
    {
        Tensor channels = x.Reshape(layout.Rows, layout.Channels, layout.Length);
        Tensor scaled = TensorFormula.Map(default(CentreThenScale), channels, Channels(mean), Channels(scale));
        return (bias is null ? scaled : scaled + Channels(bias)).Reshape(x.Shape);
    }

    /// <summary>Reshapes one value per channel to [1, C, 1].</summary>
    public static Tensor Channels(Tensor values) => values.Reshape(1, values.Count, 1);

    /// <summary>Computes the layer by its definition in tensor operations, differentiable to any order.</summary>
    static Tensor Composite(in NormPass pass)
    {
        Tensor x = pass.X.Reshape(pass.Layout.Rows, pass.Layout.Channels, pass.Layout.Length);
        Tensor centred = x - x.Mean(Shared, keepDim: true);
        Tensor? peak = IsOrdinary(pass) ? null : Peak(centred.Detach(), pass.Epsilon);
        Tensor ratio = peak is null ? centred : centred / peak;
        Tensor? root = peak is null ? null : Math.Sqrt(pass.Epsilon) / peak;
        Tensor variance = (ratio * ratio).Mean(Shared, keepDim: true);
        Tensor normal = ratio * (root is null ? Inverse(variance, pass.Epsilon) : Inverse(variance + (root * root), 0));
        Tensor scaled = pass.Weight is null ? normal : (normal * Channels(pass.Weight)) + Channels(pass.Bias!);
        return scaled.Reshape(pass.X.Shape);
    }

    /// <summary>Computes 1 / √(variance + ε), and 0 for 1 / 0.</summary>
    public static Tensor Inverse(Tensor variance, double epsilon) =>
        epsilon > 0 ? (variance + epsilon).Rsqrt() : TensorFormula.Map(new RootOfSum(-0.5), variance);

    /// <summary>Returns whether no square of a deviation from the mean overflows, or underflows where that matters.</summary>
    static bool IsOrdinary(in NormPass pass)
    {
        foreach (double deviation in pass.Deviation.AsReadOnlySpan<double>())
        {
            if (deviation > 1e12 || (pass.Epsilon < 1e-20 && deviation < 1e-12))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Returns the divisor of deviations before they are squared: at least 1 where ε makes small ones negligible.</summary>
    static Tensor Peak(Tensor centred, double epsilon)
    {
        Tensor peak = centred.Abs().Max(Shared, keepDim: true);
        return epsilon > 0 ? peak.Clamp(1, double.PositiveInfinity) : Tensor.Where(peak.EqualTo(0), Tensor.OnesLike(peak), peak);
    }

    /// <summary>The inputs of a forward pass and what its gradients need.</summary>
    readonly record struct NormPass(
        Tensor X, NormLayout Layout, Tensor? Weight, Tensor? Bias, double Epsilon, Tensor Plain, Tensor Mean, Tensor Deviation);

    readonly struct CentreThenScale : ITernaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T mean, T scale)
            where T : struct, IReal<T> => (x - mean) * scale;
    }

    readonly struct ScaleThenShift : ITernaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T scale, T shift)
            where T : struct, IReal<T> => (x * scale) + shift;
    }
}
