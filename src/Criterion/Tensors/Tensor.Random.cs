namespace Criterion;

public sealed partial class Tensor
{
    /// <summary>Uniform numbers from [low, high).</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="dtype">A floating-point type.</param>
    /// <param name="random">The stream to draw from; <see cref="RandomStream.Default"/> if not given.</param>
    /// <param name="low">The least number.</param>
    /// <param name="high">The end, not reached.</param>
    public static Tensor Rand(Shape shape, DType dtype = DType.Float32, RandomStream? random = null, double low = 0, double high = 1)
    {
        Tensor result = Empty(shape, MustFloat(dtype, nameof(Rand)));
        (random ?? RandomStream.Default).FillUniform(result, low, high);
        return result;
    }

    /// <summary>Normal numbers.</summary>
    /// <inheritdoc cref="Rand"/>
    /// <param name="shape">The shape.</param>
    /// <param name="dtype">A floating-point type.</param>
    /// <param name="random">The stream to draw from; <see cref="RandomStream.Default"/> if not given.</param>
    /// <param name="mean">Their mean.</param>
    /// <param name="deviation">Their standard deviation.</param>
    public static Tensor Randn(Shape shape, DType dtype = DType.Float32, RandomStream? random = null, double mean = 0, double deviation = 1)
    {
        Tensor result = Empty(shape, MustFloat(dtype, nameof(Randn)));
        (random ?? RandomStream.Default).FillNormal(result, mean, deviation);
        return result;
    }

    /// <summary>Int64 numbers from [low, high), every one equally likely.</summary>
    public static Tensor RandInt(long low, long high, Shape shape, RandomStream? random = null)
    {
        if (high <= low)
        {
            throw new ArgumentOutOfRangeException(nameof(high), $"RandInt: there is no integer in [{low}, {high}).");
        }

        Tensor result = Empty(shape, DType.Int64);
        (random ?? RandomStream.Default).FillIntegers(result, low, high);
        return result;
    }

    /// <summary>0 … count − 1 in random order, as Int64.</summary>
    public static Tensor Permutation(int count, RandomStream? random = null)
    {
        Tensor result = Empty([count], DType.Int64);
        (random ?? RandomStream.Default).Permute(result.Memory<long>().Span);
        return result;
    }

    /// <summary>Uniform numbers in the shape and type of another tensor.</summary>
    public static Tensor RandLike(Tensor other, RandomStream? random = null) => Rand(NotNull(other).Shape, other.DType, random);

    /// <summary>Normal numbers in the shape and type of another tensor.</summary>
    public static Tensor RandnLike(Tensor other, RandomStream? random = null) => Randn(NotNull(other).Shape, other.DType, random);

    static DType MustFloat(DType dtype, string operation) => dtype.IsFloat()
        ? dtype
        : throw new DTypeException($"{operation}: {dtype} holds no fractions; use Float32 or Float64, or RandInt.");
}
