using System.Runtime.CompilerServices;

namespace Criterion.Losses;

/// <summary>
/// A loss: immutable, its properties are its options, so that it compares, prints and copies with <c>with</c>.
/// </summary>
/// <remarks>Any number of threads may use one at once.</remarks>
public abstract record Loss : ICriterion
{
    /// <summary>A loss with a reduction.</summary>
    /// <param name="reduction">What becomes of the losses of single elements or rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">The loss has no such reduction.</exception>
    protected Loss(Reduction reduction) => Reduction = reduction;

    /// <summary>What becomes of the losses of single elements or rows.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The loss has no such reduction.</exception>
    public Reduction Reduction
    {
        get;
        init => field = value is Reduction.Mean or Reduction.Sum or Reduction.None || (value == Reduction.BatchMean && this is IDivergenceLoss)
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(Reduction), value, $"{Name}: Reduction.{value} is not available. Use Mean, Sum or None; only divergences take BatchMean.");
    }

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
        Tensor a, Tensor b, [CallerArgumentExpression(nameof(a))] string nameA = "", [CallerArgumentExpression(nameof(b))] string nameB = "") =>
        CheckSameShape(Name, a, b, nameA, nameB);

    /// <inheritdoc cref="CheckSameShape(Tensor, Tensor, string, string)"/>
    internal static void CheckSameShape(string operation, Tensor a, Tensor b, string nameA, string nameB)
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
            $"{operation}: {nameA} {a.Shape} and {nameB} {b.Shape} {where}. Losses do not broadcast; use {nameB}.Expand or .Reshape if that is meant.");
    }

    /// <summary>Throws if a value lies outside [low, high], naming the first. NaN passes, so that it shows in the result.</summary>
    /// <param name="values">The values.</param>
    /// <param name="low">The lower bound.</param>
    /// <param name="high">The upper bound.</param>
    /// <param name="requirement">What follows "must be" in the error, such as "a probability in [0, 1]".</param>
    /// <param name="fix">How to fix it: a sentence, or nothing.</param>
    /// <param name="name">The argument that holds the values.</param>
    protected void CheckRange(
        Tensor values,
        double low,
        double high,
        string requirement,
        string fix = "",
        [CallerArgumentExpression(nameof(values))] string name = "") =>
        ValueChecks.InRange(Name, values, low, high, requirement, fix, name);

    /// <summary>Throws if a target of two classes is neither 1 nor −1, naming the first such element.</summary>
    protected void CheckSigns(Tensor target) => ValueChecks.AreSigns(Name, target, "1 or −1", "For classes 0 and 1 use 2 * y - 1.");

    /// <summary>
    /// A reduced loss whose formula is NaN on values that it is not defined on: only if it comes out as NaN are they looked at, which
    /// takes a pass over memory of its own.
    /// </summary>
    private protected Tensor EvaluateThenCheck(Func<Tensor> evaluate, Action check)
    {
        if (Reduction == Reduction.None)
        {
            check();
            return evaluate();
        }

        Tensor loss = evaluate();
        if (double.IsNaN(loss.Item()))
        {
            check();
        }

        return loss;
    }

    /// <summary>The reduction of losses that were computed one by one; dimension 0 is the batch.</summary>
    protected Tensor Reduce(Tensor losses)
    {
        ArgumentNullException.ThrowIfNull(losses);
        return Reduction switch
        {
            Reduction.Mean => losses.Mean(),
            Reduction.Sum => losses.Sum(),
            Reduction.BatchMean => losses.Sum() / BatchSize(losses),
            _ => losses,
        };
    }

    /// <summary>The size of dimension 0; a scalar is a batch of one.</summary>
    protected static int BatchSize(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Rank == 0 ? 1 : x.Shape[0];
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
