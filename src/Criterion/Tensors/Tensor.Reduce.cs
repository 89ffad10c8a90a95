using System.Numerics;
using Criterion.Drivers;
using Criterion.Kernels;

namespace Criterion;

public sealed partial class Tensor
{
    /// <summary>Sums over the given dimensions. UInt8 and Bool give Int64.</summary>
    /// <param name="dims">The dimensions to reduce; negative dims count from the end. Default: all.</param>
    /// <param name="keepDim">Whether the reduced dimensions are kept, with size 1. Default: false.</param>
    /// <exception cref="ShapeException">A dimension does not exist or is named twice.</exception>
    public Tensor Sum(ReadOnlySpan<int> dims = default, bool keepDim = false)
    {
        Tensor x = Countable();
        ReducedDims to = new(Shape, dims, "Sum");
        return Autograd.Record(
            "sum",
            Reduce<SumReduction>(x, to, keepDim),
            [],
            (to.Kept, x.Shape),
            (x, static (g, of) => g.Reshape(of.Kept).Expand(of.Shape)));
    }

    /// <summary>Sums over one dimension.</summary>
    /// <inheritdoc cref="Sum(ReadOnlySpan{int}, bool)"/>
    public Tensor Sum(int dim, bool keepDim = false) => Sum([dim], keepDim);

    /// <summary>Computes the mean over the given dimensions, without overflow of the sum; NaN where there are no elements.</summary>
    /// <remarks>Int64, UInt8 and Bool are converted to Float32: the mean of a Bool tensor is the fraction that is true.</remarks>
    /// <inheritdoc cref="Sum(ReadOnlySpan{int}, bool)"/>
    public Tensor Mean(ReadOnlySpan<int> dims = default, bool keepDim = false)
    {
        Tensor x = Floating();
        ReducedDims to = new(Shape, dims, "Mean");
        return Autograd.Record(
            "mean",
            Reduce<SumReduction>(x, to, keepDim, isMean: true),
            [],
            (to.Kept, x.Shape, to.Count),
            (x, static (g, of) => (g.Reshape(of.Kept) / of.Count).Expand(of.Shape)));
    }

    /// <summary>Computes the mean over one dimension.</summary>
    /// <inheritdoc cref="Sum(ReadOnlySpan{int}, bool)"/>
    public Tensor Mean(int dim, bool keepDim = false) => Mean([dim], keepDim);

    /// <summary>
    /// Computes the variance over the given dimensions: Σ (x − mean)² / (n − correction). The squares neither overflow nor underflow.
    /// </summary>
    /// <inheritdoc cref="Sum(ReadOnlySpan{int}, bool)"/>
    /// <param name="dims">The dimensions to reduce; negative dims count from the end. Default: all.</param>
    /// <param name="keepDim">Whether the reduced dimensions are kept, with size 1. Default: false.</param>
    /// <param name="correction">Subtracted from the number of elements. Default: 1, the unbiased estimate.</param>
    public Tensor Var(ReadOnlySpan<int> dims = default, bool keepDim = false, int correction = 1)
    {
        Tensor deviation = Deviation(nameof(Var), dims, keepDim, correction);
        return deviation * deviation;
    }

    /// <summary>Computes the variance along one dimension.</summary>
    /// <inheritdoc cref="Var(ReadOnlySpan{int}, bool, int)"/>
    public Tensor Var(int dim, bool keepDim = false, int correction = 1) => Var([dim], keepDim, correction);

    /// <summary>
    /// Computes the standard deviation over the given dimensions; exactly 0, with a gradient of 0, where all values are equal.
    /// </summary>
    /// <inheritdoc cref="Var(ReadOnlySpan{int}, bool, int)"/>
    public Tensor Std(ReadOnlySpan<int> dims = default, bool keepDim = false, int correction = 1) =>
        Deviation(nameof(Std), dims, keepDim, correction);

    /// <summary>Computes the standard deviation along one dimension.</summary>
    /// <inheritdoc cref="Var(ReadOnlySpan{int}, bool, int)"/>
    public Tensor Std(int dim, bool keepDim = false, int correction = 1) => Std([dim], keepDim, correction);

    /// <summary>
    /// Returns the largest value over the given dimensions; NaN if there is one. Equal values share the gradient evenly.
    /// </summary>
    /// <param name="dims">The dimensions to reduce; negative dims count from the end. Default: all.</param>
    /// <param name="keepDim">Whether the reduced dimensions are kept, with size 1. Default: false.</param>
    /// <exception cref="ShapeException">There are no values, or a dimension does not exist or is named twice.</exception>
    public Tensor Max(ReadOnlySpan<int> dims = default, bool keepDim = false) => Extreme<MaxReduction>("Max", dims, keepDim);

