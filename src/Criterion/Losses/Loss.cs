using System.Runtime.CompilerServices;

namespace Criterion.Losses;

/// <summary>
/// A loss: immutable, its properties are its options, so that it compares, prints and copies with <c>with</c>.
/// </summary>
/// <param name="Reduction">What becomes of the losses of single elements or rows.</param>
public abstract record Loss(Reduction Reduction) : ICriterion
{
    /// <summary>What a loss of nothing is; an error unless set otherwise.</summary>
    public OnEmpty OnEmpty { get; init; }

    /// <inheritdoc/>
    public abstract string ToLatex();

    /// <inheritdoc/>
    public virtual IEnumerable<LossCurve> Curves() => [];

    /// <summary>The name that errors give.</summary>
    protected string Name => GetType().Name;

    /// <summary>Says that two tensors differ in shape. Losses never broadcast: a stretched target is most often a mistake.</summary>
    protected void CheckSameShape(
        Tensor a, Tensor b, [CallerArgumentExpression(nameof(a))] string nameA = "", [CallerArgumentExpression(nameof(b))] string nameB = "")
    {
        ArgumentNullException.ThrowIfNull(a, nameA);
        ArgumentNullException.ThrowIfNull(b, nameB);
        if (a.Shape == b.Shape)
        {
            return;
        }

        string where = a.Rank == b.Rank
            ? $"differ at dim {Enumerable.Range(0, a.Rank).First(i => a.Shape[i] != b.Shape[i])}"
            : "differ in rank";
        throw new ShapeException(
            $"{Name}: {nameA} {a.Shape} and {nameB} {b.Shape} {where}. Losses do not broadcast; use {nameB}.Expand or .Reshape if that is meant.");
    }

    /// <summary>Says that values lie outside of where the loss is defined, with the first of them. NaN passes: it shows in the result.</summary>
    protected void CheckValues(Tensor values, Tensor wrong, string requirement, [CallerArgumentExpression(nameof(values))] string name = "")
    {
        ReadOnlySpan<bool> flags = wrong.AsReadOnlySpan<bool>();
        int first = flags.IndexOf(true);
        if (first >= 0)
        {
            throw new LossException($"{Name}: {name} must be {requirement}, and element {first} is {values.Detach().Flatten()[first].Item()}.");
        }
    }

    /// <summary>The tensor with dimension <paramref name="dim"/> moved to the end, where rows run.</summary>
    protected static Tensor RowsLast(Tensor x, int dim)
    {
        ArgumentNullException.ThrowIfNull(x);
        int at = x.Shape.Dim(dim);
        return at == x.Rank - 1 ? x : x.Permute([.. Enumerable.Range(0, x.Rank).Where(d => d != at), at]);
    }

    /// <summary>The result for a batch without elements, or null when there are some.</summary>
    protected Tensor? ForEmpty(Tensor prediction, int count)
    {
        if (count > 0 || Reduction == Reduction.None)
        {
            return null;
        }

        return OnEmpty == OnEmpty.Zero
            ? prediction.Sum()
            : throw new LossException($"{Name}: there is nothing to compare in {prediction.Shape}. Skip empty batches, or set OnEmpty = OnEmpty.Zero.");
    }
}
