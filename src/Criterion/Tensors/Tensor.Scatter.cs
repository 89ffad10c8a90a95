using Criterion.Kernels;

namespace Criterion;

/// <content>Elements that a mask or a class chooses.</content>
public sealed partial class Tensor
{
    /// <summary>
    /// Returns this tensor with each element of <paramref name="source"/> written to the position that <paramref name="index"/> names along
    /// a dimension. Where a position is named twice, the later element in row-major order is written and receives the gradient.
    /// </summary>
    /// <param name="dim">The dimension; negative dims count from the end.</param>
    /// <param name="index">
    /// The positions: Int64, values in [0, size), of this tensor's rank; no longer than this tensor along the other dimensions.
    /// </param>
    /// <param name="source">The values to write, of the index's shape and this tensor's type; a number is written everywhere.</param>
    /// <exception cref="ShapeException">A position is out of range, or the shapes do not match.</exception>
    /// <exception cref="DTypeException">The index is not Int64.</exception>
    public Tensor Scatter(int dim, Tensor index, Tensor source)
    {
        int at = Shape.Dim(dim);
        long[] positions = PositionsIn(nameof(Scatter), NotNull(index), at);
        CheckIndexShape(nameof(Scatter), index.Shape, at);
        Tensor values = NotNull(source).IsNumber ? Full(index.Shape, source.Item(), DType) : source;
        if (values.Shape != index.Shape || values.DType != DType)
        {
            throw new ShapeException(
                $"Scatter: the source {values.Shape} {values.DType} must have the index's shape {index.Shape} and the type {DType}. "
                + "Reshape or convert it.");
        }

        Tensor result = Detach().Clone();
        AxisIndex places = new(index.Shape, Shape, at);
        DType.RunElements(new WriteElements(values.Contiguous(), places, positions, result));
        return Autograd.Record(
            "scatter",
            result,
            [index],
            (Index: index, At: at, Written: Autograd.IsRecorded(values) ? places.Last(positions, Count) : null),
            (this, static (g, of) => g.Scatter(of.At, of.Index, Zeros(of.Index.Shape, g.DType))),
            (values, static (g, of) => g.Gather(of.At, of.Index) * From(of.Written!, of.Index.Shape).To(g.DType)));
    }

    /// <summary>Returns the elements where the mask is true, in row-major order, as a vector.</summary>
    /// <param name="mask">The mask, broadcast to this tensor; any value but 0 is true.</param>
    /// <exception cref="ShapeException">The mask cannot be broadcast to this tensor.</exception>
    public Tensor MaskedSelect(Tensor mask)
    {
        Shape shape = Shape.Broadcast(NotNull(mask).Shape, Shape, nameof(MaskedSelect));
        if (shape != Shape)
        {
            throw new ShapeException($"MaskedSelect: a mask {mask.Shape} cannot be broadcast to {Shape}. Expand the tensor first.");
        }

        bool[] truths = mask.To(DType.Bool).Expand(Shape).ToArray<bool>();
        return Flatten().IndexSelect(0, From([.. Enumerable.Range(0, truths.Length).Where(i => truths[i]).Select(static i => (long)i)]));
    }

    /// <summary>Returns the positions of the elements that are not 0, as Int64 <c>[n, rank]</c> in row-major order.</summary>
    public Tensor NonZero()
    {
        bool[] truths = To(DType.Bool).ToArray<bool>();
        List<long> positions = [];
        for (int i = 0; i < truths.Length; i++)
        {
            for (int d = 0; truths[i] && d < Rank; d++)
            {
                positions.Add(i / Shape.RowMajor[d] % Shape[d]);
            }
        }

        return From(positions, [truths.Count(static truth => truth), Rank]);
    }

    /// <summary>Returns vectors that are 1 at a class and 0 elsewhere: Int64 <c>[..]</c> → <c>[.., classes]</c>.</summary>
    /// <param name="classes">The number of classes; at least 1.</param>
    /// <param name="dtype">The element type. Default: Float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no classes.</exception>
    /// <exception cref="DTypeException">The tensor is not Int64.</exception>
    /// <exception cref="ShapeException">A class is not in [0, classes).</exception>
    public Tensor OneHot(int classes, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        _ = Empty([classes]).PositionsIn(nameof(OneHot), this, 0);
        return Unsqueeze(-1).EqualTo(Arange(classes)).To(dtype);
    }

    /// <summary>Returns the slices along a dimension, without it: views.</summary>
    /// <param name="dim">The dimension; negative dims count from the end. Default: 0.</param>
    /// <exception cref="ShapeException">The dimension does not exist.</exception>
    public Tensor[] Unbind(int dim = 0)
    {
        int at = Shape.Dim(dim);
        return [.. Enumerable.Range(0, Shape[at]).Select(i => Narrow(at, i, 1).Squeeze(at))];
    }

    /// <summary>
    /// Returns the coordinates of a grid: tensor i has the values of axis i along dimension i, and all have the shape of the grid. Views.
    /// </summary>
    /// <param name="axes">The axes, vectors; at least one.</param>
    /// <exception cref="ShapeException">There is no axis, or one is not a vector.</exception>
    public static Tensor[] MeshGrid(params ReadOnlySpan<Tensor> axes)
    {
        if (axes.IsEmpty)
        {
            throw new ShapeException("MeshGrid: there are no axes. Pass at least one.");
        }

        Tensor[] vectors = axes.ToArray();
        Tensor? wrong = Array.Find(vectors, static axis => NotNull(axis).Rank != 1);
        Shape grid = wrong is null
            ? [.. vectors.Select(static axis => axis.Count)]
            : throw new ShapeException($"MeshGrid: an axis of shape {wrong.Shape} is not a vector. Flatten it first.");
        return [.. vectors.Select((axis, i) => axis.Reshape(Shape.Create([axis.Count, .. Enumerable.Repeat(1, grid.Rank - 1 - i)])).Expand(grid))];
    }

    readonly struct WriteElements(Tensor values, AxisIndex index, long[] positions, Tensor result) : IElementTask
    {
        public void Run<T>()
            where T : unmanaged => Indexing.Scatter<T>(values.Memory<T>().Span, index, positions, result.Memory<T>().Span);
    }
}
