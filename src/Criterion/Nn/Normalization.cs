using System.Runtime.CompilerServices;
using Criterion.Formulas;

namespace Criterion.Nn;

/// <summary>
/// Subtracting the mean and dividing by the deviation, for all normalising layers: they differ only in what shares a statistic.
/// </summary>
internal static class Normalization
{
    /// <summary>Rows shorter than a lane are put together first.</summary>
    const int ShortRow = 16;

    static readonly int[] Shared = [0, 2];

    /// <summary>(x − mean) / √(variance + ε) · weight + bias, for x seen as [A, C, L] with statistics for each of C.</summary>
    /// <param name="x">Values [A, C, L].</param>
    /// <param name="weight">[C], or null for 1.</param>
    /// <param name="bias">[C], or null for 0.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="mean">The mean for each of C, [1, C, 1], without history.</param>
    /// <param name="variance">The variance (with n below) for each of C, [1, C, 1], without history.</param>
    public static Tensor Apply(Tensor x, Tensor? weight, Tensor? bias, double epsilon, out Tensor mean, out Tensor variance)
    {
        DType type = Promoted(x, weight, bias);
        (x, weight, bias) = (x.To(type), weight?.To(type), bias?.To(type));
        Tensor plain = Rows(x);
        Shape ofChannels = [1, x.Shape[1], 1];
        Tensor average = mean = Tensor.Empty(ofChannels, x.DType);
        Tensor spread = variance = Tensor.Empty(ofChannels, x.DType);
        Tensor result = Tensor.EmptyLike(plain);
        NormDriver.Forward(plain, weight?.Contiguous(), bias?.Contiguous(), epsilon, result, average, spread);

        Tensor?[] operands = [x, weight, bias];
        Tensor[] inputs = [.. operands.OfType<Tensor>()];
        Tensor[] saved = weight is null ? [x] : [x, weight];
        return Autograd.RecordJoint("normalize", Unrows(result, x.Shape), saved, inputs, Rule);

        Tensor?[] Rule(Tensor g)
        {
            if (Autograd.Enabled)
            {
                return Autograd.Compose(inputs, () => Composite(x, weight, bias, epsilon), g);
            }

            Tensor? gradient = x.RequiresGrad ? Tensor.EmptyLike(plain) : null;
            Tensor along = Tensor.Empty(ofChannels, x.DType);
            Tensor sum = Tensor.Empty(ofChannels, x.DType);
            NormDriver.Backward(plain, Rows(g), weight?.Contiguous(), epsilon, gradient, average, spread, sum, along);
            return [gradient is null ? null : Unrows(gradient, x.Shape), .. Of(weight, along), .. Of(bias, sum)];
        }

        static Tensor?[] Of(Tensor? parameter, Tensor gradient) => parameter is null ? [] : [gradient.Reshape(parameter.Shape)];
    }

    static DType Promoted(Tensor x, Tensor? weight, Tensor? bias) =>
        DTypes.Promote(x.DType, DTypes.Promote((weight ?? x).DType, (bias ?? x).DType));

    /// <summary>[A, C, L] without history in row-major order; as [1, C, A · L] where L is short.</summary>
    static Tensor Rows(Tensor x) => IsShort(x.Shape)
        ? x.Detach().Transpose(0, 1).Reshape(1, x.Shape[1], -1).Contiguous()
        : x.Detach().Contiguous();

    /// <summary>Back to the shape that <see cref="Rows"/> was given.</summary>
    static Tensor Unrows(Tensor rows, Shape shape) => IsShort(shape)
        ? rows.Reshape(shape[1], shape[0], shape[2]).Transpose(0, 1).Contiguous()
        : rows;

    static bool IsShort(Shape shape) => shape[2] < ShortRow && shape[0] > 1;

    /// <summary>x · scale + shift, each for its channel, [1, C, 1].</summary>
    public static Tensor ScaleAndShift(Tensor x, Tensor scale, Tensor shift) => Formula.Map(default(Line), x, scale, shift);

    /// <summary>A tensor of one value for each channel as [1, C, 1].</summary>
    public static Tensor Channels(Tensor values) => values.Reshape(1, values.Count, 1);

    /// <summary>The layer in tensor operations: the definition, differentiable to any order.</summary>
    static Tensor Composite(Tensor x, Tensor? weight, Tensor? bias, double epsilon)
    {
        Tensor centred = x - x.Mean(Shared, keepDim: true);
        Tensor variance = (centred * centred).Mean(Shared, keepDim: true);
        Tensor normal = centred * (variance + epsilon).Rsqrt();
        Tensor scaled = weight is null ? normal : normal * Channels(weight);
        return bias is null ? scaled : scaled + Channels(bias);
    }

    readonly struct Line : ITernaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T scale, T shift)
            where T : struct, IReal<T> => (x * scale) + shift;
    }
}
