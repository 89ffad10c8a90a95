using Criterion.Kernels;

namespace Criterion;

public sealed partial class Tensor
{
    /// <summary>
    /// The matrix product over the last two dimensions: [.., n, k] · [.., k, m] → [.., n, m]. Leading dimensions are broadcast; a
    /// vector counts as a row on the left and as a column on the right.
    /// </summary>
    /// <exception cref="ShapeException">The inner sizes differ, or a scalar is given.</exception>
    public Tensor MatMul(Tensor other)
    {
        (Tensor a, Tensor b) = Promote(this, other);
        if (a.Rank == 0 || b.Rank == 0 || a.Shape[-1] != b.Shape[b.Rank == 1 ? 0 : -2])
        {
            throw new ShapeException($"MatMul: {a.Shape} and {b.Shape} do not go together: the last size of the first must be the last but one of the second.");
        }

        if (!a.DType.IsFloat())
        {
            throw new DTypeException($"MatMul: {a.DType} is not multiplied as matrices; convert with .To(DType.Float32).");
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

    /// <summary>The dot product of two vectors.</summary>
    public Tensor Dot(Tensor other) => Rank == 1 && NotNull(other).Rank == 1
        ? MatMul(other)
        : throw new ShapeException($"Dot: both must be vectors, and they are {Shape} and {NotNull(other).Shape}.");

    /// <summary>The outer product of two vectors: [n], [m] → [n, m].</summary>
    public Tensor Outer(Tensor other) => Rank == 1 && NotNull(other).Rank == 1
        ? Unsqueeze(1) * other.Unsqueeze(0)
        : throw new ShapeException($"Outer: both must be vectors, and they are {Shape} and {NotNull(other).Shape}.");

    static Tensor MatrixProductOf(Tensor a, Tensor b)
    {
        Shape batch = Shape.Broadcast(a.Shape.Dims[..^2].ToArray(), b.Shape.Dims[..^2].ToArray(), "MatMul");
        Tensor result = Empty([.. batch.Dims, a.Shape[-2], b.Shape[-1]], a.DType);
        if (a.DType == DType.Float32)
        {
            Multiply<float>(a, b, result, batch);
        }
        else
        {
            Multiply<double>(a, b, result, batch);
        }

        return Autograd.Record(
            "matmul",
            result,
            [a, b],
            (A: a, B: b),
            (a, static (g, of) => MatrixProductOf(g, of.B.Transpose()).SumTo(of.A.Shape)),
            (b, static (g, of) => MatrixProductOf(of.A.Transpose(), g).SumTo(of.B.Shape)));
    }

    static void Multiply<T>(Tensor a, Tensor b, Tensor result, Shape batch)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
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

    static MatrixView<T> Matrix<T>(Tensor x)
        where T : unmanaged => new(x.StridedMemory<T>(), x.Shape[-2], x.Shape[-1], x.Strides[^2], x.Strides[^1]);

    /// <summary>Where each matrix of a batch begins.</summary>
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
}
