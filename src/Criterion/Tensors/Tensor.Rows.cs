using Criterion.Drivers;
using Criterion.Formulas;

namespace Criterion;

/// <content>Reductions that look at whole rows: norms, and logarithms of sums of exponentials.</content>
public sealed partial class Tensor
{
    /// <summary>The reduced dimensions as one, which is the last, and the shape of the rest.</summary>
    (Tensor Rows, Shape Kept) RowsOf(Reduced to)
    {
        Shape kept = to.Result(keepDim: false);
        return ((to.AreLast ? this : Permute([.. to.Order()])).Reshape([.. kept.Dims, to.Count]), kept);
    }

    Tensor PowerNorm(Reduced to, double p, bool keepDim)
    {
        Tensor norms = (p == 2 ? Detach().DownColumns(to) : null) ?? Detach().RowNorms(to, p);
        Tensor result = norms.To(DType).Reshape(to.Result(keepDim));
        if (norms.DType != DType && norms.HasOnlyFinite() && !result.HasOnlyFinite())
        {
            // Of a norm that no float can hold the gradient is still representable.
            return To(DType.Float64).PowerNorm(to, p, keepDim).To(DType.Float32);
        }

        return Autograd.Record(
            "norm",
            result,
            [this, result],
            (X: this, Norm: result, to.Kept, P: p),
            (this, static (g, of) => g.Reshape(of.Kept) * TensorFormula.Map(new Direction(of.P), of.X, of.Norm.Reshape(of.Kept))));
    }

    /// <summary>Norms in double precision.</summary>
    Tensor RowNorms(Reduced to, double p)
    {
        (Tensor rows, _) = RowsOf(to);
        return p == 2 ? TensorFormula.RowValues(default(EuclideanNorm), rows) : ScaledNorms(rows.To(DType.Float64), p);
    }

    /// <summary>Euclidean norms over other dimensions than the last ones without turning them round, or null where a square is out of range.</summary>
    Tensor? DownColumns(Reduced to)
    {
        if (to.AreLast || !IsContiguous)
        {
            return null;
        }

        Tensor squares = Reduce<SumOf>(this * this, to, keepDim: false);
        (double least, double most) = DType == DType.Float32 ? (1e-24, 1e37) : (1e-280, 1e300);
        return squares.AllWithin(least, most) ? squares.Sqrt() : null;
    }

    /// <summary>Norms of rows in units of their largest element, so that no power leaves the range.</summary>
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
        SoftmaxRowsDriver.Run(Detach().Contiguous(), dim, result, SoftmaxResult.LogSum);
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
        SoftmaxRowsDriver.Run(Detach().Contiguous(), dim, result, SoftmaxResult.Softmax, ofNothing);
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
        SoftmaxRowsDriver.Run(Detach().Contiguous(), dim, result, SoftmaxResult.LogSoftmax);
        return Autograd.Record(
            "log_softmax",
            result,
            [result],
            (Y: result, Dim: dim),
            (this, static (g, of) => g - (of.Y.Exp() * g.Sum(of.Dim, keepDim: true))));
    }

    void CheckAlong(string operation, int dim)
    {
        if (Shape[dim] == 0)
        {
            throw new ShapeException($"{operation}: there are no values along dim {dim} in {Shape}.");
        }
    }
}
