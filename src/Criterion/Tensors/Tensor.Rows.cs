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

    /// <summary>An operation on rows along the last dimension, applied along another.</summary>
    Tensor AlongLast(int dim, Func<Tensor, Tensor> operation)
    {
        int at = Shape.Dim(dim);
        return at == Rank - 1 ? operation(this) : operation(Transpose(at, -1)).Transpose(at, -1);
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

        return Autograd.RecordWith(
            "norm",
            result,
            [this, result],
            (X: this, Norm: result, to.Kept, P: p),
            (this, static (g, of) => g.Reshape(of.Kept) * Formula.Map(new Direction(of.P), of.X, of.Norm.Reshape(of.Kept))));
    }

    /// <summary>Norms in double precision.</summary>
    Tensor RowNorms(Reduced to, double p)
    {
        (Tensor rows, _) = RowsOf(to);
        return p == 2 ? Formula.RowValues(default(EuclideanNorm), rows) : ScaledNorms(rows.To(DType.Float64), p);
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
        Tensor sum = Formula.Map(new AbsolutePower(p), rows / unit).Sum(-1);
        return Formula.Map(new RootOfSum(1 / p), sum) * unit.Squeeze(-1);
    }

    static Tensor LogSumExpOfRows(Tensor x)
    {
        CheckRows("LogSumExp", x);
        Tensor rows = x.Detach().Contiguous();
        Tensor result = Empty(x.Shape.Without(-1), x.DType);
        SoftmaxRowsDriver.Run(rows, logSum: result);
        return Autograd.RecordWith(
            "logsumexp", result, [x], x, (x, static (g, x) => g.Unsqueeze(-1) * SoftmaxOfRows(x, ofNothing: 0)));
    }

    /// <param name="x">Rows along the last dimension.</param>
    /// <param name="ofNothing">The result for a row of −∞ only.</param>
    static Tensor SoftmaxOfRows(Tensor x, double ofNothing)
    {
        CheckRows("Softmax", x);
        Tensor result = Empty(x.Shape, x.DType);
        SoftmaxRowsDriver.Run(x.Detach().Contiguous(), softmax: result, ofNothing: ofNothing);
        return Autograd.RecordWith(
            "softmax", result, [result], result, (x, static (g, y) => y * (g - (g * y).Sum(-1, keepDim: true))));
    }

    static Tensor LogSoftmaxOfRows(Tensor x)
    {
        CheckRows("LogSoftmax", x);
        Tensor result = Empty(x.Shape, x.DType);
        SoftmaxRowsDriver.Run(x.Detach().Contiguous(), logSoftmax: result);
        return Autograd.RecordWith(
            "log_softmax", result, [result], result, (x, static (g, y) => g - (y.Exp() * g.Sum(-1, keepDim: true))));
    }

    static void CheckRows(string operation, Tensor x)
    {
        if (x.Rank == 0 || x.Shape[-1] == 0)
        {
            throw new ShapeException($"{operation}: there are no values along the dimension in {x.Shape}.");
        }
    }
}
