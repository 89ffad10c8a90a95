using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>A loss of every window of two images, averaged over each image: ℓₚ = f(W∗s₁, …, W∗s_K), with statistics s that are pointwise.</summary>
/// <typeparam name="TFormula">The formula f.</typeparam>
/// <param name="Range">What black and white are.</param>
/// <param name="Reduction">What becomes of the losses of single images.</param>
public abstract record WindowLoss<TFormula>(ImageRange Range, Reduction Reduction) : Loss(Reduction), IPredictionLoss
    where TFormula : struct, IWindowFormula
{
    /// <summary>The formula with this loss's options.</summary>
    protected internal abstract TFormula Formula { get; }

    /// <summary>The window.</summary>
    protected internal abstract BlurWindow Window { get; }

    /// <summary>The loss of images.</summary>
    /// <param name="prediction">[N, C, H, W] in the stated range.</param>
    /// <param name="target">The same shape and range.</param>
    /// <returns>A scalar, or [N] with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ, or the images are smaller than the window.</exception>
    /// <exception cref="LossException">A value lies outside the range, or the batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        CheckSameShape(prediction, target);
        ImageChecks.CheckImages(Name, prediction, nameof(prediction));
        ImageChecks.CheckRange(Name, Range, prediction, nameof(prediction));
        ImageChecks.CheckRange(Name, Range, target, nameof(target));
        return ForEmpty(prediction, prediction.Count) ?? Evaluate(Prepare(prediction), Prepare(target));
    }

    /// <inheritdoc/>
    public override string ToLatex() => Formulas.Formula.ToLatex(Formula, ["x", "y"]);

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => ImageCurves.Of(this with { Reduction = Reduction.None }, Range);

    /// <summary>What is done to the images before; nothing unless a loss says so.</summary>
    protected virtual Tensor Prepare(Tensor images) => images;

    Tensor Evaluate(Tensor x, Tensor y)
    {
        ImageChecks.CheckSide(Name, x, Window.LeastSide, $" for a window of {Window.Size} with border {Window.Border}");
        int channels = x.Shape[1];
        return Reduction switch
        {
            Reduction.Mean => Formulas.Formula.WindowSum(Formula, Window, x, y, 1.0 / (x.Shape[0] * channels)),
            Reduction.Sum => Formulas.Formula.WindowSum(Formula, Window, x, y, 1.0 / channels),
            _ => Formulas.Formula.Windows(Formula, Window, x, y).Mean(1),
        };
    }
}
