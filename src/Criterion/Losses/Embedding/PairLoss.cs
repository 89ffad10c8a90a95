using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>A loss of pairs of rows that are similar or dissimilar. The per-row number of its formula is the target.</summary>
public abstract record PairLoss : RowLoss, IEmbeddingLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="reduction">How per-element losses are reduced.</param>
    protected PairLoss(Reduction reduction)
        : base(reduction)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> InputNames => ["x_1", "x_2"];

    /// <summary>Computes the loss of pairs.</summary>
    /// <param name="x1">The first rows, [N, D], or [D] for a single pair.</param>
    /// <param name="x2">The second rows, of the same shape.</param>
    /// <param name="target">1 for similar, −1 for dissimilar: [N], or a scalar or [1] for a single pair.</param>
    /// <param name="weights">
    /// The weight of each pair, of the target's shape, or null; the mean still divides by the number of pairs. Default: null.
    /// </param>
    /// <returns>A scalar, or the loss of each pair with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    /// <exception cref="LossException">A target is invalid, or the batch is empty.</exception>
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

    internal override FusedLoss? EvaluateFused(in FusedInputs inputs)
    {
        if (inputs.X.Shape != inputs.Y.Shape || !Fits(inputs.X.Shape, inputs.Z!.Shape))
        {
            return null;
        }

        CheckTargets(inputs.Z);
        return FuseRows(inputs, inputs.X.Shape[-1], inputs.Z.Elements);
    }

    /// <summary>Throws if a target means neither similar nor dissimilar.</summary>
    protected virtual void CheckTargets(Tensor target) => ValueChecks.AreSigns(
        Name, target, "1 (similar) or −1 (dissimilar)", "For 1 and 0, or true and false, use 2 * target - 1.");

    /// <summary>Computes the reduced loss of valid pairs.</summary>
    protected virtual Tensor Evaluate(Tensor x1, Tensor x2, Tensor target, Tensor? weights) =>
        weights is null ? Evaluate([x1, x2], target) : Reduce(PairLosses(x1, x2, target, weights));

    /// <summary>Computes the weighted loss of each pair.</summary>
    protected Tensor PairLosses(Tensor x1, Tensor x2, Tensor target, Tensor? weights)
    {
        Tensor losses = Formula.Rows([x1, x2], target);
        return weights is null ? losses : losses * weights.Reshape(losses.Shape);
    }

    /// <summary>Returns the loss of pairs as a function of one number, for similar and for dissimilar pairs.</summary>
    protected IEnumerable<LossCurve> PairCurves(string axis, double from, double to, Func<Tensor, (Tensor X1, Tensor X2)> pairs)
    {
        LossCurve Curve(string name, double target) => new(name, axis, from, to, x =>
        {
            (Tensor x1, Tensor x2) = pairs(x);
            return Formula.Rows([x1, x2], Tensor.FullLike(x, target));
        });
        return [Curve("similar", 1), Curve("dissimilar", -1)];
    }

    static bool Fits(Shape rows, Shape target) => rows.Rank switch
    {
        1 => target.Count == 1 && target.Rank <= 1,
        2 => target == [rows[0]],
        _ => false,
    };

    void CheckShapes(Tensor x1, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (!Fits(x1.Shape, target.Shape))
        {
            throw new ShapeException(
                $"{Name}: x1 {x1.Shape} and target {target.Shape} do not match: [N, D] needs [N], and [D] needs a scalar. "
                + "Reshape the target, or flatten the embeddings.");
        }
    }
}

/// <summary>
/// A loss of pairs by their distance, which also accepts a target of 0 for dissimilar. The per-row number of its formula is the target.
/// </summary>
public abstract record PairDistanceLoss : PairLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="reduction">How per-element losses are reduced.</param>
    protected PairDistanceLoss(Reduction reduction)
        : base(reduction)
    {
    }

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        PairCurves("distance", 0, 2, d => (d.Unsqueeze(-1), Tensor.ZerosLike(d).Unsqueeze(-1)));

    /// <inheritdoc/>
    protected override void CheckTargets(Tensor target) =>
        ValueChecks.AreSignsOrZero(Name, target, "1 (similar), or 0 or −1 (dissimilar)");
}
