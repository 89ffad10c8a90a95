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

    /// <summary>Draws Float32 uniform numbers from [0, 1) of the given sizes, as in <c>Tensor.Rand(2, 3)</c>.</summary>
    /// <inheritdoc cref="Zeros(int, ReadOnlySpan{int})"/>
    public static Tensor Rand(int size, params ReadOnlySpan<int> sizes) => Rand([size, .. sizes]);

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

    /// <summary>Draws Float32 normal numbers of the given sizes, as in <c>Tensor.Randn(2, 3)</c>.</summary>
    /// <inheritdoc cref="Zeros(int, ReadOnlySpan{int})"/>
    public static Tensor Randn(int size, params ReadOnlySpan<int> sizes) => Randn([size, .. sizes]);

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

    /// <summary>Draws uniform numbers from [0, 1) in the shape and type of another tensor.</summary>
    public static Tensor RandLike(Tensor other, RandomStream? random = null) => Rand(NotNull(other).Shape, other.DType, random);

    /// <summary>Draws normal numbers, of mean 0 and deviation 1, in the shape and type of another tensor.</summary>
    public static Tensor RandnLike(Tensor other, RandomStream? random = null) => Randn(NotNull(other).Shape, other.DType, random);

    static DType MustFloat(DType dtype, string operation) => dtype.IsFloat()
        ? dtype
        : throw new DTypeException($"{operation}: {dtype} is not a floating-point type. Use Float32 or Float64, or RandInt.");
}
