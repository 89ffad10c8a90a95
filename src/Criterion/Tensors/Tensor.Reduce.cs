using System.Numerics;
using Criterion.Drivers;
using Criterion.Kernels;

namespace Criterion;

public sealed partial class Tensor
{
    /// <summary>The sum over the given dimensions, or over all when none are given.</summary>
    /// <param name="dims">Dimensions to sum over; negative ones count from the end.</param>
    /// <param name="keepDim">Leave the reduced dimensions in the shape, with size 1.</param>
    public Tensor Sum(ReadOnlySpan<int> dims, bool keepDim = false)
    {
        Tensor x = Countable();
        Reduced to = new(Shape, dims, "Sum");
        return Autograd.Record(
            "sum", Reduce<SumOf>(x, to, keepDim), [], (to.Kept, x.Shape), (x, static (g, of) => g.Reshape(of.Kept).Expand(of.Shape)));
    }

    /// <summary>The sum of all elements.</summary>
    public Tensor Sum() => Sum([]);

    /// <summary>The sum over one dimension.</summary>
    public Tensor Sum(int dim, bool keepDim = false) => Sum([dim], keepDim);

    /// <summary>The mean over the given dimensions, or over all; NaN of nothing. The sum on the way does not overflow.</summary>
    public Tensor Mean(ReadOnlySpan<int> dims, bool keepDim = false)
    {
        Tensor x = Floating();
        Reduced to = new(Shape, dims, "Mean");
        return Autograd.Record(
            "mean",
            Reduce<SumOf>(x, to, keepDim, isMean: true),
            [],
            (to.Kept, x.Shape, to.Count),
            (x, static (g, of) => (g.Reshape(of.Kept) / of.Count).Expand(of.Shape)));
    }

    /// <summary>The mean of all elements.</summary>
    public Tensor Mean() => Mean([]);

    /// <summary>The mean over one dimension.</summary>
    public Tensor Mean(int dim, bool keepDim = false) => Mean([dim], keepDim);

    /// <summary>
    /// The variance over the given dimensions, or over all: mean squared distance from the mean, with n − <paramref name="correction"/>
    /// below. Squares neither overflow nor underflow on the way.
    /// </summary>
    public Tensor Var(ReadOnlySpan<int> dims, bool keepDim = false, int correction = 1)
    {
        Tensor deviation = Std(dims, keepDim, correction);
        return deviation * deviation;
    }

    /// <summary>The variance of all elements.</summary>
    public Tensor Var(int correction = 1) => Var([], correction: correction);

    /// <summary>The standard deviation over the given dimensions, or over all: exactly 0, with a gradient of 0, where all values are equal.</summary>
    public Tensor Std(ReadOnlySpan<int> dims, bool keepDim = false, int correction = 1)
    {
        // A mean is rounded, and so is off by the same for all: that is taken away in a second step.
        Tensor centred = Floating() - Mean(dims, keepDim: true);
        centred -= centred.Mean(dims, keepDim: true);
        int count = new Reduced(Shape, dims, "Var").Count;
        return centred.Norm(dims, 2, keepDim) / Math.Sqrt(Math.Max(0, count - correction));
    }

    /// <summary>The standard deviation of all elements.</summary>
    public Tensor Std(int correction = 1) => Std([], correction: correction);

    /// <summary>The largest value over the given dimensions, or over all; NaN if there is one. Equal ones share the gradient evenly.</summary>
    /// <exception cref="ShapeException">There are no values.</exception>
    public Tensor Max(ReadOnlySpan<int> dims, bool keepDim = false) => Extreme<MaxOf>("Max", dims, keepDim);

    /// <summary>The largest of all values.</summary>
    public Tensor Max() => Max([]);

    /// <summary>The largest value along one dimension.</summary>
    public Tensor Max(int dim, bool keepDim = false) => Max([dim], keepDim);

    /// <summary>The smallest value over the given dimensions, or over all; NaN if there is one. Equal ones share the gradient evenly.</summary>
    /// <exception cref="ShapeException">There are no values.</exception>
    public Tensor Min(ReadOnlySpan<int> dims, bool keepDim = false) => Extreme<MinOf>("Min", dims, keepDim);

