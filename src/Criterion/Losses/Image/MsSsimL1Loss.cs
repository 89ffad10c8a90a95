using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Structural similarity with five window widths, mixed with absolute error: ℓ = scale · mean over pixels of α (1 − Π l₅ c₁ c₂ c₃ c₄ c₅) +
/// (1 − α) G₅∗|x − y| / R. The product is over windows and channels, and the error is averaged over channels.
/// </summary>
/// <remarks>
/// The windows are 33 × 33 Gaussians with σ = 0.5, 1, 2, 4, 8 on the image at full size, with zero padding and no exponents. Kornia's
/// <c>MS_SSIMLoss</c> is <c>Alpha = 0.025, Scale = 200</c>, except that its windows of color images differ from those in its documentation
/// (each channel has other σ); here each channel has all five.
/// </remarks>
[Catalogue(
    LossFamily.Image,
    Shapes = "prediction, target [N, C, H, W] → scalar",
    Source = "Zhao, Gallo, Frosio, Kautz, Loss functions for image restoration with neural networks, 2017, equation 9",
    Alternatives = "SsimLoss + L1Loss with weights of your own is faster and similar; MultiScaleSsimLoss has no error term.")]
public sealed record MsSsimL1Loss : ImageLoss
{
    const int WindowSize = 33;

    static readonly double[] Sigmas = [0.5, 1, 2, 4, 8];

    /// <summary>Initializes the loss.</summary>
    /// <param name="range">The values of black and white.</param>
    /// <param name="alpha">The weight of similarity, in [0, 1]. Default: 0.84.</param>
    /// <param name="scale">A positive factor. Default: 1.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public MsSsimL1Loss(ImageRange range, double alpha = 0.84, double scale = 1, Reduction reduction = Reduction.Mean)
        : base(range, reduction) => (Alpha, Scale) = (alpha, scale);

    /// <summary><inheritdoc cref="MsSsimL1Loss(ImageRange, double, double, Reduction)" path="/param[@name='alpha']/node()"/></summary>
    public double Alpha { get; init => field = Require.InUnitInterval(value, nameof(MsSsimL1Loss)); }

    /// <summary><inheritdoc cref="MsSsimL1Loss(ImageRange, double, double, Reduction)" path="/param[@name='scale']/node()"/></summary>
    public double Scale { get; init => field = Require.Positive(value, nameof(MsSsimL1Loss)); }

    /// <inheritdoc/>
    public override string ToLatex()
    {
        string similarity = TensorFormula.ToLatex(new SsimLoss.Similarity(new SsimOptions(), Range), ["x", "y"]);
        string contrast = TensorFormula.ToLatex(new SsimLoss.Similarity(new SsimOptions(), Range, contrastOnly: true), ["x", "y"]);
        string error = TensorFormula.ToLatex(default(BlurredError), ["x", "y"]);
        string mix =
            $@"{Latex.Const(Alpha)} \cdot \left(1 - \left({similarity}\right)_5 \cdot \prod_{{j=1}}^{{4}} \left({contrast}\right)_j\right)"
            + $@" + {Latex.Const(1 - Alpha)} \cdot \frac{{\left({error}\right)_5}}{{{Latex.Const(Range.Extent())}}}";
        return Scale == 1 ? mix : $@"{Latex.Const(Scale)} \cdot \left({mix}\right)";
    }

    static BlurWindow Window(int scale) => new(WindowSize, Sigmas[scale], WindowBorder.Zero);

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor prediction, Tensor target) => Reduce(PerImage(prediction, target));

    Tensor PerImage(Tensor x, Tensor y)
    {
        int last = Sigmas.Length - 1;
        Tensor product = TensorFormula.WindowMap(new SsimLoss.Similarity(new SsimOptions(), Range), Window(last), x, y);
        for (int scale = 0; scale < last; scale++)
        {
            product *= TensorFormula.WindowMap(new SsimLoss.Similarity(new SsimOptions(), Range, contrastOnly: true), Window(scale), x, y);
        }

        Tensor similarity = product.Narrow(1, 0, 1);
        for (int channel = 1; channel < x.Shape[1]; channel++)
        {
            similarity *= product.Narrow(1, channel, 1);
        }

        Tensor error = TensorFormula.Windows(default(BlurredError), Window(last), x, y).Mean(1) / Range.Extent();
        return (((1 - similarity.Flatten(1).Mean(1)) * Alpha) + (error * (1 - Alpha))) * Scale;
    }

    /// <summary>W∗|x − y|.</summary>
    readonly struct BlurredError : IWindowFormula
    {
        public static int StatisticCount => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T x, T y)
            where T : struct, IReal<T> => Statistics<T>.Of(T.Abs(x - y));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Statistics<T> means)
            where T : struct, IReal<T> => means.First;
    }
}
