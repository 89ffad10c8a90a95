using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>A per-element loss: ℓᵢ = f(xᵢ, yᵢ), x the prediction and y the target.</summary>
public abstract record PointwiseLoss : Loss, IPredictionLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="reduction">How per-element losses are reduced.</param>
    protected PointwiseLoss(Reduction reduction)
        : base(reduction)
    {
    }

    Cached<BinaryFormula> _formula;

    /// <summary>Gets the formula f with the options of this loss.</summary>
    protected internal abstract BinaryFormula Formula { get; }

    /// <summary>Computes the loss of a prediction.</summary>
    /// <param name="prediction">The prediction, of any shape.</param>
    /// <param name="target">The target, of the same shape; integers and masks count as numbers.</param>
    /// <returns>A scalar, or the shape of the prediction with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="LossException">The batch is empty, or a value is outside the domain of the loss.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        CheckSameShape(prediction, target);
        if (IsNaNOutsideDomain)
        {
            return ForEmpty(prediction, prediction.Count) ?? EvaluateThenCheck(
                () => Evaluate(prediction, target), () => Check(prediction, target));
        }

        Check(prediction, target);
        return ForEmpty(prediction, prediction.Count) ?? Evaluate(prediction, target);
    }

    /// <inheritdoc/>
    public override string ToLatex() => Formula.ToLatex("x", "y");

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [Curve("y = 0", 0)];

    /// <summary>Returns the loss of a range of predictions against one target.</summary>
    protected LossCurve Curve(string name, double target, double from = -3, double to = 3) =>
        new(name, "x", from, to, x => Formula.Map(x, Tensor.FullLike(x, target)));

    /// <summary>Throws if a value is outside the domain of the loss.</summary>
    protected virtual void Check(Tensor prediction, Tensor target)
    {
    }

    /// <summary>
    /// Gets whether the formula is NaN where <see cref="Check"/> throws. A finite result then proves that all values are valid, so the
    /// check is skipped.
    /// </summary>
    private protected virtual bool IsNaNOutsideDomain => false;

    /// <summary>Gets whether <see cref="Evaluate"/> applies weights.</summary>
    private protected virtual bool IsWeighted => false;

    internal override FusedLoss? EvaluateFused(in FusedInputs inputs)
    {
        if (IsWeighted || !inputs.AreOfOneShape)
        {
            return null;
        }

        if (!IsNaNOutsideDomain)
        {
            Check(inputs.X, inputs.Y);
        }

        BinaryFormula formula = _formula.Of(this, static loss => loss.Formula);
        double value = formula.FusedSum(inputs, Reduction == Reduction.Mean ? 1.0 / inputs.X.Count : 1);
        return IsNaNOutsideDomain && double.IsNaN(value)
            ? null
            : new(value, Reduction == Reduction.BatchMean ? BatchSize(inputs.X) : 1);
    }

    /// <summary>Evaluates and reduces the formula. A loss with weights overrides this.</summary>
    protected virtual Tensor Evaluate(Tensor prediction, Tensor target) => Reduction switch
    {
        Reduction.Mean => Formula.Mean(prediction, target),
        Reduction.Sum => Formula.Sum(prediction, target),
        Reduction.BatchMean => Formula.Sum(prediction, target) / BatchSize(prediction),
        _ => Formula.Map(prediction, target),
    };
}
