using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>A loss of every element on its own: ℓᵢ = f(xᵢ, yᵢ), x the prediction and y the target.</summary>
/// <param name="Reduction">What becomes of the losses of single elements.</param>
public abstract record PointwiseLoss(Reduction Reduction) : Loss(Reduction), IPredictionLoss
{
    /// <summary>The formula f with this loss's options.</summary>
    protected internal abstract BinaryFormula Formula { get; }

    /// <summary>The loss of a prediction.</summary>
    /// <param name="prediction">Any shape.</param>
    /// <param name="target">The same shape.</param>
    /// <returns>A scalar, or the shape of the prediction with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="LossException">Nothing to compare, or a value on which the loss is not defined.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        CheckSameShape(prediction, target);
        if (IsNaNOutsideDomain)
        {
            return ForEmpty(prediction, prediction.Count) ?? EvaluateThenCheck(() => Evaluate(prediction, target), () => Check(prediction, target));
        }

        Check(prediction, target);
        return ForEmpty(prediction, prediction.Count) ?? Evaluate(prediction, target);
    }

    /// <inheritdoc/>
    public override string ToLatex() => Formula.ToLatex("x", "y");

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [Curve("y = 0", 0)];

    /// <summary>The loss of predictions in a range against one target.</summary>
    protected LossCurve Curve(string name, double target, double from = -3, double to = 3) =>
        new(name, "x", from, to, x => Formula.Map(x, Tensor.FullLike(x, target)));

    /// <summary>Says which values the loss is not defined on.</summary>
    protected virtual void Check(Tensor prediction, Tensor target)
    {
    }

    /// <summary>Whether the formula is NaN on the values that <see cref="Check"/> refuses, so that a number as a result says that there are none.</summary>
    private protected virtual bool IsNaNOutsideDomain => false;

    /// <summary>The reduced formula; a loss with weights adds them here.</summary>
    protected virtual Tensor Evaluate(Tensor prediction, Tensor target) => Reduction switch
    {
        Reduction.Mean => Formula.Mean(prediction, target),
        Reduction.Sum => Formula.Sum(prediction, target),
        Reduction.BatchMean => Formula.Sum(prediction, target) / BatchSize(prediction),
        _ => Formula.Map(prediction, target),
    };
}
