namespace Criterion.Losses;

/// <summary>
/// The absolute error of edges: ℓ = mean |Sₕ∗x − Sₕ∗y| + mean |Sᵥ∗x − Sᵥ∗y| over pixels and channels, S the horizontal and the vertical
/// Sobel filter.
/// </summary>
/// <remarks>
/// Invariant to a shift in brightness: combine it with a loss of pixels. Images are padded by replication, so that the border is not an
/// edge. The filters are 1 2 1 by −1 0 1, not divided by 8. The gradient where both images have the same edge is 0.
/// </remarks>
[Catalogue(
    LossFamily.Image,
    Shapes = "prediction, target [N, C, H, W] → scalar",
    Source = "Sobel, Feldman, An isotropic 3 × 3 image gradient operator, 1968",
    Alternatives = "SsimLoss compares local structure, not absolute values; TotalVariationLoss smooths without a target.")]
public sealed record GradientLoss : Loss, IPredictionLoss
{
    static readonly double[] Sobel = [-1, 0, 1, -2, 0, 2, -1, 0, 1, -1, -2, -1, 0, 0, 0, 1, 2, 1];

    /// <summary>Initializes the loss.</summary>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public GradientLoss(Reduction reduction = Reduction.Mean)
        : base(reduction)
    {
    }

    /// <summary>Computes the loss of images.</summary>
    /// <param name="prediction">The prediction, [N, C, H, W] or one image [C, H, W], of any range.</param>
    /// <param name="target">The target, of the same shape.</param>
    /// <returns>A scalar, or [N] with <see cref="Reduction.None"/>; N is 1 for one image.</returns>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="LossException">The batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        (Tensor x, Tensor y) = ImageChecks.Pair(Name, prediction, target, nameof(prediction), nameof(target));
        if (ForEmpty(x, x.Count) is { } empty)
        {
            return empty;
        }

        Tensor errors = TensorFormula.Map(default(L1Loss.AbsoluteError), Edges(x.Floating()), Edges(y.Floating()));
        return Reduce(errors.Reshape(x.Shape[0], -1, 2, x.Shape[2] * x.Shape[3]).Mean([1, 3]).Sum(1));
    }

    /// <inheritdoc/>
    public override string ToLatex()
    {
        string Error(string filter) =>
            $@"\operatorname{{mean}} {TensorFormula.ToLatex(default(L1Loss.AbsoluteError), $@"{filter} \ast x", $@"{filter} \ast y")}";
        return $"{Error("S_h")} + {Error("S_v")}";
    }

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => ImageCurves.Of(this with { Reduction = Reduction.None }, ImageRange.ZeroOne);

    /// <summary>Applies both filters to every channel, [N · C, 2, H, W].</summary>
    static Tensor Edges(Tensor images)
    {
        Tensor x = images.Reshape(images.Shape[0] * images.Shape[1], 1, images.Shape[2], images.Shape[3]);
        Tensor filters = Tensor.From(Sobel, [2, 1, 3, 3]).To(x.DType);
        return x.PadReplicate(1, 1, 1, 1).Conv2d(filters);
    }
}
