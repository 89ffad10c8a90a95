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
    /// <param name="prediction">The prediction, [N, C, H, W] or one image [C, H, W], values in the declared range.</param>
    /// <param name="target">The target, of the same shape and range.</param>
    /// <returns>A scalar; with <see cref="Reduction.None"/> [N], or [1] for one image.</returns>
    /// <exception cref="ShapeException">The shapes differ, or the images are too small.</exception>
    /// <exception cref="LossException">A value is outside the range, or the batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        (Tensor x, Tensor y) = ImageChecks.Pair(Name, prediction, target, nameof(prediction), nameof(target));
        CheckValues(prediction, target);
        return ForEmpty(x, x.Count) ?? Compare(x.Floating(), y.Floating());
    }

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => ImageCurves.Of(this with { Reduction = Reduction.None }, Range);

    /// <summary>Throws if the images have their channels last, or a value is outside the declared range.</summary>
    private protected void CheckValues(Tensor prediction, Tensor target)
    {
        ImageChecks.CheckChannels(Name, prediction, nameof(prediction));
        ImageChecks.CheckRange(Name, Range, prediction, nameof(prediction));
        ImageChecks.CheckRange(Name, Range, target, nameof(target));
    }

    /// <summary>Computes the reduced loss of valid images.</summary>
    protected abstract Tensor Compare(Tensor prediction, Tensor target);
}
