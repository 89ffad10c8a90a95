using System.Runtime.CompilerServices;

namespace Criterion;

public sealed partial class Tensor
{
    /// <summary>Draws uniform numbers from [low, high).</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="dtype">The element type, Float32 or Float64. Default: Float32.</param>
    /// <param name="random">The stream to draw from. Default: <see cref="RandomStream.Default"/>.</param>
    /// <param name="low">The least number. Default: 0.</param>
    /// <param name="high">The end, excluded. Default: 1.</param>
    /// <param name="requiresGrad">Whether operations on the tensor are recorded for gradients. Default: false.</param>
    /// <exception cref="DTypeException">The element type is not a floating-point type.</exception>
    public static Tensor Rand(
        Shape shape,
        DType dtype = DType.Float32,
        RandomStream? random = null,
        double low = 0,
        double high = 1,
        bool requiresGrad = false)
    {
        Tensor result = Empty(shape, MustFloat(dtype, nameof(Rand)));
        (random ?? RandomStream.Default).FillUniform(result, low, high);
        return result.Learning(requiresGrad);
    }

    /// <summary>Draws Float32 numbers from [0, 1) from <see cref="RandomStream.Default"/>: <c>Rand(2, 3)</c>.</summary>
    /// <param name="sizes">The sizes along the dimensions; none for a scalar.</param>
    [OverloadResolutionPriority(-1)]
    public static Tensor Rand(params ReadOnlySpan<int> sizes) => Rand(new Shape(sizes));

    /// <summary>Draws normal numbers.</summary>
    /// <inheritdoc cref="Rand(Shape, DType, RandomStream, double, double, bool)"/>
    /// <param name="shape">The shape.</param>
    /// <param name="dtype">The element type, Float32 or Float64. Default: Float32.</param>
    /// <param name="random">The stream to draw from. Default: <see cref="RandomStream.Default"/>.</param>
    /// <param name="mean">The mean. Default: 0.</param>
    /// <param name="deviation">The standard deviation. Default: 1.</param>
    /// <param name="requiresGrad">Whether operations on the tensor are recorded for gradients. Default: false.</param>
    public static Tensor Randn(
        Shape shape,
        DType dtype = DType.Float32,
        RandomStream? random = null,
        double mean = 0,
        double deviation = 1,
        bool requiresGrad = false)
    {
        Tensor result = Empty(shape, MustFloat(dtype, nameof(Randn)));
        (random ?? RandomStream.Default).FillNormal(result, mean, deviation);
        return result.Learning(requiresGrad);
    }

    /// <summary>Draws Float32 numbers of mean 0 and deviation 1 from <see cref="RandomStream.Default"/>: <c>Randn(2, 3)</c>.</summary>
    /// <param name="sizes">The sizes along the dimensions; none for a scalar.</param>
    [OverloadResolutionPriority(-1)]
    public static Tensor Randn(params ReadOnlySpan<int> sizes) => Randn(new Shape(sizes));

    /// <summary>Draws uniform integers from [low, high), as Int64.</summary>
    /// <param name="low">The least number.</param>
    /// <param name="high">The end, excluded; must be above <paramref name="low"/>.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="random">The stream to draw from. Default: <see cref="RandomStream.Default"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty.</exception>
    public static Tensor RandInt(long low, long high, Shape shape, RandomStream? random = null)
    {
        if (high <= low)
        {
            throw new ArgumentOutOfRangeException(
                nameof(high), $"RandInt: there is no integer in [{low}, {high}). high must be above low.");
        }

        Tensor result = Empty(shape, DType.Int64);
        (random ?? RandomStream.Default).FillIntegers(result, low, high);
        return result;
    }

    /// <summary>Draws a random permutation of 0, 1, …, count − 1, as Int64.</summary>
    public static Tensor Permutation(int count, RandomStream? random = null)
    {
        Tensor result = Empty([count], DType.Int64);
        (random ?? RandomStream.Default).Permute(result.Memory<long>().Span);
        return result;
    }

