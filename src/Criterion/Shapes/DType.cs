namespace Criterion;

/// <summary>The type of a tensor's elements. The order is that of promotion: of two types in one operation the later wins.</summary>
public enum DType
{
    /// <summary>True or false, one byte.</summary>
    Bool,

    /// <summary>An unsigned byte, for images as they are stored.</summary>
    UInt8,

    /// <summary>A signed 64-bit integer, for indices and labels.</summary>
    Int64,

    /// <summary>A 32-bit floating-point number, the default.</summary>
    Float32,

    /// <summary>A 64-bit floating-point number, for references and gradient checks.</summary>
    Float64,
}

/// <summary>Facts about element types.</summary>
public static class DTypes
{
    /// <summary>Whether the type is a floating-point number: only these have gradients.</summary>
    public static bool IsFloat(this DType type) => type >= DType.Float32;

    /// <summary>Bytes of one element.</summary>
    public static int Size(this DType type) => type switch
    {
        DType.Bool or DType.UInt8 => 1,
        DType.Float32 => 4,
        _ => 8,
    };

    /// <summary>The type in which two types meet: the later in Bool, UInt8, Int64, Float32, Float64.</summary>
    public static DType Promote(DType a, DType b) => a > b ? a : b;

    /// <summary>The element type that stands for the C# type <typeparamref name="T"/>.</summary>
    /// <exception cref="TensorException"><typeparamref name="T"/> is none of float, double, long, byte, bool.</exception>
    public static DType Of<T>()
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            return DType.Float32;
        }

        if (typeof(T) == typeof(double))
        {
            return DType.Float64;
        }

        if (typeof(T) == typeof(long))
        {
            return DType.Int64;
        }

        if (typeof(T) == typeof(byte))
        {
            return DType.UInt8;
        }

        return typeof(T) == typeof(bool)
            ? DType.Bool
            : throw new TensorException($"{typeof(T).Name} is no element type; use float, double, long, byte or bool.");
    }
}
