using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// One minus structural similarity: ℓ = mean over windows of 1 − s, in [0, 2], or half of it with <see cref="Halved"/>; s = (2μₓμᵧ +
/// C₁)(2σₓᵧ + C₂) / ((μₓ² + μᵧ² + C₁)(σₓ² + σᵧ² + C₂)).
/// </summary>
/// <remarks>
/// The loss of identical images is 0; inverted ones have a negative similarity and a loss above 1. Where both images are flat the gradient
/// is that of the luminance term alone. Images of any <see cref="ImageRange"/> are measured from black, so that an image has the same
/// similarity in every range; libraries that take data in [−1, 1] as it is differ. Moments are summed in double precision. The similarity
/// itself is <see cref="Metrics.SsimIndex"/>.
/// </remarks>
[Catalogue(
    LossFamily.Image,
    Shapes = "prediction, target [N, C, H, W] → scalar",
    Source = "Wang, Bovik, Sheikh, Simoncelli, Image quality assessment: from error visibility to structural similarity, 2004, equation 13",
    Alternatives = "MultiScaleSsimLoss compares coarse structure too; MsSsimL1Loss preserves colors and brightness, to which similarity "
        + "is nearly invariant; L1Loss where every pixel has the same weight.")]
public sealed record SsimLoss : WindowLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="range">The values of black and white.</param>
    /// <param name="preset">A named set of conventions. Default: Wang2004.</param>
    /// <param name="halved">Whether the loss is (1 − s) / 2, in [0, 1], instead of 1 − s. Default: false.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public SsimLoss(ImageRange range, SsimPreset preset = SsimPreset.Wang2004, bool halved = false, Reduction reduction = Reduction.Mean)
        : base(range, reduction) => (Preset, Halved) = (preset, halved);

    /// <summary><inheritdoc cref="SsimLoss(ImageRange, SsimPreset, bool, Reduction)" path="/param[@name='preset']/node()"/></summary>
    public SsimPreset Preset { get; init; }

    /// <summary><inheritdoc cref="SsimLoss(ImageRange, SsimPreset, bool, Reduction)" path="/param[@name='halved']/node()"/></summary>
    public bool Halved { get; init; }

    /// <summary>Gets options that replace those of <see cref="Preset"/>. Default: null.</summary>
    public SsimOptions? Options { get; init; }

    /// <inheritdoc/>
    protected internal override WindowFormula Formula =>
        WindowFormula.From(new Dissimilarity(new Similarity(EffectiveOptions, Range), Halved ? 0.5 : 1));

    /// <inheritdoc/>
    protected internal override BlurWindow Window => EffectiveOptions.Window;

    SsimOptions EffectiveOptions => Options ?? SsimOptions.Of(Preset);

    private protected override bool PreparesImages => EffectiveOptions.Downsample;

    /// <inheritdoc/>
    protected override Tensor Prepare(Tensor images) => EffectiveOptions.Prepare(images);

    /// <summary>scale · (1 − s).</summary>
    internal readonly struct Dissimilarity(Similarity similarity, double scale) : IWindowFormula
    {
        public static int StatisticCount => Similarity.StatisticCount;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T x, T y)
            where T : struct, IReal<T> => similarity.Terms(x, y);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Statistics<T> means)
            where T : struct, IReal<T>
        {
            T distance = 1 - similarity.Value(means);
            return scale == 1 ? distance : scale * distance;
        }
    }

    /// <summary>
    /// The similarity s of a window; with <paramref name="contrastOnly"/> its second factor (2σₓᵧ + C₂) / (σₓ² + σᵧ² + C₂).
    /// </summary>
    internal readonly struct Similarity(SsimOptions options, ImageRange range, Flag contrastOnly = default) : IWindowFormula
    {
        readonly double _black = range.Black();
        readonly double _luminance = Math.Pow(options.K1 * range.Extent(), 2);
        readonly double _contrast = Math.Pow(options.K2 * range.Extent(), 2);
        readonly double _epsilon = options.Epsilon;
        readonly double _correction = options.SampleVariance ? 1 / (1 - Math.Pow(options.WindowSize, -2)) : 1;
        readonly Flag _contrastOnly = contrastOnly;

        public static int StatisticCount => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T a = FromBlack(x);
            T b = FromBlack(y);
            return new(a, b, (a * a) + (b * b), a * b);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Statistics<T> means)
            where T : struct, IReal<T>
        {
            T two = T.Const(2);
            T product = means.First * means.Second;
            T squares = (means.First * means.First) + (means.Second * means.Second);
            T above = (two * Corrected(means.Fourth - product)) + _contrast;
            T below = Corrected(means.Third - squares) + _contrast;
            if (_contrastOnly)
            {
                return above / below;
            }

            above = ((two * product) + _luminance) * above;
            below = (squares + _luminance) * below;
            return above / (_epsilon == 0 ? below : below + _epsilon);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        T FromBlack<T>(T x)
            where T : struct, IReal<T> => _black == 0 ? x : x - _black;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        T Corrected<T>(T variance)
            where T : struct, IReal<T> => _correction == 1 ? variance : _correction * variance;
    }
}
