namespace Criterion;

/// <summary>The type of a tensor's elements. The order is that of promotion: two types are promoted to the later one.</summary>
public enum DType
{
    /// <summary>A truth value in one byte.</summary>
    Bool,

    /// <summary>An unsigned byte, for stored images.</summary>
    UInt8,

    /// <summary>A signed 64-bit integer, for indices and labels.</summary>
    Int64,

    /// <summary>A 32-bit floating-point number, the default.</summary>
    Float32,

    /// <summary>A 64-bit floating-point number, for references and gradient checks.</summary>
    Float64,
}

/// <summary>Properties of element types.</summary>
public static class DTypes
{
    /// <summary>Returns whether the type is a floating-point type: only these have gradients.</summary>
    public static bool IsFloat(this DType type) => type >= DType.Float32;

    /// <summary>Returns the bytes of one element.</summary>
    public static int Size(this DType type) => type switch
    {
        DType.Bool or DType.UInt8 => 1,
        DType.Float32 => 4,
        _ => 8,
    };

    /// <summary>Returns the common type of two types: the later in Bool, UInt8, Int64, Float32, Float64.</summary>
    public static DType Promote(DType a, DType b) => a > b ? a : b;

    /// <summary>Returns the element type of the C# type <typeparamref name="T"/>.</summary>
    /// <exception cref="TensorException"><typeparamref name="T"/> is not float, double, long, byte or bool.</exception>
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
            : throw new TensorException($"DType: {typeof(T).Name} is not an element type. Use float, double, long, byte or bool.");
    }
}
