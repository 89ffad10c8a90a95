using System.Numerics;

namespace Criterion.Kernels;

/// <summary>Sorts and accumulates along an axis of contiguous memory, one element after another.</summary>
internal static class Ordering
{
    /// <summary>Writes the positions of the first <paramref name="count"/> elements of each line in sorted order.</summary>
    public static void ArgSort<T>(ReadOnlySpan<T> values, AxisLayout layout, bool descending, int count, Span<long> order)
        where T : unmanaged, INumber<T>
    {
        AxisLayout result = layout with { Size = count };
        T[] line = new T[layout.Size];
        int[] positions = new int[layout.Size];
        for (int index = 0; index < layout.Lines; index++)
        {
            int start = layout.Start(index);
            for (int k = 0; k < line.Length; k++)
            {
                line[k] = values[start + (k * layout.Inner)];
                positions[k] = k;
            }

            if (count == 1 && line.Length > 0)
            {
                positions[0] = First(line, descending);
            }
            else
            {
                Array.Sort(positions, (a, b) => Compare(line, a, b, descending));
            }

            int first = result.Start(index);
            for (int k = 0; k < count; k++)
            {
                order[first + (k * layout.Inner)] = positions[k];
            }
        }
    }

    /// <summary>Writes the running sum of each line, accumulated in <typeparamref name="TSum"/>.</summary>
    public static void CumulativeSum<T, TSum>(ReadOnlySpan<T> values, AxisLayout layout, Span<T> sums)
        where T : unmanaged, INumber<T>
        where TSum : INumber<TSum>
    {
        for (int line = 0; line < layout.Lines; line++)
        {
            int start = layout.Start(line);
            TSum total = TSum.Zero;
            for (int k = 0; k < layout.Size; k++)
            {
                int at = start + (k * layout.Inner);
                total += TSum.CreateTruncating(values[at]);
                sums[at] = T.CreateTruncating(total);
            }
        }
    }

    /// <summary>Writes y₀ = b₀, yₖ = aₖ yₖ₋₁ + bₖ of each line, accumulated in <typeparamref name="TSum"/>.</summary>
    public static void Recurrence<T, TSum>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, AxisLayout layout, Span<T> results)
        where T : unmanaged, INumber<T>
        where TSum : INumber<TSum>
    {
        for (int line = 0; line < layout.Lines; line++)
        {
            int at = layout.Start(line);
            TSum y = TSum.Zero;
            for (int k = 0; k < layout.Size; k++, at += layout.Inner)
            {
                y = k == 0
                    ? TSum.CreateTruncating(b[at])
                    : (TSum.CreateTruncating(a[at]) * y) + TSum.CreateTruncating(b[at]);
                results[at] = T.CreateTruncating(y);
            }
        }
    }

    static int First<T>(T[] line, bool descending)
        where T : INumber<T>
    {
        int best = 0;
        for (int k = 1; k < line.Length; k++)
        {
            bool better = T.IsNaN(line[k])
                ? !T.IsNaN(line[best])
                : descending ? line[k] > line[best] : line[k] < line[best];
            best = better ? k : best;
        }

        return best;
    }

    // NaN is the largest; equal values keep their order.
    static int Compare<T>(T[] line, int a, int b, bool descending)
        where T : INumber<T>
    {
        int order = T.IsNaN(line[a]) ? (T.IsNaN(line[b]) ? 0 : 1) : T.IsNaN(line[b]) ? -1 : line[a].CompareTo(line[b]);
        return order != 0 ? (descending ? -order : order) : a.CompareTo(b);
    }
}
