namespace Criterion.Losses;

/// <summary>A loss of images with a declared range: one value for each image before reduction.</summary>
public abstract record ImageLoss : Loss, IPredictionLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="range">The values of black and white.</param>
    /// <param name="reduction">How per-element losses are reduced.</param>
    protected ImageLoss(ImageRange range, Reduction reduction)
        : base(reduction) => Range = range;

    /// <summary><inheritdoc cref="ImageLoss(ImageRange, Reduction)" path="/param[@name='range']/node()"/></summary>
    public ImageRange Range { get; init; }

    /// <summary>Computes the loss of images.</summary>
    /// <param name="prediction">The prediction, [N, C, H, W], values in the declared range.</param>
    /// <param name="target">The target, of the same shape and range.</param>
    /// <returns>A scalar, or [N] with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ, or the images are too small.</exception>
    /// <exception cref="LossException">A value is outside the range, or the batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        CheckSameShape(prediction, target);
        ImageChecks.CheckImages(Name, prediction, nameof(prediction));
        CheckRanges(prediction, target);
        return ForEmpty(prediction, prediction.Count) ?? Compare(prediction, target);
    }

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => ImageCurves.Of(this with { Reduction = Reduction.None }, Range);

    /// <summary>Throws if a value is outside the declared range.</summary>
    private protected void CheckRanges(Tensor prediction, Tensor target)
    {
        ImageChecks.CheckRange(Name, Range, prediction, nameof(prediction));
        ImageChecks.CheckRange(Name, Range, target, nameof(target));
    }

    /// <summary>Computes the reduced loss of valid images.</summary>
    protected abstract Tensor Compare(Tensor prediction, Tensor target);
}
