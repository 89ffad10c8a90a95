using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>A loss of pairs of rows that are of one kind or not.</summary>
/// <param name="Reduction">What becomes of the losses of single pairs.</param>
public abstract record PairLoss(Reduction Reduction) : RowLoss(Reduction)
{
    /// <inheritdoc/>
    protected override IReadOnlyList<string> InputNames => ["x_1", "x_2"];

    /// <summary>The loss of pairs.</summary>
    /// <param name="x1">[N, D], or [D] for a single pair.</param>
    /// <param name="x2">The same shape.</param>
    /// <param name="target">[N], or a scalar or [1] for a single pair: 1 for similar, −1 for dissimilar.</param>
    /// <param name="weights">A factor for the loss of each pair, of the target's shape, or null; the mean still divides by the number of pairs.</param>
    /// <returns>A scalar, or one loss for each pair with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">Shapes do not go together.</exception>
    /// <exception cref="LossException">A target that says neither, or the batch is empty.</exception>
    public Tensor Forward(Tensor x1, Tensor x2, Tensor target, Tensor? weights = null)
    {
        CheckSameShape(x1, x2);
        CheckShapes(x1, target);
        CheckTargets(target);
        if (weights is not null)
        {
            CheckSameShape(target, weights);
        }

        return ForEmpty(x1, x1.Count) ?? Evaluate(x1, x2, target, weights);
    }

    /// <summary>Says which targets mean neither similar nor dissimilar.</summary>
    protected virtual void CheckTargets(Tensor target) => ValueChecks.AreSigns(Name, target, "1 (similar) or −1 (dissimilar)");

    /// <summary>The reduced loss of pairs that were checked.</summary>
    protected virtual Tensor Evaluate(Tensor x1, Tensor x2, Tensor target, Tensor? weights) =>
        weights is null ? Evaluate([x1, x2], target) : Reduce(PairLosses(x1, x2, target, weights));

    /// <summary>The weighted losses of single pairs.</summary>
    protected Tensor PairLosses(Tensor x1, Tensor x2, Tensor target, Tensor? weights)
    {
        Tensor losses = Formula.Rows([x1, x2], target);
        return weights is null ? losses : losses * weights.Reshape(losses.Shape);
    }

    /// <summary>The loss of pairs along one number, of similar pairs and of dissimilar ones.</summary>
    protected IEnumerable<LossCurve> PairCurves(string axis, double from, double to, Func<Tensor, (Tensor X1, Tensor X2)> pairs)
    {
        LossCurve Curve(string name, double target) => new(name, axis, from, to, x =>
        {
            (Tensor x1, Tensor x2) = pairs(x);
            return Formula.Rows([x1, x2], Tensor.FullLike(x, target));
        });
        return [Curve("similar", 1), Curve("dissimilar", -1)];
    }

    void CheckShapes(Tensor x1, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(target);
        bool fits = x1.Rank switch
        {
            1 => target.Count == 1 && target.Rank <= 1,
            2 => target.Shape == [x1.Shape[0]],
            _ => false,
        };
        if (!fits)
        {
            throw new ShapeException(
                $"{Name}: x1 {x1.Shape} and target {target.Shape} do not go together: [N, D] goes with [N], [D] with a scalar. Reshape the target, or flatten the embeddings.");
        }
    }
}

/// <summary>A loss of pairs by their distance, which also takes a target of 0 for dissimilar.</summary>
/// <param name="Reduction">What becomes of the losses of single pairs.</param>
public abstract record PairDistanceLoss(Reduction Reduction) : PairLoss(Reduction)
{
    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => PairCurves("distance", 0, 2, d => (d.Unsqueeze(-1), Tensor.ZerosLike(d).Unsqueeze(-1)));

    /// <inheritdoc/>
    protected override void CheckTargets(Tensor target) =>
        ValueChecks.AreSignsOrZero(Name, target, "1 (similar), or 0 or −1 (dissimilar)");
}
