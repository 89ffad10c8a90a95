using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Criterion.Kernels;
using Criterion.Memory;

namespace Criterion.Drivers;

/// <summary>
/// Evaluates a loss of whole rows of distances, which it may sort: a block of anchors at a time, with a parallel product, the rows in
/// parallel, and two more products for the gradient. Memory does not grow with the number of pairs.
/// </summary>
/// <remarks>
/// A product gives ‖x − y‖² = ‖x‖² + ‖y‖² − 2 x · y with an error that is large relative to the distance of close rows. Their distances,
/// and their part of the gradient, are computed from differences. Blocks depend on the shapes alone and are added in order, so that results
/// have the same bits on any number of threads.
/// </remarks>
internal static class PairRowsDriver
{
    /// <summary>Computes the sums of the loss, and the gradients where the inputs have memory for them.</summary>
    public static PairRowTotals Run<TRow, S>(TRow task, in PairRowsInputs<S> inputs)
        where TRow : struct, IPairRow
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        using PairRowsSweep<TRow, S> sweep = new(task, inputs);
        return sweep.Run();
    }
}

/// <summary>One evaluation by <see cref="PairRowsDriver"/>.</summary>
internal readonly struct PairRowsSweep<TRow, S> : IDisposable
    where TRow : struct, IPairRow
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    /// <summary>The distances of a block: 16 MB in Float32.</summary>
    const int BlockNumbers = 1 << 22;
    const int MaxRows = 256;
    const int ColumnsPerChunk = 512;

    readonly TRow _task;
    readonly PairRowsInputs<S> _inputs;
    readonly int _rows;

    /// <summary>Similarities, then derivatives by them (Euclidean: by half of the negated squared distance).</summary>
    readonly Memory<S> _tile;

    /// <summary>Whether the gradient of a pair is computed from differences.</summary>
    readonly Memory<bool> _isDirect;
    readonly Memory<PairRowTotals> _totals;
    readonly Memory<double> _keySquares;
    readonly Memory<double> _rowSums;
    readonly Memory<double> _columnSums;

    public PairRowsSweep(TRow task, in PairRowsInputs<S> inputs)
    {
        (_task, _inputs) = (task, inputs);
        _rows = Math.Clamp(BlockNumbers / Math.Max(1, inputs.Items), 1, MaxRows);
        long numbers = BufferSize.Of(_rows, inputs.Items);
        _tile = BufferPool<S>.Rent(numbers);
        _isDirect = BufferPool<bool>.Rent(numbers);
        _totals = BufferPool<PairRowTotals>.Rent(_rows);
        _keySquares = BufferPool<double>.Rent(inputs.Items);
        _rowSums = BufferPool<double>.Rent(_rows);
        _columnSums = BufferPool<double>.Rent(inputs.Items);
    }

    bool UsesProducts => _inputs.HasGradient && !_task.IsSparse;

    /// <summary>
    /// The squared distance, relative to the squared lengths, up to which it is computed from differences: beyond it a product has an error
    /// of about 1e-4 in Float32 and 1e-11 in Float64.
    /// </summary>
    static double Close => typeof(S) == typeof(float) ? 1e-3 : 1e-5;

    public PairRowTotals Run()
    {
        PairRowTotals totals = default;
        if (_inputs.IsEuclidean)
        {
            WriteSquares();
        }

        for (int first = 0; first < _inputs.Count; first += _rows)
        {
            int rows = Math.Min(_rows, _inputs.Count - first);
            MatrixProduct.Multiply(Queries(first, rows), Keys.Transposed, _tile[..(rows * _inputs.Items)]);
            ParallelFor.Run(rows, new Rows(this, first));
            for (int row = 0; row < rows; row++)
            {
                totals.Add(_totals.Span[row]);
            }

            if (_inputs.HasGradient)
            {
                AddGradient(first, rows);
            }
        }

        if (UsesProducts && _inputs.IsEuclidean && !_inputs.KeyGradient.IsEmpty)
        {
            AddScaled(_columnSums.Span, _inputs.Keys, _inputs.KeyGradient, 0, _inputs.Items);
        }

        return totals;
    }

    public void Dispose()
    {
        BufferPool<double>.Return(_columnSums);
        BufferPool<double>.Return(_rowSums);
        BufferPool<double>.Return(_keySquares);
        BufferPool<PairRowTotals>.Return(_totals);
        BufferPool<bool>.Return(_isDirect);
        BufferPool<S>.Return(_tile);
    }

    MatrixView<S> Keys => new(_inputs.Keys, _inputs.Items, _inputs.Dimensions, _inputs.Dimensions, 1);

    MatrixView<S> Queries(int first, int rows) =>
        new(_inputs.Queries[(first * _inputs.Dimensions)..], rows, _inputs.Dimensions, _inputs.Dimensions, 1);

    Span<S> TileRow(int row) => _tile.Span.Slice(row * _inputs.Items, _inputs.Items);

    Span<bool> DirectRow(int row) => _isDirect.Span.Slice(row * _inputs.Items, _inputs.Items);

    void WriteSquares()
    {
        _columnSums.Span.Clear();
        for (int item = 0; item < _inputs.Items; item++)
        {
            _keySquares.Span[item] = Square(_inputs.Key(item));
        }
    }

    static double Square(ReadOnlySpan<S> row)
    {
        double sum = 0;
        foreach (S value in row)
        {
            double number = double.CreateTruncating(value);
            sum += number * number;
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    void RunRow(int first, int row)
    {
        Memory<double> rented = BufferPool<double>.Rent(2L * _inputs.Items);
        Span<double> distances = rented.Span[.._inputs.Items];
        Span<double> weights = rented.Span.Slice(_inputs.Items, _inputs.Items);
        PairRowTotals totals = default;
        DirectRow(row).Clear();
        WriteDistances(first + row, row, distances, weights);
        weights.Clear();
        if (double.IsNaN(TensorPrimitives.Sum<double>(distances)))
        {
            totals = new PairRowTotals { First = double.NaN, Second = double.NaN, FirstTerms = 1, SecondTerms = 1 };
            weights.Fill(double.NaN);
        }
        else
        {
            _task.Run(new PairRow<S>(_inputs, first + row, distances, _inputs.HasGradient ? weights : default), ref totals);
        }

        _totals.Span[row] = totals;
        if (_inputs.HasGradient)
        {
            WriteDerivatives(row, distances, weights);
        }

        BufferPool<double>.Return(rented);
    }

    void WriteDistances(int query, int row, Span<double> distances, Span<double> scratch)
    {
        TensorPrimitives.ConvertTruncating<S, double>(TileRow(row), distances);
        if (!_inputs.IsEuclidean)
        {
            TensorPrimitives.Subtract(1, distances, distances);
            return;
        }

        double square = Square(_inputs.Query(query));
        ReadOnlySpan<double> squares = _keySquares.Span[..distances.Length];
        TensorPrimitives.MultiplyAdd(distances, -2, squares, distances);
        TensorPrimitives.Add(distances, square, distances);
        if (_inputs.ExcludesDiagonal)
        {
            distances[query] = 4 * square;
        }

        TensorPrimitives.Multiply(squares, Close, scratch);
        TensorPrimitives.Subtract(distances, scratch, scratch);
        bool hasClose = !(TensorPrimitives.Min<double>(scratch) > Close * square);
        if (hasClose)
        {
            MarkClose(scratch, Close * square, DirectRow(row));
        }

        TensorPrimitives.Sqrt(distances, distances);
        if (hasClose)
        {
            Correct(query, distances, DirectRow(row));
        }
    }

    static void MarkClose(ReadOnlySpan<double> differences, double bound, Span<bool> isDirect)
    {
        for (int item = 0; item < differences.Length; item++)
        {
            isDirect[item] = differences[item] <= bound;
        }
    }

    void Correct(int query, Span<double> distances, ReadOnlySpan<bool> isDirect)
    {
        for (int item = 0; item < distances.Length; item++)
        {
            if (isDirect[item])
            {
                distances[item] = item == query && _inputs.ExcludesDiagonal ? 0 : _inputs.Distance(query, item);
            }
        }
    }

    /// <summary>Turns the weights ∂loss/∂d into derivatives by the similarity, or by −d² / 2, in the tile.</summary>
    void WriteDerivatives(int row, ReadOnlySpan<double> distances, Span<double> weights)
    {
        Span<bool> isDirect = DirectRow(row);
        if (_task.IsSparse)
        {
            isDirect.Clear();
            for (int item = weights.IndexOfAnyExcept(0.0); item >= 0; item = Next(weights, item))
            {
                isDirect[item] = true;
                TileRow(row)[item] = S.CreateTruncating(Derivative(weights[item], distances[item]));
            }

            return;
        }

        for (int item = 0; item < weights.Length; item++)
        {
            weights[item] = Derivative(weights[item], distances[item]);
        }

        TensorPrimitives.ConvertTruncating<double, S>(weights, TileRow(row));
        if (_inputs.IsEuclidean)
        {
            _rowSums.Span[row] = -SumOfProducts(weights, isDirect);
        }
    }

    /// <summary>Returns −w, or −w / d for Euclidean distances: 0 where either is 0, and NaN remains.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    double Derivative(double weight, double distance)
    {
        if (!_inputs.IsEuclidean)
        {
            return -weight;
        }

        return weight == 0 || distance == 0 ? 0 : -weight / distance;
    }

    static int Next(ReadOnlySpan<double> weights, int item)
    {
        int next = weights[(item + 1)..].IndexOfAnyExcept(0.0);
        return next < 0 ? -1 : item + 1 + next;
    }

    static double SumOfProducts(ReadOnlySpan<double> weights, ReadOnlySpan<bool> isDirect)
    {
        double sum = 0;
        for (int item = 0; item < weights.Length; item++)
        {
            sum += isDirect[item] ? 0 : weights[item];
        }

        return sum;
    }

    void AddGradient(int first, int rows)
    {
        for (int row = 0; row < rows; row++)
        {
            AddDirect(first + row, row);
        }

        if (_task.IsSparse)
        {
            return;
        }

        MatrixView<S> derivatives = new(_tile, rows, _inputs.Items, _inputs.Items, 1);
        int start = first * _inputs.Dimensions;
        if (!_inputs.QueryGradient.IsEmpty)
        {
            MatrixProduct.Multiply(
                derivatives, Keys, _inputs.QueryGradient.Slice(start, rows * _inputs.Dimensions), accumulate: true);
        }

        if (!_inputs.KeyGradient.IsEmpty)
        {
            MatrixProduct.Multiply(derivatives.Transposed, Queries(first, rows), _inputs.KeyGradient, accumulate: true);
        }

        if (_inputs.IsEuclidean)
        {
            AddLengths(first, rows);
        }
    }

    /// <summary>Adds Σⱼ w (x − yⱼ) over the products' pairs, of which a product gives the part of yⱼ.</summary>
    void AddLengths(int first, int rows)
    {
        if (!_inputs.QueryGradient.IsEmpty)
        {
            AddScaled(_rowSums.Span, _inputs.Queries, _inputs.QueryGradient, first, rows);
        }

        if (!_inputs.KeyGradient.IsEmpty)
        {
            ParallelFor.Run((_inputs.Items + ColumnsPerChunk - 1) / ColumnsPerChunk, new Columns(this, rows));
        }
    }

    void AddScaled(ReadOnlySpan<double> factors, Memory<S> rows, Memory<S> gradient, int first, int count)
    {
        for (int row = 0; row < count; row++)
        {
            int start = (first + row) * _inputs.Dimensions;
            Span<S> target = gradient.Span.Slice(start, _inputs.Dimensions);
            TensorPrimitives.MultiplyAdd(
                rows.Span.Slice(start, _inputs.Dimensions), S.CreateTruncating(factors[row]), target, target);
        }
    }

    /// <summary>Adds the pairs of an anchor whose gradient is computed from differences, and sets their derivatives to 0.</summary>
    void AddDirect(int query, int row)
    {
        ReadOnlySpan<bool> isDirect = DirectRow(row);
        Span<S> derivatives = TileRow(row);
        for (int item = isDirect.IndexOf(true); item >= 0;)
        {
            if (derivatives[item] != S.Zero)
            {
                AddPair(query, item, derivatives[item]);
                derivatives[item] = S.Zero;
            }

            int next = isDirect[(item + 1)..].IndexOf(true);
            item = next < 0 ? -1 : item + 1 + next;
        }
    }

    void AddPair(int query, int item, S derivative)
    {
        ReadOnlySpan<S> x = _inputs.Query(query);
        ReadOnlySpan<S> y = _inputs.Key(item);
        if (!_inputs.QueryGradient.IsEmpty)
        {
            Add(_inputs.QueryGradient.Span.Slice(query * x.Length, x.Length), y, x, derivative);
        }

        if (!_inputs.KeyGradient.IsEmpty)
        {
            Add(_inputs.KeyGradient.Span.Slice(item * x.Length, x.Length), x, y, derivative);
        }
    }

    /// <summary>Adds derivative · other, or derivative · (other − own) for Euclidean distances.</summary>
    void Add(Span<S> gradient, ReadOnlySpan<S> other, ReadOnlySpan<S> own, S derivative)
    {
        if (!_inputs.IsEuclidean)
        {
            TensorPrimitives.MultiplyAdd(other, derivative, gradient, gradient);
            return;
        }

        for (int i = 0; i < gradient.Length; i++)
        {
            gradient[i] += derivative * (other[i] - own[i]);
        }
    }

    readonly struct Rows(PairRowsSweep<TRow, S> sweep, int first) : IChunk
    {
        public void Run(int index) => sweep.RunRow(first, index);
    }

    /// <summary>Subtracts the derivatives of a block from the sums of some columns, row after row.</summary>
    readonly struct Columns(PairRowsSweep<TRow, S> sweep, int rows) : IChunk
    {
        public void Run(int index)
        {
            int start = index * ColumnsPerChunk;
            Span<double> sums = sweep._columnSums.Span[start..Math.Min(sweep._inputs.Items, start + ColumnsPerChunk)];
            for (int row = 0; row < rows; row++)
            {
                ReadOnlySpan<S> derivatives = sweep.TileRow(row)[start..];
                for (int i = 0; i < sums.Length; i++)
                {
                    sums[i] -= double.CreateTruncating(derivatives[i]);
                }
            }
        }
    }
}
