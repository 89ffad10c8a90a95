using System.Collections;
using System.Runtime.CompilerServices;

namespace Criterion;

/// <summary>The sizes of a tensor along its dimensions, outermost first: <c>[N, C, H, W]</c>. The shape of a scalar is <c>[]</c>.</summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>, IReadOnlyList<int>
{
    /// <summary>The largest rank: sizes and strides are kept on the stack.</summary>
    internal const int MaxRank = 64;

    readonly Sizes? _sizes;

    /// <summary>Creates a shape of the given sizes.</summary>
    /// <exception cref="ShapeException">
    /// A size is negative, there are more than 64 sizes, or the product of those other than 0 exceeds <see cref="Array.MaxLength"/>.
    /// </exception>
    public Shape(params ReadOnlySpan<int> dims)
    {
        CheckRank(dims.Length);
        long count = 1;
        bool isEmpty = false;
        foreach (int dim in dims)
        {
            if (dim < 0)
            {
                throw new ShapeException($"Shape: the size {dim} in {Describe(dims)} is negative. Sizes must be 0 or more.");
            }

            // Even beside an empty dim the others must not overflow: the product of any of them is then a valid step in memory.
            isEmpty |= dim == 0;
            count *= Math.Max(1, dim);
            if (count > Array.MaxLength)
            {
                throw new ShapeException(
                    $"Shape: {Describe(dims)} has more than {Array.MaxLength} elements, the most that one tensor can hold. "
                    + "Use smaller sizes.");
            }
        }

        _sizes = dims.IsEmpty ? null : Sizes.Of(dims, isEmpty ? 0 : (int)count);
    }

    /// <summary>Gets the number of dimensions.</summary>
    public int Rank => Dims.Length;

    /// <summary>
    /// Gets the same as <see cref="Rank"/>: C# requires it for <c>[.. shape, 3]</c>, <c>shape[^1]</c> and <c>shape is [var n, _]</c>.
    /// </summary>
    public int Length => Rank;

    /// <summary>Gets the number of elements, the product of the sizes.</summary>
    public int Count => _sizes?.Count ?? 1;

    /// <summary>Gets the sizes.</summary>
    public ReadOnlySpan<int> Dims => _sizes?.Dims;

    /// <summary>The distance in memory of neighbours along each dimension, in row-major order without gaps.</summary>
    internal ReadOnlySpan<int> RowMajor => _sizes?.RowMajor;

    int IReadOnlyCollection<int>.Count => Rank;

    /// <summary>Gets the size along <paramref name="dim"/>; negative dims count from the end.</summary>
    /// <exception cref="ShapeException">The dimension does not exist.</exception>
    public int this[int dim] => Dims[Dim(dim)];

    /// <summary>Creates a shape from its sizes; called by <c>[2, 3]</c>.</summary>
    public static Shape Create(ReadOnlySpan<int> dims) => new(dims);

    /// <summary>Converts sizes to a shape.</summary>
    public static implicit operator Shape(int[] dims) => new(dims);

    /// <summary>Converts a shape to its sizes, for operations that take them one by one.</summary>
    public static implicit operator ReadOnlySpan<int>(Shape shape) => shape.Dims;

    /// <summary>Returns whether both have the same sizes.</summary>
    public static bool operator ==(Shape a, Shape b) => a.Equals(b);

    /// <summary>Returns whether a size differs.</summary>
    public static bool operator !=(Shape a, Shape b) => !a.Equals(b);

    /// <summary>
    /// Returns the shape to which two shapes are broadcast: they are aligned at their last dims, and a size of 1 is stretched to the
    /// other's.
    /// </summary>
    /// <param name="a">The one shape.</param>
    /// <param name="b">The other shape.</param>
    /// <param name="operation">The operation that an error names. Default: <c>broadcast</c>.</param>
    /// <exception cref="ShapeException">Two sizes differ and neither is 1.</exception>
    public static Shape Broadcast(Shape a, Shape b, string operation = "broadcast")
    {
        if (a == b)
        {
            return a;
        }

        int rank = Math.Max(a.Rank, b.Rank);
        Span<int> dims = stackalloc int[rank];
        for (int i = 1; i <= rank; i++)
        {
            int p = i <= a.Rank ? a[^i] : 1;
            int q = i <= b.Rank ? b[^i] : 1;
            if (p != q && p != 1 && q != 1)
            {
                throw new ShapeException(
                    $"{operation}: {a} and {b} cannot be broadcast: sizes {p} and {q} at dim -{i} differ and neither is 1. "
                    + "Reshape or expand one of them.");
            }

            dims[rank - i] = p == 1 ? q : p;
        }

        return new Shape(dims);
    }

    /// <summary>Returns a dimension counted from the front; negative dims count from the end.</summary>
    /// <exception cref="ShapeException">The dimension does not exist.</exception>
    public int Dim(int dim)
    {
        int normal = dim < 0 ? dim + Rank : dim;
        return (uint)normal < (uint)Rank
            ? normal
            : throw new ShapeException($"Shape: dim {dim} is out of range for {this}. Use a dim from {-Rank} to {Rank - 1}.");
    }

    /// <summary>Returns this shape with the size of one dimension replaced.</summary>
    public Shape With(int dim, int size)
    {
        Span<int> dims = stackalloc int[Rank];
        Dims.CopyTo(dims);
        dims[Dim(dim)] = size;
        return new Shape(dims);
    }

    /// <summary>Returns this shape with one dimension removed.</summary>
    public Shape Without(int dim)
    {
        int at = Dim(dim);
        Span<int> dims = stackalloc int[Rank - 1];
        Dims[..at].CopyTo(dims);
        Dims[(at + 1)..].CopyTo(dims[at..]);
        return new Shape(dims);
    }

    /// <exception cref="ShapeException">There are more dimensions than <see cref="MaxRank"/>.</exception>
    internal static void CheckRank(int rank)
    {
        if (rank > MaxRank)
        {
            throw new ShapeException($"Shape: {rank} dims are more than the supported {MaxRank}. Join some of them.");
        }
    }

    /// <summary>Returns the product of the sizes from <paramref name="start"/> to before <paramref name="end"/>.</summary>
    internal int CountOf(int start, int end)
    {
        int count = 1;
        foreach (int dim in Dims[start..end])
        {
            count *= dim;
        }

        return count;
    }

    /// <inheritdoc/>
    public bool Equals(Shape other) => _sizes == other._sizes || Dims.SequenceEqual(other.Dims);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (int dim in Dims)
        {
            hash.Add(dim);
        }

        return hash.ToHashCode();
    }

    /// <summary>Formats the sizes as <c>[2, 3]</c>.</summary>
    public override string ToString() => Describe(Dims);

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)(_sizes?.Dims ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    static string Describe(ReadOnlySpan<int> dims) => $"[{string.Join(", ", dims.ToArray())}]";

    /// <summary>
    /// Sizes, their product and their strides. A training step creates the same few shapes again and again: they are cached, so that it
    /// allocates none.
    /// </summary>
    sealed class Sizes
    {
        static readonly Sizes?[] Cached = new Sizes?[4096];

        Sizes(ReadOnlySpan<int> dims, int count)
        {
            (Dims, Count, RowMajor) = (dims.ToArray(), count, new int[dims.Length]);
            for (int i = dims.Length - 1, step = 1; i >= 0; i--)
            {
                RowMajor[i] = step;
                step *= dims[i];
            }
        }

        public int[] Dims { get; }

        public int Count { get; }

        public int[] RowMajor { get; }

        // A collision replaces the entry. Threads need no lock: an entry is immutable, so a reader finds a complete one.
        public static Sizes Of(ReadOnlySpan<int> dims, int count)
        {
            uint hash = 0;
            foreach (int dim in dims)
            {
                hash = (hash * 31) + (uint)dim;
            }

            ref Sizes? place = ref Cached[hash * 0x9E3779B1u >> 20];
            return place is { } known && dims.SequenceEqual(known.Dims) ? known : place = new Sizes(dims, count);
        }
    }
}
