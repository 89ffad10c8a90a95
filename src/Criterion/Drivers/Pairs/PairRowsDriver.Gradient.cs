using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Criterion.Kernels;

namespace Criterion.Drivers;

// The gradient of a block, from the weights of its rows.
internal readonly partial struct PairRowsSweep<TRow, S>
{
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
