using System.Numerics;
using System.Runtime.CompilerServices;
using Criterion.Memory;
using Criterion.Simd;

namespace Criterion.Kernels;

/// <summary>
/// Planes resampled along both sides, rows · plane · columnsᵀ with the weights of two <see cref="ResampleAxis"/>: average pooling,
/// bilinear resizing, and their adjoints. Sums are in double precision. One thread computes a band of output rows.
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
        _rowsFirst = rows.Outputs < rows.Inputs;
        long work = ((long)rows.Inputs * columns.Inputs) + ((long)rows.Outputs * columns.Outputs);
        _bandRows = (int)Math.Clamp(rows.Outputs * (long)ChunkLength / work, 1, rows.Outputs);
        _bands = (rows.Outputs + _bandRows - 1) / _bandRows;
        _items = target.Length / (rows.Outputs * columns.Outputs) * _bands;
        _itemsPerChunk = (int)Math.Max(1, ChunkLength * _bands / work);
    }

    /// <summary>Fills <paramref name="target"/>, whose planes have the outputs of both axes.</summary>
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

    /// <summary>
    /// Computes one output row: the weighted sum of rows of <paramref name="count"/> elements, the first of which is row
    /// <paramref name="origin"/>.
    /// </summary>
    void AcrossRows<TFrom, TTo>(TFrom* source, int row, int origin, int count, TTo* target)
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo>
    {
        int offset = _rows.Offsets[row];
        fixed (double* weights = _rows.Weights)
        {
            TFrom* first = source + ((nint)(_rows.Starts[row] - origin) * count);
            ResampleSums.Across(first, count, weights + offset, _rows.Offsets[row + 1] - offset, target, count);
        }
    }

    /// <summary>Computes the weighted sums along one row.</summary>
    void AlongRow<TTo>(double* line, TTo* target)
        where TTo : unmanaged, INumberBase<TTo>
    {
        fixed (int* starts = _columns.Starts)
        fixed (double* weights = _columns.Weights)
        {
            foreach (ref readonly ResampleRun run in _columns.Runs.AsSpan())
            {
                double* weight = weights + _columns.Offsets[run.First];
                if (run.Slides)
                {
                    ResampleSums.Across(line + starts[run.First], 1, weight, run.Taps, target + run.First, run.End - run.First);
                }
                else
                {
                    ResampleSums.Along(line, starts + run.First, weight, run.Taps, target + run.First, run.End - run.First);
                }
            }
        }
    }
}
