using System.Numerics;
using System.Runtime.CompilerServices;

namespace Criterion.Kernels;

/// <summary>
/// Planes resampled along both sides, rows · plane · columnsᵀ with the weights of two <see cref="ResampleAxis"/>: pooling by means, bilinear
/// resizing, and their adjoints. Sums are in double precision. A band of output rows is computed by one thread.
/// </summary>
internal readonly unsafe struct Resample<T> : IChunk
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    const int ChunkLength = 16384;

    readonly Memory<T> _source;
    readonly Memory<T> _target;
    readonly ResampleAxis _rows;
    readonly ResampleAxis _columns;
    readonly int _bands;
    readonly int _bandRows;
    readonly int _items;
    readonly int _itemsPerChunk;
    readonly bool _rowsFirst;

    Resample(Memory<T> source, ResampleAxis rows, ResampleAxis columns, Memory<T> target)
    {
        (_source, _target, _rows, _columns) = (source, target, rows, columns);
        _rowsFirst = (long)rows.Outputs * columns.Inputs <= (long)rows.Inputs * columns.Outputs;
        long work = ((long)rows.Inputs * columns.Inputs) + ((long)rows.Outputs * columns.Outputs);
        _bandRows = (int)Math.Clamp(rows.Outputs * (long)ChunkLength / work, 1, rows.Outputs);
        _bands = (rows.Outputs + _bandRows - 1) / _bandRows;
        _items = target.Length / (rows.Outputs * columns.Outputs) * _bands;
        _itemsPerChunk = (int)Math.Max(1, ChunkLength * _bands / work);
    }

    /// <summary>Fills <paramref name="target"/>, whose planes are as large as the outputs of both axes.</summary>
    public static void Run(Memory<T> source, ResampleAxis rows, ResampleAxis columns, Memory<T> target)
    {
        if (!target.IsEmpty)
        {
            Resample<T> body = new(source, rows, columns, target);
            ParallelFor.Run((body._items + body._itemsPerChunk - 1) / body._itemsPerChunk, body);
        }
    }

    public void Run(int index)
    {
        for (int item = index * _itemsPerChunk; item < Math.Min(_items, (index + 1) * _itemsPerChunk); item++)
        {
            (int plane, int band) = Math.DivRem(item, _bands);
            int first = band * _bandRows;
            int end = Math.Min(_rows.Outputs, first + _bandRows);
            fixed (T* source = _source.Span, target = _target.Span)
            {
                T* from = source + ((nint)plane * _rows.Inputs * _columns.Inputs);
                T* to = target + ((nint)plane * _rows.Outputs * _columns.Outputs);
                if (_rowsFirst)
                {
                    RowsFirst(from, first, end, to);
                }
                else
                {
                    ColumnsFirst(from, first, end, to);
                }
            }
        }
    }

    void RowsFirst(T* source, int first, int end, T* target)
    {
        Memory<double> scratch = BufferPool<double>.Rent(_columns.Inputs);
        fixed (double* line = scratch.Span)
        {
            for (int row = first; row < end; row++)
            {
                AcrossRows(source, row, 0, _columns.Inputs, line);
                AlongRow(line, target + ((nint)row * _columns.Outputs));
            }
        }

        BufferPool<double>.Return(scratch);
    }

    void ColumnsFirst(T* source, int first, int end, T* target)
    {
        (int firstInput, int endInput) = _rows.InputsOf(first, end);
        Memory<double> scratch = BufferPool<double>.Rent(_columns.Inputs + ((endInput - firstInput) * _columns.Outputs));
        fixed (double* line = scratch.Span)
        {
            double* lines = line + _columns.Inputs;
            for (int row = firstInput; row < endInput; row++)
            {
                Precision.Widen(new ReadOnlySpan<T>(source + ((nint)row * _columns.Inputs), _columns.Inputs), line);
                AlongRow(line, lines + ((nint)(row - firstInput) * _columns.Outputs));
            }

            for (int row = first; row < end; row++)
            {
                AcrossRows(lines, row, firstInput, _columns.Outputs, target + ((nint)row * _columns.Outputs));
            }
        }

        BufferPool<double>.Return(scratch);
    }

    /// <summary>One output row: the weighted sum of rows of <paramref name="count"/> elements, the first of which is row <paramref name="origin"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    void AcrossRows<TFrom, TTo>(TFrom* source, int row, int origin, int count, TTo* target)
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo>
    {
        int taps = _rows.Offsets[row + 1] - _rows.Offsets[row];
        source += (nint)(_rows.Starts[row] - origin) * count;
        fixed (double* weights = &_rows.Weights.AsSpan(_rows.Offsets[row]).GetPinnableReference())
        {
            int i = 0;
            for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
            {
                (Vector<double> low, Vector<double> high) = (Vector<double>.Zero, Vector<double>.Zero);
                TFrom* from = source + i;
                for (int k = 0; k < taps; k++, from += count)
                {
                    Vector<double> weight = new(weights[k]);
                    (Vector<double> left, Vector<double> right) = DoubleLanes.Load(from);
                    low = Vector.MultiplyAddEstimate(weight, left, low);
                    high = Vector.MultiplyAddEstimate(weight, right, high);
                }

                DoubleLanes.Store(low, high, target + i);
            }

            for (; i < count; i++)
            {
                double sum = 0;
                for (int k = 0; k < taps; k++)
                {
                    sum = double.MultiplyAddEstimate(weights[k], double.CreateTruncating(source[i + ((nint)k * count)]), sum);
                }

                target[i] = TTo.CreateTruncating(sum);
            }
        }
    }

    /// <summary>The weighted sums along one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    void AlongRow<TTo>(double* line, TTo* target)
        where TTo : unmanaged, INumberBase<TTo>
    {
        fixed (int* starts = _columns.Starts, offsets = _columns.Offsets)
        fixed (double* weights = _columns.Weights)
        {
            int count = _columns.Outputs;
            int offset = 0;
            for (int i = 0; i < count; i++)
            {
                int taps = offsets[i + 1] - offset;
                double* weight = weights + offset;
                double* from = line + starts[i];
                offset += taps;
                target[i] = TTo.CreateTruncating(taps == 2 ? (weight[0] * from[0]) + (weight[1] * from[1]) : DoubleLanes.Dot(weight, from, taps));
            }
        }
    }
}

/// <summary>Elements of either float type as doubles, one register of floats at a time.</summary>
file static unsafe class DoubleLanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector<double> Low, Vector<double> High) Load<T>(T* source)
        where T : unmanaged => typeof(T) == typeof(float)
            ? Widened((float*)source)
            : (Vector.Load((double*)source), Vector.Load((double*)source + Vector<double>.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector<double> Low, Vector<double> High) Widened(float* source)
    {
        Vector.Widen(Vector.Load(source), out Vector<double> low, out Vector<double> high);
        return (low, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector<double> low, Vector<double> high, T* target)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            Vector.Narrow(low, high).Store((float*)target);
        }
        else
        {
            low.Store((double*)target);
            high.Store((double*)target + Vector<double>.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Dot(double* weights, double* values, int count)
    {
        int k = 0;
        double sum = 0;
        if (count >= 2 * Vector<double>.Count)
        {
            Vector<double> sums = Vector<double>.Zero;
            for (; k <= count - Vector<double>.Count; k += Vector<double>.Count)
            {
                sums = Vector.MultiplyAddEstimate(Vector.Load(weights + k), Vector.Load(values + k), sums);
            }

            sum = Vector.Sum(sums);
        }

        for (; k < count; k++)
        {
            sum = double.MultiplyAddEstimate(weights[k], values[k], sum);
        }

        return sum;
    }
}
