using System.Numerics;
using System.Numerics.Tensors;

namespace Criterion.Kernels;

/// <summary>Reads and adds at positions that are data. Memory is contiguous.</summary>
internal static class Indexing
{
    /// <summary>Copies the selected slices of the source along its axis.</summary>
    public static void Select<T>(ReadOnlySpan<T> source, AxisLayout layout, Selection selection, Span<T> selected)
        where T : unmanaged
    {
        int inner = layout.Inner;
        int size = layout.Size * inner;
        int count = selection.Count * inner;
        for (int outer = 0; outer < layout.Outer; outer++)
        {
            ReadOnlySpan<T> from = source.Slice(outer * size, size);
            Span<T> to = selected.Slice(outer * count, count);
            foreach (Selection.Segment segment in selection.Segments)
            {
                from.Slice(segment.Position * inner, segment.Length * inner).CopyTo(to[(segment.Index * inner)..]);
            }
        }
    }

    /// <summary>Adds each selected slice to the sums at its position: the adjoint of <see cref="Select"/>.</summary>
    public static void AddSelected<T>(ReadOnlySpan<T> selected, AxisLayout layout, Selection selection, Span<T> sums)
        where T : unmanaged, INumber<T>
    {
        int inner = layout.Inner;
        int size = layout.Size * inner;
        int count = selection.Count * inner;
        for (int outer = 0; outer < layout.Outer; outer++)
        {
            ReadOnlySpan<T> from = selected.Slice(outer * count, count);
            Span<T> to = sums.Slice(outer * size, size);
            foreach (Selection.Segment segment in selection.Segments)
            {
                Span<T> sum = to.Slice(segment.Position * inner, segment.Length * inner);
                TensorPrimitives.Add(sum, from.Slice(segment.Index * inner, sum.Length), sum);
            }
        }
    }

    /// <summary>Copies the element that each position names.</summary>
    public static void Gather<T>(ReadOnlySpan<T> source, AxisIndex index, ReadOnlySpan<long> positions, Span<T> gathered)
        where T : unmanaged
    {
        for (int i = 0; i < gathered.Length; i++)
        {
            gathered[i] = source[index.Element(i, positions[i])];
        }
    }

    /// <summary>Writes each value to the element that its position names.</summary>
    public static void Scatter<T>(ReadOnlySpan<T> values, AxisIndex index, ReadOnlySpan<long> positions, Span<T> results)
        where T : unmanaged
    {
        for (int i = 0; i < values.Length; i++)
        {
            results[index.Element(i, positions[i])] = values[i];
        }
    }

    /// <summary>Adds each value to the element that its position names.</summary>
    public static void ScatterAdd<T>(ReadOnlySpan<T> values, AxisIndex index, ReadOnlySpan<long> positions, Span<T> sums)
        where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            sums[index.Element(i, positions[i])] += values[i];
        }
    }
}

/// <summary>Finds the element of one shape for an element of another and a position along a dimension.</summary>
internal readonly struct AxisIndex(Shape index, Shape target, int dim)
{
    readonly int[] _sizes = index.Dims.ToArray();
    readonly int[] _strides = target.RowMajor.ToArray();

    /// <summary>
    /// Returns the target's element at the coordinates of an element of the index, with the given position along the dimension.
    /// </summary>
    public int Element(int element, long position)
    {
        int found = (int)position * _strides[dim];
        for (int d = _sizes.Length - 1; d >= 0; d--)
        {
            (element, int at) = Math.DivRem(element, _sizes[d]);
            found += d == dim ? 0 : at * _strides[d];
        }

        return found;
    }

    /// <summary>Returns for each position whether no later one names the same of <paramref name="count"/> elements: 1 or 0.</summary>
    public byte[] Last(ReadOnlySpan<long> positions, int count)
    {
        bool[] isWritten = new bool[count];
        byte[] isLast = new byte[positions.Length];
        for (int i = positions.Length - 1; i >= 0; i--)
        {
            int element = Element(i, positions[i]);
            isLast[i] = isWritten[element] ? (byte)0 : (byte)1;
            isWritten[element] = true;
        }

        return isLast;
    }
}
