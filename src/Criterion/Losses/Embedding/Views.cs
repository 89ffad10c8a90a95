using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Parts of losses that compare the features of two views of the same images over a batch.</summary>
internal static class Views
{
    /// <summary>Throws unless the views are matrices of one shape with at least two rows: one row has no variance.</summary>
    public static void Check(string owner, Tensor x1, Tensor x2)
    {
        Loss.CheckSameShape(owner, x1, x2, nameof(x1), nameof(x2));
        if (x1.Rank != 2 || x1.Shape[0] < 2 || x1.Shape[1] == 0)
        {
            throw new ShapeException(
                $"{owner}: views {x1.Shape} must be [N, D] with at least two rows. Flatten the embeddings, or use a larger batch.");
        }
    }

    /// <summary>Returns the columns less their means.</summary>
    public static Tensor Centred(Tensor x) => x - x.Mean(0, keepDim: true);

    /// <summary>Sums squares of a square matrix: diagonal · (1 − cᵢᵢ)² and others · cᵢⱼ².</summary>
    public static Tensor Squares(Tensor matrix, double diagonal, double others) =>
        TensorFormula.Sum(new SquaredElement(diagonal, others), matrix, Tensor.Eye(matrix.Shape[0], matrix.DType));

    /// <summary>diagonal · (1 − c)² where δ is 1, and others · c² elsewhere.</summary>
    readonly struct SquaredElement(double diagonal, double others) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T c, T delta)
            where T : struct, IReal<T>
        {
            T error = 1 - c;
            (T onDiagonal, T elsewhere) = (diagonal * (error * error), others * (c * c));
            return T.Select(T.Equal(delta, T.One), onDiagonal, elsewhere);
        }
    }
}
