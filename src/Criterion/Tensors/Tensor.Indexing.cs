using System.Text;

namespace Criterion;

/// <summary>What to take along one dimension: a position, a range, or, with <c>..</c>, all of it.</summary>
/// <remarks>Made from <see cref="int"/>, <see cref="Index"/> and <see cref="Range"/>: <c>x[3, .., 2..5, ^1]</c>.</remarks>
public readonly struct TensorIndex
{
    readonly Index _position;
    readonly Range? _range;

    TensorIndex(Index position) => _position = position;

    TensorIndex(Range range) => _range = range;

    /// <summary>One position; negative ones count from the end.</summary>
    public static implicit operator TensorIndex(int position) => new(position < 0 ? ^-position : position);

    /// <summary>One position, such as <c>^1</c>.</summary>
    public static implicit operator TensorIndex(Index position) => new(position);

    /// <summary>A range, such as <c>2..5</c>.</summary>
    public static implicit operator TensorIndex(Range range) => new(range);

    /// <summary>Takes this along dimension <paramref name="dim"/>; a position takes the dimension away.</summary>
    internal Tensor Take(Tensor x, ref int dim)
    {
        int size = x.Shape[dim];
        if (_range is { } range)
        {
            (int start, int end) = (range.Start.GetOffset(size), range.End.GetOffset(size));
            return x.Slice(dim++, start, end);
        }

        int position = _position.GetOffset(size);
        return position >= 0 && position < size
            ? x.Slice(dim, position, position + 1).Squeeze(dim)
            : throw new ShapeException($"Index {_position} is not within dim {dim} of {x.Shape}, which has {size} elements.");
    }
}

public sealed partial class Tensor
{
    /// <summary>A part of this tensor: <c>x[0]</c>, <c>x[.., 2..5]</c>, <c>x[^1, .., 0]</c>. Dimensions not named are taken whole; a view.</summary>
    /// <exception cref="ShapeException">A position or range lies outside, or there are more of them than dimensions.</exception>
    [System.Runtime.CompilerServices.IndexerName("Part")]
    public Tensor this[params ReadOnlySpan<TensorIndex> indices]
    {
        get
        {
            if (indices.Length > Rank)
            {
                throw new ShapeException($"{indices.Length} indices are given and {Shape} has {Rank} dims.");
            }

            Tensor result = this;
            int dim = 0;
            foreach (TensorIndex index in indices)
            {
                result = index.Take(result, ref dim);
            }

            return result;
        }

        set => this[indices].Assign(this, NotNull(value));
    }

    /// <summary>The values with the shape, as a person would write them; long dimensions are shortened.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        Write(text, Detach().To(DType.Float64).Contiguous(), 0);
        return $"{text} ({DType} {Shape})";
    }

    static void Write(StringBuilder text, Tensor x, int depth)
    {
        const int Shown = 6;
        if (x.Rank == 0)
        {
            text.Append(NumberText.Format(x.Item()));
            return;
        }

        text.Append('[');
        int size = x.Shape[0];
        for (int i = 0; i < size; i++)
        {
            if (size > Shown && i == Shown / 2)
            {
                text.Append(", …");
                i = size - (Shown / 2);
            }

            text.Append(i == 0 ? "" : x.Rank > 1 ? ",\n" + new string(' ', depth + 1) : ", ");
            Write(text, x[i], depth + 1);
        }

        text.Append(']');
    }

    void Assign(Tensor owner, Tensor value)
    {
        owner.AboutToChange("Assignment");
        CopyElements(value.Detach().To(DType).Expand(Shape), this);
    }
}
