namespace Criterion.Losses;

/// <summary>
/// Hinge loss of several classes against the best of the others: ℓ = max(0, 1 + max(0, maxⱼ xⱼ) − x_y) over the classes j other than y.
/// </summary>
/// <remarks>
/// As in Keras's <c>CategoricalHinge</c>, whose one-hot rows put a 0 in the place of the target's score, the best other score is 0 or more.
/// Its gradient is 1 for the best other class if that is positive, and −1 for the target's, while the loss is positive. Equal best scores
/// share the gradient. Scores of a single class have no others: ℓ = max(0, 1 − x).
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction [N, C, d1, ...] or [C], target [N, d1, ...] of classes → scalar",
    Source = "Keras, CategoricalHinge; without the bound at 0: Crammer and Singer, On the algorithmic implementation of multiclass "
        + "kernel-based vector machines, 2001",
    Alternatives = "MultiMarginLoss compares with all other classes and has no bound at 0; CrossEntropyLoss gives probabilities.")]
public sealed record CategoricalHingeLoss : Loss, IPredictionLoss, IClassLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public CategoricalHingeLoss(Reduction reduction = Reduction.Mean)
        : base(reduction)
    {
    }

    /// <summary>Computes the loss of scores.</summary>
    /// <param name="prediction">The scores, [N, C, d₁, …] or [C].</param>
    /// <param name="target">The classes, Int64 of [N, d₁, …] or a scalar.</param>
    /// <returns>A scalar, or the loss of each row with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    /// <exception cref="LossException">A class is out of range, or the batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        int dim = prediction.Rank > 1 ? 1 : 0;
        CheckShapes(prediction, target, dim);
        Tensor classes = Classes(target, prediction.Shape[dim]);
        return ForEmpty(prediction, prediction.Count) ?? Reduce(PerRow(RowsLast(prediction, dim), classes));
    }

    /// <inheritdoc/>
    public override string ToLatex() => @"\max\left(0,\, 1 + \max\left(0,\, \max_{j \ne y} x_j\right) - x_y\right)";

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
    [
        new("the best other score is 1", "score of the target's class", -3, 5, static x => PerRow(
            Tensor.Stack([x, Tensor.OnesLike(x)], -1), Tensor.Zeros(x.Shape, DType.Int64))),
    ];

    static Tensor PerRow(Tensor rows, Tensor classes)
    {
        Tensor own = rows.Gather(-1, classes.Unsqueeze(-1)).Squeeze(-1);
        Tensor best = rows.MaskedFill(classes.OneHot(rows.Shape[-1], DType.Bool), 0).Max(-1);
        return (1 + best - own).Relu();
    }

    Tensor Classes(Tensor target, int count)
    {
        long[] classes = ValueChecks.ClassIndices(Name, target, nameof(target));
        int wrong = Array.FindIndex(classes, c => c < 0 || c >= count);
        return wrong < 0
            ? target
            : throw new LossException($"{Name}: target must be in [0, {count}), but element {wrong} is {classes[wrong]}.");
    }

    void CheckShapes(Tensor prediction, Tensor target, int dim)
    {
        if (prediction.Rank == 0 || prediction.Shape.Without(dim) != target.Shape)
        {
            throw new ShapeException(
                $"{Name}: prediction {prediction.Shape} and target {target.Shape} do not match. Pass scores [N, C, ...] and classes "
                + "[N, ...], or [C] and a scalar; for one-hot rows use target.ArgMax(1).");
        }
    }
}
