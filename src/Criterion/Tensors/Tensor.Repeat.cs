namespace Criterion;

/// <content>Repetitions, diagonals and triangles.</content>
public sealed partial class Tensor
{
    /// <summary>
    /// Repeats the whole tensor along each dimension: <c>[2, 3]</c> repeated <c>(2, 1)</c> times is <c>[4, 3]</c>. More repetitions than
    /// dimensions add dimensions in front.
    /// </summary>
    /// <param name="times">The repetitions along each dimension, 0 or more; at least as many as dimensions.</param>
    /// <exception cref="ShapeException">There are too few repetitions, one is negative, or the result is too large.</exception>
    public Tensor Repeat(params ReadOnlySpan<int> times) => times.Length >= Rank
        ? Tiled(nameof(Repeat), times)
        : throw new ShapeException(
            $"Repeat: {times.Length} repetitions are given, and {Shape} has {Rank} dims. Give one for each dim, or use Tile.");

    /// <summary>Repeats the whole tensor along the last dimensions; dimensions without a number are not repeated.</summary>
    /// <param name="times">The repetitions along the last dimensions, 0 or more.</param>
    /// <exception cref="ShapeException">A repetition is negative, or the result is too large.</exception>
    public Tensor Tile(params ReadOnlySpan<int> times) => Tiled(nameof(Tile), times);

    /// <summary>Repeats each element along a dimension: <c>[1, 2]</c> repeated twice is <c>[1, 1, 2, 2]</c>.</summary>
    /// <param name="times">The repetitions, 0 or more.</param>
    /// <param name="dim">The dimension; negative dims count from the end.</param>
    /// <exception cref="ShapeException">The repetitions are negative, the dimension does not exist, or the result is too large.</exception>
    public Tensor RepeatInterleave(int times, int dim)
    {
        CheckTimes(nameof(RepeatInterleave), times);
        int at = Shape.Dim(dim);
        Shape result = Shape.With(at, Repeated(nameof(RepeatInterleave), Shape[at], times));
        return Unsqueeze(at + 1).Expand([.. Shape.Dims[..(at + 1)], times, .. Shape.Dims[(at + 1)..]]).Reshape(result);
    }

    /// <summary>Returns a diagonal of the matrices that two dimensions span, as a new last dimension; a view.</summary>
    /// <param name="offset">The diagonal: above the main one if positive, below if negative. Default: 0, the main diagonal.</param>
    /// <param name="dim0">The dimension of the rows. Default: the last but one.</param>
    /// <param name="dim1">The dimension of the columns. Default: the last.</param>
    /// <exception cref="ShapeException">A dimension does not exist, or both are the same.</exception>
    public Tensor Diagonal(int offset = 0, int dim0 = -2, int dim1 = -1)
    {
        (int rows, int columns) = (Shape.Dim(dim0), Shape.Dim(dim1));
        if (rows == columns)
        {
            throw new ShapeException($"Diagonal: dim {dim0} and dim {dim1} of {Shape} are the same. Name two dims.");
        }

        Tensor matrices = Permute([.. Enumerable.Range(0, Rank).Where(i => i != rows && i != columns), rows, columns]);
        return matrices.LastDiagonal(offset);
    }

    /// <summary>Creates matrices that have the last dimension on a diagonal and 0 elsewhere: <c>[.., n] → [.., n, n]</c>.</summary>
    /// <param name="offset">
    /// The diagonal: above the main one if positive, below if negative; the matrices grow by |offset|. Default: 0, the main diagonal.
    /// </param>
    /// <exception cref="ShapeException">The tensor is a scalar, or the result is too large.</exception>
    public Tensor DiagEmbed(int offset = 0)
    {
        long side = Shape[-1] + Math.Abs((long)offset);
        int size = side <= Array.MaxLength
            ? (int)side
            : throw new ShapeException($"DiagEmbed: an offset of {offset} makes matrices of side {side}. Use a smaller offset.");
        return OnDiagonal([.. Shape.Dims[..^1], size, size], offset);
    }

