using System.Numerics;

namespace Criterion;

/// <summary>Work that is compiled for every element type.</summary>
internal interface IElementTask
{
    void Run<T>()
        where T : unmanaged;
}

/// <summary>Work that is compiled for every element type with arithmetic: all but <see cref="DType.Bool"/>.</summary>
internal interface INumberTask
{
    void Run<T>()
        where T : unmanaged, INumber<T>;
}

/// <summary>Work that is compiled for <see cref="DType.Float32"/> and <see cref="DType.Float64"/>.</summary>
internal interface IFloatTask
{
    void Run<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>
/// Runs generic work in an element type that is known only at run time. The methods return the task, which may contain a result.
/// </summary>
internal static class DTypeDispatch
{
    public static TTask RunElements<TTask>(this DType type, TTask task)
        where TTask : struct, IElementTask
    {
        switch (type)
        {
            case DType.Float32:
                task.Run<float>();
                break;
            case DType.Float64:
                task.Run<double>();
                break;
            case DType.Int64:
                task.Run<long>();
                break;
            case DType.UInt8:
                task.Run<byte>();
                break;
            default:
                task.Run<bool>();
                break;
        }

        return task;
    }

    /// <exception cref="DTypeException">The type is <see cref="DType.Bool"/>.</exception>
    public static TTask RunNumbers<TTask>(this DType type, TTask task)
        where TTask : struct, INumberTask
    {
        switch (type)
        {
            case DType.Float32:
                task.Run<float>();
                break;
            case DType.Float64:
                task.Run<double>();
                break;
            case DType.Int64:
                task.Run<long>();
                break;
            case DType.UInt8:
                task.Run<byte>();
                break;
            default:
                throw new DTypeException($"{type} has no arithmetic. Convert with .To(DType.Int64).");
        }

        return task;
    }

    /// <exception cref="DTypeException">The type is not a floating-point type.</exception>
    public static TTask RunFloats<TTask>(this DType type, TTask task)
        where TTask : struct, IFloatTask
    {
        switch (type)
        {
            case DType.Float32:
                task.Run<float>();
                break;
            case DType.Float64:
                task.Run<double>();
                break;
            default:
                throw new DTypeException($"{type} is not a floating-point type. Convert with .To(DType.Float32).");
        }

        return task;
    }
}
