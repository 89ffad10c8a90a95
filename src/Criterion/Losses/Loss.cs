using System.Runtime.CompilerServices;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// A loss: an immutable record whose properties are its options. It is compared by value, printed, and copied by <c>with</c>.
/// </summary>
/// <remarks>Any number of threads may use one instance at once.</remarks>
public abstract record Loss : ICriterion
{
    /// <summary>Initializes a loss with a reduction.</summary>
    /// <param name="reduction">How per-element losses are reduced.</param>
    /// <exception cref="ArgumentOutOfRangeException">The loss does not have this reduction.</exception>
    protected Loss(Reduction reduction) => Reduction = reduction;

    /// <summary>Creates a loss from a function of tensors, for combinations and everything else that takes a loss.</summary>
    /// <param name="forward">The function from prediction and target to the loss, in differentiable operations.</param>
    /// <param name="name">The name in reports. Default: Lambda.</param>
    /// <example><code>
    /// var loss = (Loss.From((x, y) =&gt; (x - y).Abs().Pow(1.5).Mean(), "power") * 0.1) + new L1Loss();
    /// </code></example>
    public static LambdaLoss From(Func<Tensor, Tensor, Tensor> forward, string name = "Lambda") => new(forward, name);

    /// <summary>Gets the reduction of per-element losses.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The loss does not have this reduction.</exception>
    public Reduction Reduction
    {
        get;
        init => field = value is Reduction.Mean or Reduction.Sum or Reduction.None || (
            value == Reduction.BatchMean && this is IDivergenceLoss)
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(Reduction),
                value,
                $"{Name}: Reduction.{value} is not available. Use Mean, Sum or None; only divergences take BatchMean.");
    }

    /// <summary>Gets the value for an empty batch. Throws by default.</summary>
    public OnEmpty OnEmpty { get; init; }

    /// <inheritdoc/>
    public virtual string ToLatex() => Latex.Text(Name);

    /// <inheritdoc/>
    public virtual IEnumerable<LossCurve> Curves() => [];

    /// <summary>
    /// Evaluates the loss in one pass without a graph and without allocation, for inputs that it accepts. Returns null where its options or
    /// inputs need <c>Forward</c>, which also describes what is wrong with them.
    /// </summary>
    /// <exception cref="LossException">A value is outside the domain of the loss.</exception>
    internal virtual FusedLoss? EvaluateFused(in FusedInputs inputs) => null;

    /// <summary>Gets the name that error messages begin with.</summary>
    protected string Name => GetType().Name;

    /// <summary>Throws if two tensors differ in shape. Losses never broadcast: a broadcast target is most often a mistake.</summary>
    protected void CheckSameShape(
        Tensor a, Tensor b, [CallerArgumentExpression(nameof(a))] string nameA =
            "", [CallerArgumentExpression(nameof(b))] string nameB = "") =>
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
        string fix = !b.DType.IsFloat() && b.Rank == a.Rank - 1
            ? $"{nameB} is {b.DType}: for class indices use CrossEntropyLoss, or one-hot rows by {nameB}.OneHot(C)."
            : $"Losses do not broadcast; use {nameB}.Expand or .Reshape if that is meant.";
        throw new ShapeException($"{operation}: {nameA} {a.Shape} and {nameB} {b.Shape} {where}. {fix}");
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
    /// Evaluates a reduced loss whose formula is NaN outside its domain, and checks the inputs only if the result is NaN. A check is a pass
    /// over separate memory.
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

    /// <summary>Reduces per-element losses; dimension 0 is the batch.</summary>
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

    /// <summary>Returns the size of dimension 0; a scalar is a batch of one.</summary>
    protected static int BatchSize(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Rank == 0 ? 1 : x.Shape[0];
    }

    /// <summary>Moves dimension <paramref name="dim"/> to the end, so that rows are contiguous.</summary>
    protected static Tensor RowsLast(Tensor x, int dim)
    {
        ArgumentNullException.ThrowIfNull(x);
        int at = x.Shape.Dim(dim);
        return at == x.Rank - 1 ? x : x.Permute([.. Enumerable.Range(0, x.Rank).Where(d => d != at), at]);
    }

    /// <summary>Returns the loss of an empty batch, or null if the batch has elements.</summary>
    protected Tensor? ForEmpty(Tensor prediction, int count)
    {
        if (count > 0 || Reduction == Reduction.None)
        {
            return null;
        }

        return OnEmpty == OnEmpty.Zero
            ? prediction.Sum()
            : throw new LossException($"{Name}: the batch {prediction.Shape} is empty. Skip empty batches, or set OnEmpty = OnEmpty.Zero.");
    }
}
