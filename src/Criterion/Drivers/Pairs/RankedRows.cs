using System.Numerics.Tensors;
using Criterion.Kernels;
using Criterion.Memory;

namespace Criterion.Drivers;

/// <summary>Rows prepared for products: the similarity of a and b is a · b + offset(b), up to a constant for each a.</summary>
/// <remarks>
/// Each row is prepared by itself in one order, and the center of a set is the middle of its range, not its mean: results have the same
/// bits wherever a row is in its set. The middle of integers is exact, and so are distances between them.
/// </remarks>
internal sealed class RankedRows : IDisposable
{
    readonly Memory<double> _data;
    readonly double[] _offsets;

    RankedRows(ReadOnlySpan<double> rows, int dimensions)
    {
        (Count, Dimensions) = (rows.Length / dimensions, dimensions);
        _offsets = new double[Count];

        // A row more than there are: a product of one row has kernels of its own, whose sums are in another order.
        _data = BufferPool<double>.Rent(BufferSize.Of((long)Count + 1, dimensions));
        rows.CopyTo(_data.Span);
        _data.Span[rows.Length..].Clear();
    }

    public int Count { get; }

    public int Dimensions { get; }

    /// <summary>Prepares rows for the dot product.</summary>
    public static RankedRows DotProduct(ReadOnlySpan<double> rows, int dimensions) => new(rows, dimensions);

    /// <summary>Prepares rows for the cosine: they get length 1, or remain 0.</summary>
    public static RankedRows Cosine(ReadOnlySpan<double> rows, int dimensions)
    {
        RankedRows result = new(rows, dimensions);
        for (int row = 0; row < result.Count; row++)
        {
            Normalize(result[row]);
        }

        return result;
    }

    /// <summary>
    /// Prepares rows for half of the negated squared distance, −‖a − b‖² / 2 = a · b − ‖b‖² / 2 less a constant of a.
    /// </summary>
    public static RankedRows Euclidean(ReadOnlySpan<double> rows, double[] center)
    {
        RankedRows result = new(rows, center.Length);
        for (int row = 0; row < result.Count; row++)
        {
            result._offsets[row] = -Center(result[row], center) / 2;
        }

        return result;
    }

    /// <summary>Returns the middle of the range of each column of two sets.</summary>
    public static double[] Middle(ReadOnlySpan<double> rows, ReadOnlySpan<double> others, int dimensions)
    {
        double[] low = new double[dimensions];
        double[] high = new double[dimensions];
        low.AsSpan().Fill(double.PositiveInfinity);
        high.AsSpan().Fill(double.NegativeInfinity);
        Widen(rows, low, high);
        Widen(others, low, high);
        return [.. low.Zip(high, static (a, b) => (a / 2) + (b / 2))];
    }

    /// <summary>Returns some rows as a matrix; one row of zeros after the last may be read too.</summary>
    public MatrixView<double> View(int first, int rows) =>
        new(_data.Slice(first * Dimensions, rows * Dimensions), rows, Dimensions, Dimensions, 1);

    /// <summary>Returns the offsets of some rows.</summary>
    public ReadOnlySpan<double> Offsets(int first, int rows) => _offsets.AsSpan(first, rows);

    public void Dispose() => BufferPool<double>.Return(_data);

    Span<double> this[int row] => _data.Span.Slice(row * Dimensions, Dimensions);

    /// <summary>Scales a row to length 1, at first by a power of two so that no square overflows.</summary>
    static void Normalize(Span<double> row)
    {
        double peak = Math.Abs(TensorPrimitives.MaxMagnitude<double>(row));
        if (peak == 0)
        {
            return;
        }

        int exponent = Math.ILogB(peak);
        double sum = 0;
        foreach (ref double value in row)
        {
            value = Math.ScaleB(value, -exponent);
            sum += value * value;
        }

        double length = Math.Sqrt(sum);
        foreach (ref double value in row)
        {
            value /= length;
        }
    }

    /// <summary>Subtracts the center and returns the squared length.</summary>
    static double Center(Span<double> row, double[] center)
    {
        double sum = 0;
        for (int i = 0; i < row.Length; i++)
        {
            row[i] -= center[i];
            sum += row[i] * row[i];
        }

        return sum;
    }

    static void Widen(ReadOnlySpan<double> rows, Span<double> low, Span<double> high)
    {
        for (int start = 0; start < rows.Length; start += low.Length)
        {
            TensorPrimitives.Min(rows.Slice(start, low.Length), low, low);
            TensorPrimitives.Max(rows.Slice(start, low.Length), high, high);
        }
    }
}
