using System.Runtime.CompilerServices;
using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Negative peak signal-to-noise ratio in decibels: ℓ = −10 log₁₀(R² / MSE) for each image, R the extent of the range. At least
/// −<see cref="Cap"/>.
/// </summary>
/// <remarks>
/// The ratio of identical images is infinite: from the cap on the loss is −Cap and the gradient 0. Below the cap the gradient grows as 1 /
/// √MSE, so that nearly identical images have the largest; MSELoss has the same minimum without this. The ratio itself is
/// <see cref="Metrics.Psnr"/>.
/// </remarks>
[Catalogue(
    LossFamily.Image,
    Shapes = "prediction, target [N, C, H, W] → scalar",
    Source = "The article's formula takes the root of the error first, which halves the decibels; "
        + "this is the customary definition (ITU-T J.340)",
    Alternatives = "MSELoss for a gradient that vanishes as images agree; SsimLoss where structure matters more than single pixels.")]
public sealed record PsnrLoss : RowLoss, IPredictionLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="range">The values of black and white.</param>
    /// <param name="cap">The largest ratio in decibels; higher ones are equal to it. Must be positive. Default: 100.</param>
    /// <param name="pooled">
    /// Whether the error is averaged over all images of a batch first, instead of averaging the ratios of images. Default: false.
    /// </param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public PsnrLoss(ImageRange range, double cap = 100, bool pooled = false, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Range, Cap, Pooled) = (range, cap, pooled);

    /// <summary><inheritdoc cref="PsnrLoss(ImageRange, double, bool, Reduction)" path="/param[@name='range']/node()"/></summary>
    public ImageRange Range { get; init; }

    /// <summary><inheritdoc cref="PsnrLoss(ImageRange, double, bool, Reduction)" path="/param[@name='pooled']/node()"/></summary>
    public bool Pooled { get; init; }

    /// <summary><inheritdoc cref="PsnrLoss(ImageRange, double, bool, Reduction)" path="/param[@name='cap']/node()"/></summary>
    public double Cap { get; init => field = Require.Positive(value, nameof(PsnrLoss)); }

    /// <inheritdoc/>
    protected internal override RowFormula Formula => RowFormula.From(new Decibels(Range.Extent(), Cap));

    /// <inheritdoc/>
    protected override string PerRowName => "n";

    /// <summary>Computes the loss of images.</summary>
    /// <param name="prediction">The prediction, [N, C, H, W] or one image [C, H, W], values in the declared range.</param>
    /// <param name="target">The target, of the same shape and range.</param>
    /// <returns>A scalar; with <see cref="Reduction.None"/> [N], or [1] for one image or when pooled.</returns>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="LossException">A value is outside the range, or the batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        (Tensor x, Tensor y) = ImageChecks.Pair(Name, prediction, target, nameof(prediction), nameof(target));
        Check(prediction, target);
        int images = Pooled && x.Count > 0 ? 1 : x.Shape[0];
        int pixels = x.Count / Math.Max(1, images);
        return Evaluate(
            [x.Floating().Reshape(images, pixels), y.Floating().Reshape(images, pixels)],
            Tensor.Full([images], pixels, DType.Float64));
    }

    internal override FusedLoss? EvaluateFused(in FusedInputs inputs)
    {
        if (!inputs.AreOfOneShape || inputs.X.Rank is not (3 or 4))
        {
            return null;
        }

        Check(inputs.X, inputs.Y);
        int images = Pooled || inputs.X.Rank == 3 ? 1 : inputs.X.Shape[0];
        int pixels = inputs.X.Count / images;
        using Scratch perRow = new(inputs.X.DType, images);
        perRow.Fill(pixels);
        return FuseRows(inputs, pixels, perRow.Elements);
    }

    void Check(Tensor prediction, Tensor target)
    {
        ImageChecks.CheckChannels(Name, prediction, nameof(prediction));
        ImageChecks.CheckRange(Name, Range, prediction, nameof(prediction));
        ImageChecks.CheckRange(Name, Range, target, nameof(target));
    }

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        ImageCurves.Of(this with { Pooled = false, Reduction = Reduction.None }, Range).Select(curve => curve with { From = 0.005 });

    /// <summary>10 log₁₀ max(Σ (x − y)² / (R² n), 10^(−cap/10)), n the values of an image.</summary>
    internal readonly struct Decibels(double extent, double cap) : IRowFormula
    {
        public static int Arity => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T>
        {
            T difference = a - b;
            return Statistics<T>.Of(difference * difference);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T>
        {
            T error = sums.First / (extent == 1 ? t : (extent * extent) * t);
            return (10 / Math.Log(10)) * T.Log(T.Max(error, T.Const(Math.Pow(10, -cap / 10))));
        }
    }
}
