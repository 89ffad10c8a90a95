using System.Numerics;
using System.Runtime.CompilerServices;

namespace Criterion.Kernels;

/// <summary>The areas of a plane from each of which the largest value is taken: every pair of a range of rows and one of columns.</summary>
internal readonly record struct PoolingAreas(int Width, int Pixels, (int Start, int End)[] Rows, (int Start, int End)[] Columns)
{
    public int Count => Rows.Length * Columns.Length;
}

/// <summary>
/// Max pooling, plane by plane: where the largest value of each area is, values taken from places, and the adjoint of that.
/// A plane is worked on by one thread in a fixed order.
/// </summary>
internal static class MaxPooling
{
    const int ChunkLength = 16384;

    /// <summary>The largest value of each area and its place in the plane; the first of equal ones, and the first NaN.</summary>
    public static void Largest<T>(Memory<T> planes, in PoolingAreas areas, Memory<T> values, Memory<long> places)
        where T : unmanaged, IFloatingPointIeee754<T> => Run(new LargestOf<T>(planes, areas, values, places), planes.Length, areas.Pixels);

    /// <summary>The values at places of planes of <paramref name="pixels"/> values.</summary>
    public static void Take<T>(Memory<T> planes, int pixels, Memory<long> places, int count, Memory<T> values)
        where T : unmanaged, INumber<T> => Run(new ValuesAt<T>(planes, pixels, places, count, values), planes.Length, pixels);

    /// <summary>Adds values to their places in planes of <paramref name="pixels"/> values.</summary>
    public static void Add<T>(Memory<T> planes, int pixels, Memory<long> places, int count, Memory<T> values)
        where T : unmanaged, INumber<T> => Run(new AddedValues<T>(planes, pixels, places, count, values), planes.Length, pixels);

    static void Run<TPlane>(TPlane body, int length, int pixels)
        where TPlane : struct, IChunk
    {
        if (length > 0)
        {
            int planes = length / pixels;
            int each = Math.Max(1, ChunkLength / pixels);
            ParallelFor.Run((planes + each - 1) / each, new Planes<TPlane>(body, planes, each));
        }
    }

    readonly struct Planes<TPlane>(TPlane body, int count, int each) : IChunk
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

    readonly struct LargestOf<T>(Memory<T> planes, PoolingAreas areas, Memory<T> values, Memory<long> places) : IChunk
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run(int index)
        {
            ReadOnlySpan<T> plane = planes.Span.Slice(index * areas.Pixels, areas.Pixels);
            Span<T> value = values.Span.Slice(index * areas.Count, areas.Count);
            Span<long> place = places.Span.Slice(index * areas.Count, areas.Count);
            int at = 0;
            foreach ((int top, int bottom) in areas.Rows)
            {
                foreach ((int left, int right) in areas.Columns)
                {
                    int best = First(plane, areas.Width, top, bottom, left, right);
                    value[at] = plane[best];
                    place[at++] = best;
                }
            }
        }

        // Larger, or the first NaN. Which it is can't be foretold: chosen by a mask, not by a jump.
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

    readonly struct ValuesAt<T>(Memory<T> planes, int pixels, Memory<long> places, int count, Memory<T> values) : IChunk
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run(int index)
        {
            ReadOnlySpan<T> plane = planes.Span.Slice(index * pixels, pixels);
            ReadOnlySpan<long> place = places.Span.Slice(index * count, count);
            Span<T> value = values.Span.Slice(index * count, count);
            for (int i = 0; i < value.Length; i++)
            {
                value[i] = plane[(int)place[i]];
            }
        }
    }

    readonly struct AddedValues<T>(Memory<T> planes, int pixels, Memory<long> places, int count, Memory<T> values) : IChunk
        where T : unmanaged, INumber<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run(int index)
        {
            Span<T> plane = planes.Span.Slice(index * pixels, pixels);
            ReadOnlySpan<long> place = places.Span.Slice(index * count, count);
            ReadOnlySpan<T> value = values.Span.Slice(index * count, count);
            for (int i = 0; i < value.Length; i++)
            {
                plane[(int)place[i]] += value[i];
            }
        }
    }
}