    /// <summary>The smallest of all values.</summary>
    public Tensor Min() => Min([]);

    /// <summary>The smallest value along one dimension.</summary>
    public Tensor Min(int dim, bool keepDim = false) => Min([dim], keepDim);

    /// <summary>The position of the largest value along a dimension, the first of equals; a NaN counts as largest.</summary>
    public Tensor ArgMax(int dim, bool keepDim = false) => Ordering.ArgExtreme(this, Shape.Dim(dim), keepDim, largest: true);

    /// <summary>The position of the largest value in row-major order.</summary>
    public Tensor ArgMax() => Flatten().ArgMax(0);

    /// <summary>The position of the smallest value along a dimension, the first of equals; a NaN counts as smallest.</summary>
    public Tensor ArgMin(int dim, bool keepDim = false) => Ordering.ArgExtreme(this, Shape.Dim(dim), keepDim, largest: false);

    /// <summary>The position of the smallest value in row-major order.</summary>
    public Tensor ArgMin() => Flatten().ArgMin(0);

    /// <summary>
    /// ln Σ eˣ over the given dimensions, or over all, without overflow. Of −∞ only it is −∞ with a gradient of 0; where there is +∞ it is
    /// +∞, and the elements that are share the gradient.
    /// </summary>
    public Tensor LogSumExp(ReadOnlySpan<int> dims, bool keepDim = false)
    {
        Tensor x = Floating();
        Reduced to = new(Shape, dims, "LogSumExp");
        if (dims.Length == 1)
        {
            return x.LogSumExpAlong(Shape.Dim(dims[0])).Reshape(to.Result(keepDim));
        }

        (Tensor rows, _) = x.RowsOf(to);
        return rows.LogSumExpAlong(rows.Rank - 1).Reshape(to.Result(keepDim));
    }

    /// <summary>ln Σ eˣ along one dimension.</summary>
    public Tensor LogSumExp(int dim, bool keepDim = false) => LogSumExp([dim], keepDim);

    /// <summary>eˣ / Σ eˣ along a dimension. Elements of +∞ share all of it; where all are −∞, which is no distribution, it is NaN.</summary>
    public Tensor Softmax(int dim) => Floating().SoftmaxAlong(Shape.Dim(dim), ofNothing: double.NaN);

    /// <summary>x − ln Σ eˣ along a dimension; NaN where all are −∞.</summary>
    public Tensor LogSoftmax(int dim) => Floating().LogSoftmaxAlong(Shape.Dim(dim));

    /// <summary>
    /// (Σ |x|ᵖ)^(1/p) over the given dimensions, or over all; the largest |x| for p = ∞. Its gradient at zero is 0. Powers neither overflow
    /// nor underflow on the way.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">p is not positive.</exception>
    public Tensor Norm(ReadOnlySpan<int> dims, double p = 2, bool keepDim = false)
    {
        Tensor x = Floating();
        return p switch
        {
            1 => x.Abs().Sum(dims, keepDim),
            double.PositiveInfinity => x.Abs().Max(dims, keepDim),
            > 0 => x.PowerNorm(new Reduced(Shape, dims, "Norm"), p, keepDim),
            _ => throw new ArgumentOutOfRangeException(nameof(p), p, "Norm: p must be positive (1, 2, any other number, or infinity)."),
        };
    }

    /// <summary>The norm of all elements.</summary>
    public Tensor Norm(double p = 2) => Norm([], p);

    /// <summary>The running sum along a dimension.</summary>
    public Tensor CumSum(int dim)
    {
        int at = Shape.Dim(dim);
        return Autograd.Record("cumsum", Ordering.CumSum(Countable(), at), [], at, (this, static (g, at) => g.Flip(at).CumSum(at).Flip(at)));
    }

    /// <summary>The values in order along a dimension, and where each came from. Equal values keep their order; NaN sorts as largest.</summary>
    public (Tensor Values, Tensor Indices) Sort(int dim = -1, bool descending = false)
    {
        Tensor order = Ordering.ArgSort(this, Shape.Dim(dim), descending);
        return (Gather(dim, order), order);
    }

