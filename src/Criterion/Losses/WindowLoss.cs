using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>A loss of every window of two images, averaged over each image: ℓₚ = f(W∗s₁, …, W∗s_K), with statistics s that are pointwise.</summary>
/// <param name="Range">What black and white are.</param>
/// <param name="Reduction">What becomes of the losses of single images.</param>
public abstract record WindowLoss(ImageRange Range, Reduction Reduction) : ImageLoss(Range, Reduction)
{
    /// <summary>The formula with this loss's options.</summary>
    protected internal abstract WindowFormula Formula { get; }

    /// <summary>The window.</summary>
    protected internal abstract BlurWindow Window { get; }

    /// <inheritdoc/>
    public override string ToLatex() => Formula.ToLatex(["x", "y"]);

    /// <summary>What is done to the images before; nothing unless a loss says so.</summary>
    protected virtual Tensor Prepare(Tensor images) => images;

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
}