    /// <summary>Draws 1 with the given probabilities, else 0, in their shape and type.</summary>
    /// <param name="probabilities">The probabilities, in [0, 1]; floating-point.</param>
    /// <param name="random">The stream to draw from. Default: <see cref="RandomStream.Default"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A probability is outside of [0, 1], or NaN.</exception>
    /// <exception cref="DTypeException">The probabilities are not floating-point.</exception>
    public static Tensor Bernoulli(Tensor probabilities, RandomStream? random = null)
    {
        MustFloat(NotNull(probabilities).DType, nameof(Bernoulli));
        Tensor p = probabilities.Detach();
        if (((p >= 0) & (p <= 1)).All().Item() == 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(probabilities), "Bernoulli: a probability is outside of [0, 1]. For logits use .Sigmoid() first.");
        }

        return (Rand(p.Shape, p.DType, random) < p).To(p.DType);
    }

    /// <summary>Draws classes with probabilities in proportion to weights, as Int64: <c>[.., classes] → [.., count]</c>.</summary>
    /// <param name="weights">The weights, finite and not negative; they need not sum to 1.</param>
    /// <param name="count">The number of draws from each row; at least 1.</param>
    /// <param name="replacement">Whether a class may be drawn again. Default: false.</param>
    /// <param name="random">The stream to draw from. Default: <see cref="RandomStream.Default"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A weight is negative or not finite, or a row has fewer weights above 0 than draws without replacement, or none.
    /// </exception>
    /// <exception cref="ShapeException">The weights are a scalar.</exception>
    public static Tensor Multinomial(Tensor weights, int count, bool replacement = false, RandomStream? random = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Tensor w = NotNull(weights).Detach().To(DType.Float64);
        CheckWeights(weights, w, replacement ? 1 : count);
        if (!replacement)
        {
            // The smallest of exponential variables, scaled by the weights (Efraimidis and Spirakis, 2006). 1 − u is never 0.
            Tensor waits = -(1 - Rand(w.Shape, DType.Float64, random)).Log() / w;
            return Where(w.EqualTo(0), double.PositiveInfinity, waits).TopK(count, -1, largest: false).Indices;
        }

        // The first class whose cumulative weight exceeds the draw; a class of weight 0 never does so first.
        Tensor cumulative = w.CumSum(-1);
        Tensor draws = Rand(w.Shape.With(-1, count), DType.Float64, random) * cumulative.Narrow(-1, w.Shape[-1] - 1, 1);
        return (cumulative.Unsqueeze(-2) <= draws.Unsqueeze(-1)).Sum(-1);
    }

    static void CheckWeights(Tensor weights, Tensor w, int least)
    {
        if (((w >= 0) & w.IsFinite()).All().Item() == 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(weights), "Multinomial: a weight is negative or not finite. For logits use .Softmax(-1) first.");
        }

        if (w.Sum(-1).IsFinite().All().Item() == 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(weights), "Multinomial: the sum of the weights overflows. Divide them by the largest.");
        }

        if (((w > 0).Sum(-1) < least).Any().Item() != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(weights), $"Multinomial: a row has fewer than {least} weights above 0. Draw fewer, or with replacement: true.");
        }
    }

    /// <summary>Draws uniform numbers from [0, 1) in the shape and type of another tensor.</summary>
    public static Tensor RandLike(Tensor other, RandomStream? random = null) => Rand(NotNull(other).Shape, other.DType, random);

    /// <summary>Draws normal numbers, of mean 0 and deviation 1, in the shape and type of another tensor.</summary>
    public static Tensor RandnLike(Tensor other, RandomStream? random = null) => Randn(NotNull(other).Shape, other.DType, random);

    static DType MustFloat(DType dtype, string operation) => dtype.IsFloat()
        ? dtype
        : throw new DTypeException($"{operation}: {dtype} is not a floating-point type. Use Float32 or Float64, or RandInt.");
}