    /// <summary>The <paramref name="k"/> largest (or smallest) values along a dimension in order, and where each came from.</summary>
    public (Tensor Values, Tensor Indices) TopK(int k, int dim = -1, bool largest = true)
    {
        if (k < 0 || k > Shape[dim])
        {
            throw new ShapeException($"TopK: k = {k} is not within dim {dim} of {Shape}, which has {Shape[dim]} elements.");
        }

        Tensor order = Ordering.ArgSort(this, Shape.Dim(dim), descending: largest).Narrow(dim, 0, k).Contiguous();
        return (Gather(dim, order), order);
    }

    /// <summary>Sums what broadcasting stretched, back to <paramref name="shape"/>.</summary>
    internal Tensor SumTo(Shape shape)
    {
        if (Shape == shape)
        {
            return this;
        }

        int lead = Rank - shape.Rank;
        Span<int> stretched = stackalloc int[Rank];
        int count = 0;
        for (int i = 0; i < Rank; i++)
        {
            if (i < lead || (shape[i - lead] == 1 && Shape[i] != 1))
            {
                stretched[count++] = i;
            }
        }

        return (count == 0 ? this : Sum(stretched[..count], keepDim: true)).Reshape(shape);
    }

    Tensor Extreme<TReduction>(string operation, ReadOnlySpan<int> dims, bool keepDim)
        where TReduction : struct, IReduction
    {
        Tensor x = Countable();
        Reduced to = new(Shape, dims, operation);
        if (to.Count == 0)
        {
            throw new ShapeException($"{operation}: there are no values to choose from in {Shape} over dims [{string.Join(", ", dims.ToArray())}].");
        }

        Tensor result = Reduce<TReduction>(x, to, keepDim);
        return Autograd.Record(
            operation,
            result,
            [x, result],
            (X: x, Extreme: result.Detach().Reshape(to.Kept), Dims: dims.ToArray()),
            (x, static (g, of) => ShareOfExtreme(g, of.X, of.Extreme, of.Dims)));
    }

    /// <summary>The gradient of an extreme, shared equally by the elements that attain it.</summary>
    static Tensor ShareOfExtreme(Tensor g, Tensor x, Tensor extreme, int[] dims)
    {
        Tensor chosen = x.EqualTo(extreme).To(x.DType);
        return g.Reshape(extreme.Shape) * (chosen / chosen.Sum(dims, keepDim: true));
    }

    /// <summary>The sum of all elements times a factor, not recorded; the sum on the way does not overflow.</summary>
    internal Tensor Total(double factor) => Reduce<SumOf>(Detach(), new Reduced(Shape, [], "Sum"), keepDim: false, divisor: 1 / factor);

    static Tensor Reduce<TReduction>(Tensor x, Reduced to, bool keepDim, bool isMean = false, double divisor = 1)
        where TReduction : struct, IReduction
    {
        Tensor result = ReduceByRuns<TReduction>(x, to, isMean, divisor, out int runs);

        // Sums of finite numbers may have overflowed between one run of dimensions and the next.
        bool isSum = typeof(TReduction) == typeof(SumOf) && x.DType.IsFloat();
        result = runs > 1 && isSum && !result.HasOnlyFinite() ? ReduceAtOnce(x, to, isMean, divisor) : result;
        return result.Reshape(to.Result(keepDim));
    }

    /// <summary>Whether all elements of contiguous floats are finite.</summary>
    internal bool HasOnlyFinite() => DType == DType.Float32
        ? IsFinite<float>(Memory<float>().Span)
        : IsFinite<double>(Memory<double>().Span);

