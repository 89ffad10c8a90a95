using Criterion.Drivers;
using Criterion.Formulas;

namespace Criterion;

/// <content>Reductions over whole rows: norms, and logarithms of sums of exponentials.</content>
public sealed partial class Tensor
{
    /// <summary>Computes ln Σ eˣ over the given dimensions, without overflow.</summary>
    /// <remarks>
    /// Where all elements are −∞ the result is −∞ with a gradient of 0; where there is +∞ it is +∞, and those elements share the gradient.
    /// </remarks>
    /// <param name="dims">The dimensions to reduce; negative dims count from the end. Default: all.</param>
    /// <param name="keepDim">Whether the reduced dimensions are kept, with size 1. Default: false.</param>
    /// <exception cref="ShapeException">There are no values, or a dimension does not exist or is named twice.</exception>
    public Tensor LogSumExp(ReadOnlySpan<int> dims = default, bool keepDim = false)
    {
        Tensor x = Floating();
        ReducedDims to = new(Shape, dims, "LogSumExp");
        if (dims.Length == 1)
        {
            return x.LogSumExpAlong(Shape.Dim(dims[0])).Reshape(to.Result(keepDim));
        }

        (Tensor rows, _) = x.RowsOf(to);
        return rows.LogSumExpAlong(rows.Rank - 1).Reshape(to.Result(keepDim));
    }

    /// <summary>Computes ln Σ eˣ along one dimension, without overflow.</summary>
    /// <inheritdoc cref="LogSumExp(ReadOnlySpan{int}, bool)"/>
    public Tensor LogSumExp(int dim, bool keepDim = false) => LogSumExp([dim], keepDim);

    /// <summary>
    /// Computes eˣ / Σ eˣ along a dimension. Elements of +∞ share the whole probability; where all are −∞ the result is NaN.
    /// </summary>
    /// <param name="dim">The dimension; negative dims count from the end.</param>
    /// <exception cref="ShapeException">The dimension does not exist or has no elements.</exception>
    public Tensor Softmax(int dim) => Floating().SoftmaxAlong(Shape.Dim(dim), ofNothing: double.NaN);

    /// <summary>Computes x − ln Σ eˣ along a dimension; NaN where all elements are −∞.</summary>
    /// <inheritdoc cref="Softmax"/>
    public Tensor LogSoftmax(int dim) => Floating().LogSoftmaxAlong(Shape.Dim(dim));

    /// <summary>
    /// Computes (Σ |x|ᵖ)^(1/p) over the given dimensions; the largest |x| for p = ∞. The powers neither overflow nor underflow.
    /// </summary>
    /// <remarks>The gradient at zero is 0.</remarks>
    /// <param name="dims">The dimensions to reduce; negative dims count from the end. Default: all.</param>
    /// <param name="keepDim">Whether the reduced dimensions are kept, with size 1. Default: false.</param>
    /// <param name="p">The order of the norm; must be positive. Default: 2.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is not positive.</exception>
    /// <exception cref="ShapeException">A dimension does not exist or is named twice.</exception>
    public Tensor Norm(ReadOnlySpan<int> dims = default, bool keepDim = false, double p = 2)
    {
        Tensor x = Floating();
        return p switch
        {
            1 => x.Abs().Sum(dims, keepDim),
            double.PositiveInfinity => x.Abs().Max(dims, keepDim),
            > 0 => x.PowerNorm(new ReducedDims(Shape, dims, "Norm"), p, keepDim),
            _ => throw new ArgumentOutOfRangeException(
                nameof(p), p, "Norm: p must be positive. Use 1, 2, any other positive number, or infinity."),
        };
    }

    /// <summary>Computes the norm along one dimension.</summary>
    /// <inheritdoc cref="Norm(ReadOnlySpan{int}, bool, double)"/>
    public Tensor Norm(int dim, bool keepDim = false, double p = 2) => Norm([dim], keepDim, p);

    /// <summary>Joins the reduced dimensions to one, the last, and returns the shape of the others.</summary>
    (Tensor Rows, Shape Kept) RowsOf(ReducedDims to)
    {
        Shape kept = to.Result(keepDim: false);
        return ((to.AreLast ? this : Permute([.. to.Order()])).Reshape([.. kept.Dims, to.Count]), kept);
    }

