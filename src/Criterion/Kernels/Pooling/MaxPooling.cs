using System.Numerics;
using System.Runtime.CompilerServices;

namespace Criterion.Kernels;

/// <summary>The areas of a plane whose largest values are computed: every pair of a range of rows and one of columns.</summary>
internal readonly record struct PoolingAreas(int Width, int Pixels, (int Start, int End)[] Rows, (int Start, int End)[] Columns)
{
    public int Count => Rows.Length * Columns.Length;
}

/// <summary>
/// Max pooling, plane by plane: the position of the largest value of each area, the values at positions, and the adjoint.
/// One thread computes a plane, in a fixed order.
/// </summary>
internal static class MaxPooling
{
    const int ChunkLength = 16384;

    /// <summary>
    /// Computes the largest value of each area and its position in the plane: of the first NaN, else of the first of equal values.
    /// </summary>
    public static void Largest<T>(Memory<T> planes, in PoolingAreas areas, Memory<T> values, Memory<long> positions)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Run(new FindLargest<T>(planes, areas, values, positions), planes.Length, areas.Pixels);

    /// <summary>Copies the values at positions of planes of <paramref name="pixels"/> values.</summary>
    public static void Take<T>(Memory<T> planes, int pixels, Memory<long> positions, int count, Memory<T> values)
        where T : unmanaged, INumber<T> => Run(new TakeValues<T>(planes, pixels, positions, count, values), planes.Length, pixels);

    /// <summary>Adds values at their positions in planes of <paramref name="pixels"/> values.</summary>
    public static void Add<T>(Memory<T> planes, int pixels, Memory<long> positions, int count, Memory<T> values)
        where T : unmanaged, INumber<T> => Run(new AddValues<T>(planes, pixels, positions, count, values), planes.Length, pixels);

    static void Run<TPlane>(TPlane body, int length, int pixels)
        where TPlane : struct, IChunk
    {
        if (length > 0)
        {
            int planes = length / pixels;
            int each = Math.Max(1, ChunkLength / pixels);
            ParallelFor.Run((planes + each - 1) / each, new PlaneChunks<TPlane>(body, planes, each));
        }
    }

    readonly struct PlaneChunks<TPlane>(TPlane body, int count, int each) : IChunk
        where TPlane : struct, IChunk
    {
        public void Run(int index)
        {
            for (int plane = index * each; plane < Math.Min(count, (index + 1) * each); plane++)
            {
                body.Run(plane);
            }
        }
    }

    readonly struct FindLargest<T>(Memory<T> planes, PoolingAreas areas, Memory<T> values, Memory<long> positions) : IChunk
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run(int index)
        {
            ReadOnlySpan<T> plane = planes.Span.Slice(index * areas.Pixels, areas.Pixels);
            Span<T> value = values.Span.Slice(index * areas.Count, areas.Count);
            Span<long> position = positions.Span.Slice(index * areas.Count, areas.Count);
            int at = 0;
            foreach ((int top, int bottom) in areas.Rows)
            {
                foreach ((int left, int right) in areas.Columns)
                {
                    int best = First(plane, areas.Width, top, bottom, left, right);
                    value[at] = plane[best];
                    position[at++] = best;
                }
            }
        }

        // The larger, or the first NaN. A branch would be mispredicted half of the time, so a mask chooses.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static int First(ReadOnlySpan<T> plane, int width, int top, int bottom, int left, int right)
        {
            int best = (top * width) + left;
            for (int row = top; row < bottom; row++)
            {
                for (int i = (row * width) + left; i < (row * width) + right; i++)
                {
                    (T x, T most) = (plane[i], plane[best]);
                    bool isBetter = !(x <= most) & !T.IsNaN(most);
                    best ^= (best ^ i) & -(isBetter ? 1 : 0);
                }
            }

            return best;
        }
    }

    readonly struct TakeValues<T>(Memory<T> planes, int pixels, Memory<long> positions, int count, Memory<T> values) : IChunk
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run(int index)
        {
            ReadOnlySpan<T> plane = planes.Span.Slice(index * pixels, pixels);
            ReadOnlySpan<long> position = positions.Span.Slice(index * count, count);
            Span<T> value = values.Span.Slice(index * count, count);
            for (int i = 0; i < value.Length; i++)
            {
                value[i] = plane[(int)position[i]];
            }
        }
    }

    readonly struct AddValues<T>(Memory<T> planes, int pixels, Memory<long> positions, int count, Memory<T> values) : IChunk
        where T : unmanaged, INumber<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run(int index)
        {
            Span<T> plane = planes.Span.Slice(index * pixels, pixels);
            ReadOnlySpan<long> position = positions.Span.Slice(index * count, count);
            ReadOnlySpan<T> value = values.Span.Slice(index * count, count);
            for (int i = 0; i < value.Length; i++)
            {
                plane[(int)position[i]] += value[i];
            }
        }
    }
}
