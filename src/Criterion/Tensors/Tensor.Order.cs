using System.Numerics;
using Criterion.Kernels;

namespace Criterion;

// Operations that compare or accumulate the elements along a dimension one after another.
public sealed partial class Tensor
{
    /// <summary>Returns the position of the largest value along a dimension: of the first NaN, else of the first of equal values.</summary>
    /// <param name="dim">The dimension; negative dims count from the end.</param>
    /// <param name="keepDim">Whether the reduced dimension is kept, with size 1. Default: false.</param>
    /// <returns>Positions, as Int64.</returns>
    /// <exception cref="ShapeException">The dimension has no elements.</exception>
    public Tensor ArgMax(int dim, bool keepDim = false) => ArgExtreme(nameof(ArgMax), dim, keepDim, largest: true);

    /// <summary>Returns the position of the largest value in row-major order.</summary>
    /// <inheritdoc cref="ArgMax(int, bool)"/>
    public Tensor ArgMax() => Flatten().ArgMax(0);

    /// <summary>
    /// Returns the position of the smallest value along a dimension: of the first NaN, else of the first of equal values.
    /// </summary>
    /// <inheritdoc cref="ArgMax(int, bool)"/>
    public Tensor ArgMin(int dim, bool keepDim = false) => ArgExtreme(nameof(ArgMin), dim, keepDim, largest: false);

    /// <summary>Returns the position of the smallest value in row-major order.</summary>
    /// <inheritdoc cref="ArgMax(int, bool)"/>
    public Tensor ArgMin() => Flatten().ArgMin(0);

    /// <summary>
    /// Computes the cumulative sum along a dimension. Float32 is accumulated in double precision; UInt8 and Bool give Int64.
    /// </summary>
    public Tensor CumSum(int dim)
    {
        int at = Shape.Dim(dim);
        Tensor x = Countable();
        Tensor result = Empty(x.Shape, x.DType);
        x.DType.RunNumbers(new CumulativeSum(x.Contiguous(), at, result));
        return Autograd.Record("cumsum", result, [], at, (this, static (g, at) => g.Flip(at).CumSum(at).Flip(at)));
    }

    /// <summary>Sorts the values along a dimension. Equal values keep their order, and NaN sorts as the largest.</summary>
    /// <param name="dim">The dimension; negative dims count from the end. Default: the last.</param>
    /// <param name="descending">Whether the largest comes first. Default: false.</param>
    /// <returns>The values in order, and the position of each along the dimension, as Int64.</returns>
    public (Tensor Values, Tensor Indices) Sort(int dim = -1, bool descending = false)
    {
        int at = Shape.Dim(dim);
        Tensor order = ArgSort(at, descending, Shape[at]);
        return (Gather(dim, order), order);
    }

    /// <summary>Returns the positions that sort the values along a dimension. Equal values keep their order; NaN sorts as the largest.</summary>
    /// <param name="dim">The dimension; negative dims count from the end. Default: the last.</param>
    /// <param name="descending">Whether the largest comes first. Default: false.</param>
    /// <returns>Positions along the dimension, as Int64.</returns>
    public Tensor ArgSort(int dim = -1, bool descending = false) => ArgSort(Shape.Dim(dim), descending, Shape[dim]);

    /// <summary>Returns the <paramref name="k"/> largest or smallest values along a dimension, in order.</summary>
    /// <param name="k">The number of values, in [0, size].</param>
    /// <param name="dim">The dimension; negative dims count from the end. Default: the last.</param>
    /// <param name="largest">Whether the largest are returned rather than the smallest. Default: true.</param>
    /// <returns>The values in order, and the position of each along the dimension, as Int64.</returns>
    /// <exception cref="ShapeException"><paramref name="k"/> is out of range.</exception>
    public (Tensor Values, Tensor Indices) TopK(int k, int dim = -1, bool largest = true)
    {
        if (k < 0 || k > Shape[dim])
        {
            throw new ShapeException(
                $"TopK: k = {k} is out of range for dim {dim} of {Shape}, which has {Shape[dim]} elements. Use k from 0 to {Shape[dim]}.");
        }

        int at = Shape.Dim(dim);
        Tensor order = ArgSort(at, descending: largest, Shape[at]).Narrow(dim, 0, k).Contiguous();
        return (Gather(dim, order), order);
    }

    Tensor ArgExtreme(string operation, int dim, bool keepDim, bool largest)
    {
        int at = Shape.Dim(dim);
        if (Shape[at] == 0)
        {
            throw new ShapeException($"{operation}: dim {at} of {Shape} has no elements. The dim must not be empty.");
        }

        Tensor first = ArgSort(at, largest, 1);
        return keepDim ? first : first.Squeeze(at);
    }

    /// <summary>Returns the positions of the first <paramref name="count"/> elements of each line in sorted order.</summary>
    Tensor ArgSort(int dim, bool descending, int count)
    {
        Tensor x = Detach().Countable();
        Tensor order = Empty(Shape.With(dim, count), DType.Int64);
        x.DType.RunNumbers(new SortLines(x.Contiguous(), dim, descending, count, order));
        return order;
    }

    readonly struct SortLines(Tensor x, int dim, bool descending, int count, Tensor order) : INumberTask
    {
        public void Run<T>()
            where T : unmanaged, INumber<T> =>
            Ordering.ArgSort<T>(x.Memory<T>().Span, AxisLayout.Of(x.Shape, dim), descending, count, order.Memory<long>().Span);
    }

    readonly struct CumulativeSum(Tensor x, int dim, Tensor result) : INumberTask
    {
        public void Run<T>()
            where T : unmanaged, INumber<T>
        {
            AxisLayout layout = AxisLayout.Of(x.Shape, dim);
            if (typeof(T) == typeof(float))
            {
                Ordering.CumulativeSum<float, double>(x.Memory<float>().Span, layout, result.Memory<float>().Span);
            }
            else
            {
                Ordering.CumulativeSum<T, T>(x.Memory<T>().Span, layout, result.Memory<T>().Span);
            }
        }
    }
}