    /// <summary>Returns the largest value along one dimension.</summary>
    /// <inheritdoc cref="Max(ReadOnlySpan{int}, bool)"/>
    public Tensor Max(int dim, bool keepDim = false) => Max([dim], keepDim);

    /// <summary>
    /// Returns the smallest value over the given dimensions; NaN if there is one. Equal values share the gradient evenly.
    /// </summary>
    /// <inheritdoc cref="Max(ReadOnlySpan{int}, bool)"/>
    public Tensor Min(ReadOnlySpan<int> dims = default, bool keepDim = false) => Extreme<MinReduction>("Min", dims, keepDim);

    /// <summary>Returns the smallest value along one dimension.</summary>
    /// <inheritdoc cref="Max(ReadOnlySpan{int}, bool)"/>
    public Tensor Min(int dim, bool keepDim = false) => Min([dim], keepDim);

    /// <summary>Sums over the dimensions that broadcasting has stretched, back to <paramref name="shape"/>.</summary>
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

    Tensor Deviation(string operation, ReadOnlySpan<int> dims, bool keepDim, int correction)
    {
        int count = new ReducedDims(Shape, dims, operation).Count;

        // The rounded mean shifts all elements equally: a second subtraction removes that.
        Tensor centred = Floating() - Mean(dims, keepDim: true);
        centred -= centred.Mean(dims, keepDim: true);
        return centred.Norm(dims, keepDim) / Math.Sqrt(Math.Max(0, count - correction));
    }

    Tensor Extreme<TReduction>(string operation, ReadOnlySpan<int> dims, bool keepDim)
        where TReduction : struct, IReduction
    {
        Tensor x = Countable();
        ReducedDims to = new(Shape, dims, operation);
        if (to.Count == 0)
        {
            throw new ShapeException(
                $"{operation}: there are no values in {Shape} over dims [{string.Join(", ", dims.ToArray())}]. "
                + "Reduce dims that are not empty.");
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

    /// <summary>Computes the sum of all elements times a factor, without recording it and without overflow of the sum.</summary>
    internal Tensor Total(double factor) =>
        Reduce<SumReduction>(Detach(), new ReducedDims(Shape, [], "Sum"), keepDim: false, divisor: 1 / factor);

    static Tensor Reduce<TReduction>(Tensor x, ReducedDims to, bool keepDim, bool isMean = false, double divisor = 1)
        where TReduction : struct, IReduction
    {
        Tensor result = ReduceByRuns<TReduction>(x, to, isMean, divisor, out int runs);

        // Sums of finite numbers may have overflowed between two runs of dimensions.
        bool isSum = typeof(TReduction) == typeof(SumReduction) && x.DType.IsFloat();
        result = runs > 1 && isSum && !result.HasOnlyFinite() ? ReduceAtOnce(x, to, isMean, divisor) : result;
        return result.Reshape(to.Result(keepDim));
    }

    /// <summary>Whether all elements of a contiguous floating-point tensor are finite.</summary>
    internal bool HasOnlyFinite() => DType.RunFloats(new FiniteCheck(this)).IsFinite;

    /// <summary>Sums over all dimensions in one pass.</summary>
    static Tensor ReduceAtOnce(Tensor x, ReducedDims to, bool isMean, double divisor)
    {
        (Tensor rows, Shape kept) = x.Detach().RowsOf(to);
        Tensor output = Empty(kept, x.DType);
        ReduceDriver.Run<SumReduction>(
            new(rows.Contiguous().Elements, output.Elements, kept.Count, to.Count, 1, isMean ? to.Count : divisor));
        return output;
    }

    static Tensor ReduceByRuns<TReduction>(Tensor x, ReducedDims to, bool isMean, double divisor, out int runs)
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
                ReduceDriver.Run<TReduction>(
                    new(source.Elements, output.Elements, outer, length, inner, isMean ? length : end > 0 ? 1 : divisor));
            }

            source = output;
            runs++;
        }

        return source.Storage == x.Storage ? Unreduced(source, divisor) : source;
    }

    /// <summary>Copies a tensor none of whose dimensions is reduced.</summary>
    static Tensor Unreduced(Tensor x, double divisor) => divisor == 1 ? x.Detach().Clone() : x.Detach() / divisor;

    struct FiniteCheck(Tensor x) : IFloatTask
    {
        public bool IsFinite { get; private set; }

        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            foreach (T value in x.Memory<T>().Span)
            {
                if (!T.IsFinite(value))
                {
                    return;
                }
            }

            IsFinite = true;
        }
    }
}
