using System.Numerics;
using Criterion.Kernels;

namespace Criterion;

public sealed partial class Tensor
{
    /// <summary>
    /// Computes the matrix product over the last two dimensions: <c>[.., n, k] · [.., k, m] → [.., n, m]</c>. Leading dimensions are
    /// broadcast. A vector is a row on the left and a column on the right.
    /// </summary>
    /// <param name="other">The right operand.</param>
    /// <exception cref="ShapeException">
    /// The inner sizes differ, the leading ones cannot be broadcast, or one of the two is a scalar.
    /// </exception>
    /// <exception cref="DTypeException">Neither operand is floating-point.</exception>
    public Tensor MatMul(Tensor other)
    {
        (Tensor a, Tensor b) = Promote(this, other);
        if (a.Rank == 0 || b.Rank == 0 || a.Shape[-1] != b.Shape[b.Rank == 1 ? 0 : -2])
        {
            throw new ShapeException(
                $"MatMul: {a.Shape} and {b.Shape} cannot be multiplied: the last size of the first must be the last but one of the second. "
                + "Transpose or reshape one of them.");
        }

        if (!a.DType.IsFloat())
        {
            throw new DTypeException($"MatMul: {a.DType} is not supported. Convert with .To(DType.Float32).");
        }

        Tensor left = a.Rank == 1 ? a.Unsqueeze(0) : a;
        Tensor right = b.Rank == 1 ? b.Unsqueeze(1) : b;
        Tensor product = MatrixProductOf(left, right);
        if (b.Rank == 1)
        {
            product = product.Squeeze(-1);
        }

        return a.Rank == 1 ? product.Squeeze(b.Rank == 1 ? -1 : -2) : product;
    }

    /// <summary>Computes the dot product of two vectors of the same length, as a scalar.</summary>
    /// <param name="other">The other vector.</param>
    /// <exception cref="ShapeException">One of the two is not a vector, or their lengths differ.</exception>
    public Tensor Dot(Tensor other) => Rank == 1 && NotNull(other).Shape == Shape
        ? MatMul(other)
        : throw new ShapeException(
            $"Dot: both must be vectors of the same length, and they are {Shape} and {NotNull(other).Shape}. Use MatMul for matrices.");

    /// <summary>Computes the outer product of two vectors: <c>[n], [m] → [n, m]</c>.</summary>
    /// <param name="other">The other vector.</param>
    /// <exception cref="ShapeException">One of the two is not a vector.</exception>
    public Tensor Outer(Tensor other) => Rank == 1 && NotNull(other).Rank == 1
        ? Unsqueeze(1) * other.Unsqueeze(0)
        : throw new ShapeException($"Outer: both must be vectors, and they are {Shape} and {NotNull(other).Shape}. Flatten them first.");

    static Tensor MatrixProductOf(Tensor a, Tensor b)
    {
        Shape batch = Shape.Broadcast(a.Shape.Dims[..^2].ToArray(), b.Shape.Dims[..^2].ToArray(), "MatMul");
        Tensor result = Empty([.. batch.Dims, a.Shape[-2], b.Shape[-1]], a.DType);
        a.DType.RunFloats(new MultiplyMatrices(a, b, result, batch));
        return Autograd.Record(
            "matmul",
            result,
            [a, b],
            (A: a, B: b),
            (a, static (g, of) => MatrixProductOf(g, of.B.Transpose()).SumTo(of.A.Shape)),
            (b, static (g, of) => MatrixProductOf(of.A.Transpose(), g).SumTo(of.B.Shape)));
    }

    static MatrixView<T> Matrix<T>(Tensor x)
        where T : unmanaged => new(x.StridedMemory<T>(), x.Shape[-2], x.Shape[-1], x.Strides[^2], x.Strides[^1]);

    /// <summary>Returns the first element of each matrix of a batch.</summary>
    static int[] Offsets(Tensor x, Shape batch)
    {
        Tensor first = x.Detach().View([.. x.Shape.Dims[..^2]], x.Strides[..^2].ToArray(), 0).Expand(batch);
        ReadOnlySpan<int> strides = first.Strides;
        int[] offsets = new int[batch.Count];
        for (int i = 0; i < offsets.Length; i++)
        {
            int rest = i;
            for (int d = batch.Rank - 1; d >= 0; d--)
            {
                (rest, int at) = Math.DivRem(rest, batch[d]);
                offsets[i] += at * strides[d];
            }
        }

        return offsets;
    }

    readonly struct MultiplyMatrices(Tensor a, Tensor b, Tensor result, Shape batch) : IFloatTask
    {
        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            MatrixView<T> left = Matrix<T>(a);
            MatrixView<T> right = Matrix<T>(b);
            if (batch.Count == 1)
            {
                MatrixProduct.Multiply(left, right, result.Memory<T>());
            }
            else
            {
                MatrixProduct.MultiplyBatch(batch.Count, left, Offsets(a, batch), right, Offsets(b, batch), result.Memory<T>());
            }
        }
    }
}
