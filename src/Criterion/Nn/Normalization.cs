using Criterion.Formulas;

namespace Criterion.Nn;

/// <summary>
/// Subtracting the mean and dividing by the deviation, for all normalising layers: they differ only in what shares a statistic.
/// </summary>
internal static class Normalization
{
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
        Tensor plain = x.Detach();
        Tensor average = mean = plain.Mean(Shared, keepDim: true);
        variance = Formula.Map(default(SquaredDifference), plain, mean).Mean(Shared, keepDim: true);
        Tensor inverse = (variance + epsilon).Rsqrt();
        Tensor scale = weight is null ? inverse : inverse * Channels(weight.Detach());
        Tensor shift = -(average * scale);
        Tensor result = ScaleAndShift(plain, scale, bias is null ? shift : shift + Channels(bias.Detach()));

        Tensor?[] operands = [x, weight, bias];
        Tensor[] inputs = [.. operands.OfType<Tensor>()];
        Tensor[] saved = weight is null ? [x] : [x, weight];
        return Autograd.RecordJoint("normalize", result, saved, inputs, Rule);

        Tensor?[] Rule(Tensor g)
        {
            if (Autograd.Enabled)
            {
                return Autograd.Compose(inputs, () => Composite(x, weight, bias, epsilon), g);
            }

            Tensor?[] gradients = FirstOrder(plain, g, average, inverse, scale, weight);
            return [gradients[0], .. weight is null ? [] : gradients.AsSpan(1, 1), .. bias is null ? [] : gradients.AsSpan(2, 1)];
        }
    }

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

    /// <summary>
    /// With x̂ = (x − mean) · inverse and n values for each statistic: ∂x = scale · (g − Σg/n − x̂ · Σ(g·x̂)/n),
    /// ∂weight = Σ(g·x̂), ∂bias = Σg. The first is a line in g and x: scale · g + slope · x + offset.
    /// </summary>
    static Tensor?[] FirstOrder(Tensor x, Tensor g, Tensor mean, Tensor inverse, Tensor scale, Tensor? weight)
    {
        double n = x.Count / mean.Count;
        Tensor sum = g.Sum(Shared, keepDim: true);
        Tensor along = Formula.Map(default(CentredProduct), g, x, mean).Sum(Shared, keepDim: true) * inverse;
        Tensor slope = scale * inverse * along / -n;
        Tensor offset = -((scale * sum / n) + (slope * mean));
        Tensor gradient = ScaleAndShift(x, slope, offset);
        Formula.Update(default(AddProduct), gradient, g, scale);
        return [gradient, weight is null ? null : along.Reshape(weight.Shape), sum.Reshape(sum.Count)];
    }

    readonly struct SquaredDifference : IBinaryFormula
    {
        public T Value<T>(T x, T mean)
            where T : struct, IReal<T> => (x - mean) * (x - mean);
    }

    readonly struct CentredProduct : ITernaryFormula
    {
        public T Value<T>(T g, T x, T mean)
            where T : struct, IReal<T> => g * (x - mean);
    }

    readonly struct Line : ITernaryFormula
    {
        public T Value<T>(T x, T scale, T shift)
            where T : struct, IReal<T> => (x * scale) + shift;
    }

    readonly struct AddProduct : ITernaryFormula
    {
        public T Value<T>(T sum, T x, T scale)
            where T : struct, IReal<T> => sum + (x * scale);
    }
}
