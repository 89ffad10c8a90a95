namespace Criterion;

/// <content>Repetitions, triangles, and diagonals.</content>
public sealed partial class Tensor
{
    /// <summary>Repeats the whole tensor along each dimension: <c>[1, 2].Repeat(2)</c> is <c>[1, 2, 1, 2]</c>.</summary>
    /// <param name="times">The repetitions of each dimension, at least as many as there are; more add dimensions in front.</param>
    /// <exception cref="ShapeException">There are fewer numbers than dimensions, or one is negative.</exception>
    public Tensor Repeat(params ReadOnlySpan<int> times)
    {
        if (times.Length < Rank)
        {
            throw new ShapeException($"Repeat: {times.Length} numbers are given, and {Shape} has {Rank} dims. Give one for each dim.");
        }

        // Each dim d becomes [times, d], of which the first is stretched.
        int lead = times.Length - Rank;
        int[] apart = new int[2 * times.Length], stretched = new int[2 * times.Length], joined = new int[times.Length];
        for (int i = 0; i < times.Length; i++)
        {
            int size = i < lead ? 1 : Shape[i - lead];
            (apart[2 * i], apart[(2 * i) + 1]) = (1, size);
            (stretched[2 * i], stretched[(2 * i) + 1]) = (NotNegative(nameof(Repeat), times[i]), size);
            joined[i] = checked(times[i] * size);
        }

        return Reshape(apart).Expand(stretched).Reshape(joined);
    }

    /// <summary>
    /// Repeats the whole tensor along the last dimensions: as <see cref="Repeat"/>, but missing numbers are 1, as in NumPy.
    /// </summary>
    /// <param name="times">The repetitions of the last dimensions.</param>
    /// <exception cref="ShapeException">A number is negative.</exception>
    public Tensor Tile(params ReadOnlySpan<int> times)
    {
        int[] all = new int[Math.Max(Rank, times.Length)];
        Array.Fill(all, 1);
        times.CopyTo(all.AsSpan(all.Length - times.Length));
        return Repeat(all);
    }

    /// <summary>Repeats each element along a dimension: <c>[1, 2]</c> becomes <c>[1, 1, 2, 2]</c>.</summary>
    /// <param name="times">The repetitions of each element.</param>
    /// <param name="dim">The dimension; negative dims count from the end.</param>
    /// <exception cref="ShapeException">The number is negative, or the dimension does not exist.</exception>
    public Tensor RepeatInterleave(int times, int dim)
    {
        int at = Shape.Dim(dim);
        int[] stretched = [.. Shape.Dims[..(at + 1)], NotNegative(nameof(RepeatInterleave), times), .. Shape.Dims[(at + 1)..]];
        return Unsqueeze(at + 1).Expand(stretched).Reshape(Shape.With(at, checked(times * Shape[at])));
    }

    /// <summary>Returns the lower triangle of matrices <c>[..., M, N]</c>; the other elements are 0.</summary>
    /// <param name="diagonal">The last diagonal that is kept: 0 is the main one, above it is positive. Default: 0.</param>
    /// <exception cref="ShapeException">There are fewer than two dimensions.</exception>
    public Tensor Tril(int diagonal = 0) => Where(Columns(nameof(Tril)) - Rows() <= diagonal, this, 0);

    /// <summary>Returns the upper triangle of matrices <c>[..., M, N]</c>; the other elements are 0.</summary>
    /// <param name="diagonal">The first diagonal that is kept: 0 is the main one, above it is positive. Default: 0.</param>
    /// <exception cref="ShapeException">There are fewer than two dimensions.</exception>
    public Tensor Triu(int diagonal = 0) => Where(Columns(nameof(Triu)) - Rows() >= diagonal, this, 0);

    /// <summary>Returns the main diagonal of matrices: <c>[..., M, N]</c> gives <c>[..., min(M, N)]</c>.</summary>
    /// <exception cref="ShapeException">There are fewer than two dimensions.</exception>
    public Tensor Diagonal()
    {
        _ = Columns(nameof(Diagonal));
        int length = Math.Min(Shape[^2], Shape[^1]);
        Tensor positions = Arange(length).Reshape([.. Shape.Dims[..^2].ToArray().Select(static _ => 1), length, 1]);
        return Narrow(-2, 0, length).Gather(-1, positions.Expand([.. Shape.Dims[..^2], length, 1])).Squeeze(-1);
    }

    /// <summary>Returns vectors with a 1 at the position that each class index names and 0 elsewhere, in a new last dimension.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="dtype">The element type. Default: Float32.</param>
    /// <exception cref="ShapeException">An index is not in [0, classes).</exception>
    /// <exception cref="DTypeException">This tensor is not Int64.</exception>
    public Tensor OneHot(int classes, DType dtype = DType.Float32)
    {
        Tensor zeros = Zeros([Count, classes], dtype.IsFloat() ? dtype : DType.Int64);
        Tensor ones = zeros.ScatterAdd(1, Reshape(Count, 1), Ones([Count, 1], zeros.DType));
        return ones.Reshape([.. Shape.Dims, classes]).To(dtype);
    }

    Tensor Columns(string operation) => Rank >= 2
        ? Arange(Shape[^1])
        : throw new ShapeException($"{operation}: {Shape} has fewer than two dims. Reshape it to [..., M, N].");

    Tensor Rows() => Arange(Shape[^2]).Unsqueeze(1);

    static int NotNegative(string operation, int times) => times >= 0
        ? times
        : throw new ShapeException($"{operation}: {times} repetitions are negative. Use 0 or more.");
}
