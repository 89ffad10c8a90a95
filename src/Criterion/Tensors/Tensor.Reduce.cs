using System.Numerics;
using Criterion.Formulas;

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
        return Autograd.RecordWith(
            "sum", Reduce<SumOf>(x, to, keepDim), [], (to.Kept, x.Shape), (x, static (g, of) => g.Reshape(of.Kept).Expand(of.Shape)));
    }

    /// <summary>The sum of all elements.</summary>
    public Tensor Sum() => Sum([]);

    /// <summary>The sum over one dimension.</summary>
    public Tensor Sum(int dim, bool keepDim = false) => Sum([dim], keepDim);

    /// <summary>The mean over the given dimensions, or over all; NaN of nothing.</summary>
    public Tensor Mean(ReadOnlySpan<int> dims, bool keepDim = false) =>
        Floating().Sum(dims, keepDim) / new Reduced(Shape, dims, "Mean").Count;

    /// <summary>The mean of all elements.</summary>
    public Tensor Mean() => Mean([]);

    /// <summary>The mean over one dimension.</summary>
    public Tensor Mean(int dim, bool keepDim = false) => Mean([dim], keepDim);

    /// <summary>The variance over the given dimensions, or over all: mean squared distance from the mean, with n − <paramref name="correction"/> below.</summary>
    public Tensor Var(ReadOnlySpan<int> dims, bool keepDim = false, int correction = 1)
    {
        Tensor centred = Floating() - Mean(dims, keepDim: true);
        int count = new Reduced(Shape, dims, "Var").Count;
        return (centred * centred).Sum(dims, keepDim) / Math.Max(0, count - correction);
    }

    /// <summary>The variance of all elements.</summary>
    public Tensor Var(int correction = 1) => Var([], correction: correction);

    /// <summary>The standard deviation over the given dimensions, or over all. Its gradient where all values are equal is 0.</summary>
    public Tensor Std(ReadOnlySpan<int> dims, bool keepDim = false, int correction = 1) =>
        Formula.Map(new RootOfSum(0.5), Var(dims, keepDim, correction));

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

    /// <summary>ln Σ eˣ over the given dimensions, or over all, without overflow.</summary>
    public Tensor LogSumExp(ReadOnlySpan<int> dims, bool keepDim = false)
    {
        Tensor x = Floating();
        Tensor peak = x.FinitePeak(dims);
        Tensor sum = (x - peak).Exp().Sum(dims, keepDim: true).Log() + peak;
        return keepDim ? sum : sum.Reshape(new Reduced(Shape, dims, "LogSumExp").Result(keepDim));
    }

    /// <summary>ln Σ eˣ along one dimension.</summary>
    public Tensor LogSumExp(int dim, bool keepDim = false) => LogSumExp([dim], keepDim);

    /// <summary>eˣ / Σ eˣ along a dimension.</summary>
    public Tensor Softmax(int dim)
    {
        Tensor x = Floating();
        Tensor e = (x - x.FinitePeak([dim])).Exp();
        return e / e.Sum(dim, keepDim: true);
    }

    /// <summary>x − ln Σ eˣ along a dimension.</summary>
    public Tensor LogSoftmax(int dim)
    {
        Tensor x = Floating();
        Tensor shifted = x - x.FinitePeak([dim]);
        return shifted - shifted.Exp().Sum(dim, keepDim: true).Log();
    }

    /// <summary>(Σ |x|ᵖ)^(1/p) over the given dimensions, or over all; the largest |x| for p = ∞. Its gradient at zero is 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">p is not positive.</exception>
    public Tensor Norm(ReadOnlySpan<int> dims, double p = 2, bool keepDim = false)
    {
        Tensor x = Floating();
        return p switch
        {
            1 => x.Abs().Sum(dims, keepDim),
            2 => Formula.Map(new RootOfSum(0.5), (x * x).Sum(dims, keepDim)),
            double.PositiveInfinity => x.Abs().Max(dims, keepDim),
            > 0 => Formula.Map(new RootOfSum(1 / p), Formula.Map(new AbsolutePower(p), x).Sum(dims, keepDim)),
            _ => throw new ArgumentOutOfRangeException(nameof(p), p, "Norm: p must be positive (1, 2, any other number, or infinity)."),
        };
    }

    /// <summary>The norm of all elements.</summary>
    public Tensor Norm(double p = 2) => Norm([], p);

    /// <summary>The running sum along a dimension.</summary>
    public Tensor CumSum(int dim)
    {
        int at = Shape.Dim(dim);
        return Autograd.Record("cumsum", Ordering.CumSum(Countable(), at), [], (this, g => g.Flip(at).CumSum(at).Flip(at)));
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

        int[] over = dims.ToArray();
        Tensor result = Reduce<TReduction>(x, to, keepDim);
        Tensor extreme = result.Detach().Reshape(to.Kept);
        return Autograd.Record(operation, result, [x, result], (x, Shared));

        Tensor Shared(Tensor g)
        {
            Tensor chosen = x.EqualTo(extreme).To(x.DType);
            return g.Reshape(to.Kept) * (chosen / chosen.Sum(over, keepDim: true));
        }
    }

    /// <summary>The largest value, to subtract before an exponential; 0 where it is infinite, because ∞ − ∞ is no number.</summary>
    Tensor FinitePeak(ReadOnlySpan<int> dims)
    {
        Tensor peak = Detach().Max(dims, keepDim: true);
        return peak.MaskedFill(peak.Abs().EqualTo(double.PositiveInfinity), 0);
    }

    static Tensor Reduce<TReduction>(Tensor x, Reduced to, bool keepDim)
        where TReduction : struct, IReduction
    {
        // One run of neighbouring dimensions after another, the innermost first, where memory is read in order.
        Tensor source = x.IsContiguous ? x : x.Detach().Contiguous();
        Span<int> sizes = stackalloc int[x.Rank];
        x.Shape.Dims.CopyTo(sizes);
        (int start, int end) = to.RunBefore(x.Rank);
        while (end > 0)
        {
            int outer = source.Shape.CountOf(0, start);
            int length = source.Shape.CountOf(start, end);
            int inner = source.Shape.CountOf(end, x.Rank);
            sizes[start..end].Fill(1);
            (start, end) = to.RunBefore(start);
            Tensor output = Empty(end > 0 ? new Shape(sizes) : to.Result(keepDim), source.DType);
            if (output.Count > 0)
            {
                ReduceDriver.Run<TReduction>(source, output, outer, length, inner);
            }

            source = output;
        }

        return (source.Storage == x.Storage ? source.Detach().Clone() : source).Reshape(to.Result(keepDim));
    }

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
