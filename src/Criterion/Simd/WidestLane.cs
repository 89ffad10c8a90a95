using System.Numerics;
using System.Runtime.Intrinsics;

namespace Criterion.Simd;

/// <summary>Work that is compiled for one type of element and one width of lanes.</summary>
internal interface ILaneTask
{
    void Run<S, L>()
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>;
}

/// <summary>Where the type of the elements and the widest lane that the machine has are chosen.</summary>
internal static class WidestLane
{
    /// <summary>Runs a task in <see cref="DType.Float32"/> or else in double precision.</summary>
    public static void Run<TTask>(TTask task, DType type)
        where TTask : struct, ILaneTask
    {
        if (type == DType.Float32)
        {
            Run<TTask, float>(task);
        }
        else
        {
            Run<TTask, double>(task);
        }
    }

    static void Run<TTask, S>(TTask task)
        where TTask : struct, ILaneTask
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        if (Vector512.IsHardwareAccelerated)
        {
            task.Run<S, Lane512<S>>();
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            task.Run<S, Lane256<S>>();
        }
        else
        {
            task.Run<S, Lane128<S>>();
        }
    }
}
