using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>
/// A loss of the windows of two images, averaged over each image: ℓₚ = f(W∗s₁, …, W∗s_K), where the statistics s are pointwise.
/// </summary>
public abstract record WindowLoss : ImageLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="range">The values of black and white.</param>
    /// <param name="reduction">How per-element losses are reduced.</param>
    protected WindowLoss(ImageRange range, Reduction reduction)
        : base(range, reduction)
    {
    }

    Cached<FusedWindows> _fused;

    /// <summary>Gets the formula with the options of this loss.</summary>
    protected internal abstract WindowFormula Formula { get; }

    /// <summary>Gets the window.</summary>
    protected internal abstract BlurWindow Window { get; }

    /// <inheritdoc/>
    public override string ToLatex() => Formula.ToLatex(["x", "y"]);

    /// <summary>Prepares images for the formula. Returns them unchanged by default.</summary>
    protected virtual Tensor Prepare(Tensor images) => images;

    /// <summary>Gets whether <see cref="Prepare"/> may change images.</summary>
    private protected virtual bool PreparesImages => true;

    internal override FusedLoss? EvaluateFused(in FusedInputs inputs)
    {
        FusedWindows fused = _fused.Of(this, static loss => new FusedWindows(loss.Formula, loss.Window, loss.PreparesImages));
        Shape shape = inputs.X.Shape;
        if (fused.PreparesImages || !inputs.AreOfOneShape || shape.Rank is not (3 or 4)
            || Math.Min(shape[-2], shape[-1]) < fused.Window.LeastSide)
        {
            return null;
        }

        CheckValues(inputs.X, inputs.Y);
        double scale = 1.0 / (Reduction == Reduction.Mean ? shape.CountOf(0, shape.Rank - 2) : shape[-3]);
        return new(fused.Formula.FusedSum(inputs, new(fused.Window, shape[-2], shape[-1], fused.Weights), scale));
    }

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor prediction, Tensor target)
    {
        (Tensor x, Tensor y) = (Prepare(prediction), Prepare(target));
        ImageChecks.CheckSide(Name, x, Window.LeastSide, $" for a window of {Window.Size} with border {Window.Border}");
        int channels = x.Shape[1];
        return Reduction switch
        {
            Reduction.Mean => Formula.Sum(Window, x, y, 1.0 / (x.Shape[0] * channels)),
            Reduction.Sum => Formula.Sum(Window, x, y, 1.0 / channels),
            _ => Formula.Windows(Window, x, y).Mean(1),
        };
    }

    /// <summary>The formula, the window and its weights, which the options of a loss determine.</summary>
    sealed class FusedWindows(WindowFormula formula, BlurWindow window, bool preparesImages)
    {
        public WindowFormula Formula { get; } = formula;

        public BlurWindow Window { get; } = window;

        public double[] Weights { get; } = window.Weights();

        public bool PreparesImages { get; } = preparesImages;
    }
}
