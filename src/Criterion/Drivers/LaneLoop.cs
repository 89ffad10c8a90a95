using System.Numerics;
using System.Runtime.Intrinsics;
using Criterion.Kernels;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>A loop in chunks, which are compiled for one type of element and one width of lanes.</summary>
internal interface ILaneLoop
{
    /// <summary>The number of chunks; depends on the data alone, so that results have the same bits on any number of threads.</summary>
    int Chunks { get; }

    /// <summary>Computes one chunk.</summary>
    /// <typeparam name="S">The elements.</typeparam>
    /// <typeparam name="L">Lanes of the elements.</typeparam>
    /// <typeparam name="D">Lanes of doubles of the same size, for sums in double precision.</typeparam>
    void Run<S, L, D>(int chunk)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
        where D : struct, ILane<D, double>;
}

/// <summary>Runs the chunks of a loop on all threads, in the widest lanes that the machine has.</summary>
internal static class LaneLoop
{
    /// <summary>The number of elements in a chunk: fixed, so that work is divided alike on any number of threads.</summary>
    public const int ChunkLength = 16384;

    /// <summary>Returns the number of chunks of so many elements.</summary>
    public static int Chunks(int count, int chunkLength = ChunkLength) => (count + chunkLength - 1) / chunkLength;

    /// <summary>Returns the number of rows in a chunk: at least one.</summary>
    public static int RowsPerChunk(int length) => Math.Max(1, ChunkLength / Math.Max(1, length));

    /// <summary>Runs a loop over elements of <see cref="DType.Float32"/>, or else in double precision.</summary>
    public static void Run<TLoop>(in TLoop loop, DType type)
        where TLoop : struct, ILaneLoop
    {
        bool isSingle = type == DType.Float32;
        if (Vector512.IsHardwareAccelerated && isSingle)
        {
            ParallelFor.Run(loop.Chunks, new Chunk<TLoop, float, Lane512<float>, Lane512<double>>(loop));
        }
        else if (Vector512.IsHardwareAccelerated)
        {
            ParallelFor.Run(loop.Chunks, new Chunk<TLoop, double, Lane512<double>, Lane512<double>>(loop));
        }
        else if (Vector256.IsHardwareAccelerated && isSingle)
        {
            ParallelFor.Run(loop.Chunks, new Chunk<TLoop, float, Lane256<float>, Lane256<double>>(loop));
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            ParallelFor.Run(loop.Chunks, new Chunk<TLoop, double, Lane256<double>, Lane256<double>>(loop));
        }
        else if (isSingle)
        {
            ParallelFor.Run(loop.Chunks, new Chunk<TLoop, float, Lane128<float>, Lane128<double>>(loop));
        }
        else
        {
            ParallelFor.Run(loop.Chunks, new Chunk<TLoop, double, Lane128<double>, Lane128<double>>(loop));
        }
    }

    readonly struct Chunk<TLoop, S, L, D>(TLoop loop) : IChunk
        where TLoop : struct, ILaneLoop
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
        where D : struct, ILane<D, double>
    {
        public void Run(int index) => loop.Run<S, L, D>(index);
    }
}
