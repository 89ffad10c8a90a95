using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Criterion.Simd;

/// <summary>Work that is compiled for one lane width.</summary>
internal interface ILaneTask<S>
    where S : unmanaged
{
    void Run<L>()
        where L : struct, ILane<L, S>;
}

/// <summary>Chooses the lane width of a loop.</summary>
internal static class WidestLane
{
    /// <summary>The bytes of the widest lane that the machine computes at full speed: 64, 32 or 16.</summary>
    public static int Bytes => Vector512.IsHardwareAccelerated ? 64 : Vector256.IsHardwareAccelerated ? 32 : 16;

    /// <summary>Runs a task in the widest lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<TTask, S>(TTask task)
        where TTask : struct, ILaneTask<S>
        where S : unmanaged, IBinaryFloatingPointIeee754<S> => Run<TTask, S>(task, Bytes);

    /// <summary>Runs a task in lanes of a width that the machine has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<TTask, S>(TTask task, int bytes)
        where TTask : struct, ILaneTask<S>
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        switch (bytes)
        {
            case 64:
                task.Run<Lane512<S>>();
                break;
            case 32:
                task.Run<Lane256<S>>();
                break;
            default:
                task.Run<Lane128<S>>();
                break;
        }
    }
}