    Tensor PowerNorm(ReducedDims to, double p, bool keepDim)
    {
        Tensor norms = (p == 2 ? Detach().DownColumns(to) : null) ?? Detach().RowNorms(to, p);
        Tensor result = norms.To(DType).Reshape(to.Result(keepDim));
        if (norms.DType != DType && norms.HasOnlyFinite() && !result.HasOnlyFinite())
        {
            // The gradient of a norm that overflows Float32 is still representable.
            return To(DType.Float64).PowerNorm(to, p, keepDim).To(DType.Float32);
        }

        return Autograd.Record(
            "norm",
            result,
            [this, result],
            (X: this, Norm: result, to.Kept, P: p),
            (this, static (g, of) => g.Reshape(of.Kept) * TensorFormula.Map(new Direction(of.P), of.X, of.Norm.Reshape(of.Kept))));
    }

    /// <summary>Computes norms in double precision.</summary>
    Tensor RowNorms(ReducedDims to, double p)
    {
        (Tensor rows, _) = RowsOf(to);
        return p == 2 ? TensorFormula.RowValues(default(EuclideanNorm), rows) : ScaledNorms(rows.To(DType.Float64), p);
    }

    /// <summary>
    /// Computes Euclidean norms over dimensions that are not the last without permuting them; null where a square is out of range.
    /// </summary>
    Tensor? DownColumns(ReducedDims to)
    {
        if (to.AreLast || !IsContiguous)
        {
            return null;
        }

        Tensor squares = Reduce<SumReduction>(this * this, to, keepDim: false);
        (double least, double most) = DType == DType.Float32 ? (1e-24, 1e37) : (1e-280, 1e300);
        return squares.AllWithin(least, most) ? squares.Sqrt() : null;
    }

    /// <summary>Computes norms of rows in units of their largest element, so that no power leaves the range.</summary>
    static Tensor ScaledNorms(Tensor rows, double p)
    {
        if (rows.Shape[-1] == 0)
        {
            return Zeros(rows.Shape.Without(-1), rows.DType);
        }

        Tensor largest = rows.Abs().Max(-1, keepDim: true);
        Tensor unit = Where(largest.IsFinite(), largest, OnesLike(largest));
        unit = unit.MaskedFill(unit.EqualTo(0), 1);
        Tensor sum = TensorFormula.Map(new AbsolutePower(p), rows / unit).Sum(-1);
        return TensorFormula.Map(new RootOfSum(1 / p), sum) * unit.Squeeze(-1);
    }

    Tensor LogSumExpAlong(int dim)
    {
        CheckAlong("LogSumExp", dim);
        Tensor result = Empty(Shape.Without(dim), DType);
        RunSoftmaxRows(dim, result, SoftmaxResult.LogSum);
        return Autograd.Record(
            "logsumexp",
            result,
            [this],
            (X: this, Dim: dim),
            (this, static (g, of) => g.Unsqueeze(of.Dim) * of.X.SoftmaxAlong(of.Dim, ofNothing: 0)));
    }

    /// <param name="dim">The dimension, counted from the front.</param>
    /// <param name="ofNothing">The result where all are −∞.</param>
    Tensor SoftmaxAlong(int dim, double ofNothing)
    {
        CheckAlong("Softmax", dim);
        Tensor result = Empty(Shape, DType);
        RunSoftmaxRows(dim, result, SoftmaxResult.Softmax, ofNothing);
        return Autograd.Record(
            "softmax",
            result,
            [result],
            (Y: result, Dim: dim),
            (this, static (g, of) => of.Y * (g - (g * of.Y).Sum(of.Dim, keepDim: true))));
    }

    Tensor LogSoftmaxAlong(int dim)
    {
        CheckAlong("LogSoftmax", dim);
        Tensor result = Empty(Shape, DType);
        RunSoftmaxRows(dim, result, SoftmaxResult.LogSoftmax);
        return Autograd.Record(
            "log_softmax",
            result,
            [result],
            (Y: result, Dim: dim),
            (this, static (g, of) => g - (of.Y.Exp() * g.Sum(of.Dim, keepDim: true))));
    }

    void RunSoftmaxRows(int dim, Tensor result, SoftmaxResult kind, double impossible = double.NaN) => SoftmaxRowsDriver.Run(
        new(Detach().Contiguous().Elements, result.Elements, Shape[dim], Shape.CountOf(dim + 1, Rank), kind, impossible));

    void CheckAlong(string operation, int dim)
    {
        if (Shape[dim] == 0)
        {
            throw new ShapeException($"{operation}: there are no values along dim {dim} of {Shape}. The dim must not be empty.");
        }
    }
}