    static bool IsFinite<S>(ReadOnlySpan<S> values)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        foreach (S value in values)
        {
            if (!S.IsFinite(value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The sum over all runs of dimensions in one.</summary>
    static Tensor ReduceAtOnce(Tensor x, Reduced to, bool isMean, double divisor)
    {
        (Tensor rows, Shape kept) = x.Detach().RowsOf(to);
        Tensor output = Empty(kept, x.DType);
        ReduceDriver.Run<SumOf>(rows.Contiguous(), output, kept.Count, to.Count, 1, isMean ? to.Count : divisor);
        return output;
    }

    static Tensor ReduceByRuns<TReduction>(Tensor x, Reduced to, bool isMean, double divisor, out int runs)
        where TReduction : struct, IReduction
    {
        // One run of neighbouring dimensions after another, the innermost first, where memory is read in order.
        Tensor source = x.IsContiguous ? x : x.Detach().Contiguous();
        Span<int> sizes = stackalloc int[x.Rank];
        x.Shape.Dims.CopyTo(sizes);
        (int start, int end) = to.RunBefore(x.Rank);
        runs = 0;
        while (end > 0)
        {
            int outer = source.Shape.CountOf(0, start);
            int length = source.Shape.CountOf(start, end);
            int inner = source.Shape.CountOf(end, x.Rank);
            sizes[start..end].Fill(1);
            (start, end) = to.RunBefore(start);
            Tensor output = Empty(end > 0 ? new Shape(sizes) : to.Kept, source.DType);
            if (output.Count > 0)
            {
                ReduceDriver.Run<TReduction>(source, output, outer, length, inner, isMean ? length : end > 0 ? 1 : divisor);
            }

            source = output;
            runs++;
        }

        return source.Storage == x.Storage ? Unreduced(source, divisor) : source;
    }

    /// <summary>A copy of what there was nothing to reduce in.</summary>
    static Tensor Unreduced(Tensor x, double divisor) => divisor == 1 ? x.Detach().Clone() : x.Detach() / divisor;

    /// <summary>Which dimensions a reduction takes away.</summary>
    readonly struct Reduced
    {
        readonly ulong _mask;

        public Reduced(Shape shape, ReadOnlySpan<int> dims, string operation)
        {
            foreach (int dim in dims)
            {
                int at = shape.Dim(dim);
                _mask = !Has(at)
                    ? _mask | (1UL << at)
                    : throw new ShapeException($"{operation}: dim {dim} is named twice for {shape}.");
            }

            if (dims.IsEmpty)
            {
                _mask = ulong.MaxValue;
            }

            Span<int> kept = stackalloc int[shape.Rank];
            shape.Dims.CopyTo(kept);
            Count = 1;
            for (int i = 0; i < kept.Length; i++)
            {
                if (Has(i))
                {
                    Count *= kept[i];
                    kept[i] = 1;
                }
            }

            Shape = shape;
            Kept = new Shape(kept);
        }

        /// <summary>What is reduced.</summary>
        public Shape Shape { get; }

        /// <summary>The result's shape with the reduced dimensions at size 1.</summary>
        public Shape Kept { get; }

        /// <summary>How many elements go into one.</summary>
        public int Count { get; }

        /// <summary>The last neighbours before <paramref name="end"/> that are taken away and are not all of size 1; an end of 0 where there are none.</summary>
        public (int Start, int End) RunBefore(int end)
        {
            while (end > 0 && !(Has(end - 1) && Shape[end - 1] != 1))
            {
                end--;
            }

            int start = end;
            while (start > 0 && Has(start - 1))
            {
                start--;
            }

            return (start, end);
        }

        /// <summary>Whether no dimension that is kept comes after one that is taken away.</summary>
        public bool AreLast => Order().Order().SequenceEqual(Order());

        /// <summary>The dimensions that are kept, and then those that are taken away.</summary>
        public IEnumerable<int> Order()
        {
            Reduced to = this;
            IEnumerable<int> dims = Enumerable.Range(0, Kept.Rank);
            return [.. dims.Where(i => !to.Has(i)), .. dims.Where(i => to.Has(i))];
        }

        public Shape Result(bool keepDim)
        {
            if (keepDim)
            {
                return Kept;
            }

            Span<int> sizes = stackalloc int[Kept.Rank];
            int rank = 0;
            for (int i = 0; i < Kept.Rank; i++)
            {
                sizes[rank] = Kept[i];
                rank += Has(i) ? 0 : 1;
            }

            return new Shape(sizes[..rank]);
        }

        bool Has(int dim) => (_mask >> dim & 1) != 0;
    }
}