    /// <summary>Returns the matrices with 0 above a diagonal.</summary>
    /// <param name="diagonal">
    /// The last diagonal that is kept: above the main one if positive, below if negative. Default: 0, the main diagonal.
    /// </param>
    /// <exception cref="ShapeException">The tensor has fewer than two dimensions.</exception>
    public Tensor Tril(int diagonal = 0) => Triangle(nameof(Tril), diagonal, isUpper: false);

    /// <summary>Returns the matrices with 0 below a diagonal.</summary>
    /// <param name="diagonal">
    /// The first diagonal that is kept: above the main one if positive, below if negative. Default: 0, the main diagonal.
    /// </param>
    /// <exception cref="ShapeException">The tensor has fewer than two dimensions.</exception>
    public Tensor Triu(int diagonal = 0) => Triangle(nameof(Triu), diagonal, isUpper: true);

    Tensor Tiled(string operation, ReadOnlySpan<int> times)
    {
        Shape.CheckRank(times.Length);
        Tensor result = times.Length > Rank ? Reshape([.. Enumerable.Repeat(1, times.Length - Rank), .. Shape.Dims]) : this;
        for (int i = 0; i < times.Length; i++)
        {
            CheckTimes(operation, times[i]);
            result = result.RepeatedAlong(operation, result.Rank - times.Length + i, times[i]);
        }

        return result;
    }

    Tensor RepeatedAlong(string operation, int dim, int times)
    {
        Shape result = Shape.With(dim, Repeated(operation, Shape[dim], times));
        return result == Shape ? this : Unsqueeze(dim).Expand([.. Shape.Dims[..dim], times, .. Shape.Dims[dim..]]).Reshape(result);
    }

    int Repeated(string operation, int size, int times) => (long)size * times <= Array.MaxLength
        ? size * times
        : throw new ShapeException($"{operation}: {times} repetitions of {size} elements of {Shape} are too many. Repeat it less often.");

    static void CheckTimes(string operation, int times)
    {
        if (times < 0)
        {
            throw new ShapeException($"{operation}: {times} repetitions are negative. Use 0 or more.");
        }
    }

    Tensor LastDiagonal(int offset)
    {
        int row = (int)Math.Clamp(-(long)offset, 0, Shape[-2]);
        int column = Math.Clamp(offset, 0, Shape[-1]);
        int count = Math.Min(Shape[-2] - row, Shape[-1] - column);
        Shape shape = [.. Shape.Dims[..^2], count];
        int[] strides = [.. Strides[..^2], Strides[^2] + Strides[^1]];
        int start = shape.Count == 0 ? Offset : Offset + (row * Strides[^2]) + (column * Strides[^1]);
        return Autograd.Record(
            "diagonal", View(shape, strides, start), [], (Shape, Diagonal: offset), (this, static (g, of) => g.OnDiagonal(of.Shape, of.Diagonal)));
    }

    /// <summary>Copies this tensor to a diagonal of zeros: the gradient of a diagonal.</summary>
    Tensor OnDiagonal(Shape shape, int offset)
    {
        Tensor result = Zeros(shape, DType);
        CopyElements(this, result.LastDiagonal(offset));
        return Autograd.Record("diag_embed", result, [], offset, (this, static (g, at) => g.LastDiagonal(at)));
    }

    Tensor Triangle(string operation, int diagonal, bool isUpper)
    {
        if (Rank < 2)
        {
            throw new ShapeException($"{operation}: {Shape} has no rows and columns. Reshape it to two dims or more.");
        }

        Tensor distance = Arange(Shape[-1]) - Arange(Shape[-2]).Unsqueeze(1);
        return Where(isUpper ? distance >= diagonal : distance <= diagonal, this, Scalar(0, DType));
    }
}
