using System.Text;

namespace Criterion;

/// <summary>An index along one dimension: a position, a range, or, with <c>..</c>, the whole dimension.</summary>
/// <remarks>Converted from <see cref="int"/>, <see cref="Index"/> and <see cref="Range"/>: <c>x[3, .., 2..5, ^1]</c>.</remarks>
public readonly struct TensorIndex
{
    readonly Index _position;
    readonly Range? _range;

    TensorIndex(Index position) => _position = position;

    TensorIndex(Range range) => _range = range;

    /// <summary>Converts a position; negative ones count from the end.</summary>
    public static implicit operator TensorIndex(int position) => new(position < 0 ? ^-position : position);

    /// <summary>Converts a position, such as <c>^1</c>.</summary>
    public static implicit operator TensorIndex(Index position) => new(position);

    /// <summary>Converts a range, such as <c>2..5</c>.</summary>
    public static implicit operator TensorIndex(Range range) => new(range);

    /// <summary>Indexes dimension <paramref name="dim"/>; a position removes the dimension.</summary>
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
            : throw new ShapeException(
                $"Tensor[…]: index {_position} is out of range for dim {dim} of {x.Shape}, which has {size} elements. "
                + "Use a position from 0, or from ^1 backwards.");
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// Gets a part of this tensor as a view, or overwrites it: <c>x[0]</c>, <c>x[.., 2..5]</c>, <c>x[^1, .., 0]</c>. Dimensions without an
    /// index are taken whole.
    /// </summary>
    /// <remarks>
    /// An assigned tensor is converted to this type and broadcast to the part; an assigned number fills it: <c>x[0, 1] = 5.0</c>.
    /// Assignment is a change in place, which is not recorded.
    /// </remarks>
    /// <exception cref="AutogradException">
    /// This tensor or the assigned one requires a gradient, and operations are recorded; use <see cref="Autograd.NoGrad"/>.
    /// </exception>
    /// <exception cref="DTypeException">An assigned number is not an integer in the range of this integer type.</exception>
    /// <exception cref="TensorException">The tensor is a view stretched by <see cref="Expand"/>: its elements share memory.</exception>
    /// <exception cref="ShapeException">A position or range is out of range, or there are more indices than dimensions.</exception>
    [System.Runtime.CompilerServices.IndexerName("Part")]
    public Tensor this[params ReadOnlySpan<TensorIndex> indices]
    {
        get
        {
            if (indices.Length > Rank)
            {
                throw new ShapeException(
                    $"Tensor[…]: {indices.Length} indices are given, and {Shape} has {Rank} dims. Give at most one for each dim.");
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

    /// <summary>Formats the values, the type and the shape; long dimensions are abbreviated.</summary>
    public override string ToString() => $"{Format(static value => NumberText.Format(value))} ({DType} {Shape})";

    /// <summary>
    /// Formats the values alone by a numeric format, as in <c>$"{loss:0.000}"</c>; long dimensions are abbreviated. Without a format it is
    /// <see cref="ToString()"/>.
    /// </summary>
    /// <param name="format">A numeric format of .NET, or null.</param>
    /// <param name="formatProvider">The culture, or null for the current one.</param>
    public string ToString(string? format, IFormatProvider? formatProvider) =>
        string.IsNullOrEmpty(format) ? ToString() : Format(value => value.ToString(format, formatProvider));

    string Format(Func<double, string> number)
    {
        StringBuilder text = new();
        Write(text, Detach().To(DType.Float64).Contiguous(), 0, number);
        return text.ToString();
    }

    static void Write(StringBuilder text, Tensor x, int depth, Func<double, string> number)
    {
        const int Shown = 6;
        if (x.Rank == 0)
        {
            text.Append(number(x.Item()));
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
            Write(text, x[i], depth + 1, number);
        }

        text.Append(']');
    }

    void Assign(Tensor owner, Tensor value)
    {
        if (Autograd.IsRecorded(value))
        {
            throw new AutogradException(
                "Assignment: the value requires a gradient, and changes in place are not recorded. "
                + "Assign value.Detach(), assign inside Autograd.NoGrad(), or compute a new tensor with Tensor.Where or Tensor.Cat.");
        }

        owner.AboutToChange("Assignment");
        if (value.IsNumber)
        {
            FillWith(value.Item());
        }
        else
        {
            CopyElements(value.Detach().Apart(Storage).To(DType).Expand(Shape), this);
        }
    }
}
