using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Total variation, which smooths but preserves edges: the sum over channels and pixels of |x(i+1, j) − x(i, j)| + |x(i, j+1) − x(i, j)|,
/// or of the gradient magnitude √(Δ₁² + Δ₂²) with <see cref="Isotropic"/>.
/// </summary>
/// <remarks>
/// The gradient where neighbors are equal is 0. The isotropic form is rotation-invariant; in the last row and column the difference that
/// leaves the image is 0. The sum grows with the image: <see cref="PerPixel"/> divides it by C · H · W.
/// </remarks>
[Catalogue(
    LossFamily.Image,
    Shapes = "images [N, C, H, W] → scalar",
    Source = "Rudin, Osher, Fatemi, Nonlinear total variation based noise removal algorithms, 1992",
    Alternatives = "GradientLoss compares the edges of two images instead of penalizing all edges.")]
public sealed record TotalVariationLoss : Loss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="isotropic">Whether to sum gradient magnitudes instead of absolute differences. Default: false.</param>
    /// <param name="perPixel">Whether the sum is divided by the number of values of an image. Default: false.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public TotalVariationLoss(bool isotropic = false, bool perPixel = false, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Isotropic, PerPixel) = (isotropic, perPixel);

    /// <summary><inheritdoc cref="TotalVariationLoss(bool, bool, Reduction)" path="/param[@name='isotropic']/node()"/></summary>
    public bool Isotropic { get; init; }

    /// <summary><inheritdoc cref="TotalVariationLoss(bool, bool, Reduction)" path="/param[@name='perPixel']/node()"/></summary>
    public bool PerPixel { get; init; }

    /// <summary>Computes the total variation of images.</summary>
    /// <param name="images">The images, [N, C, H, W] or one image [C, H, W], of any range.</param>
    /// <returns>A scalar, or [N] with <see cref="Reduction.None"/>; N is 1 for one image.</returns>
    /// <exception cref="ShapeException">The tensor is not [N, C, H, W].</exception>
    /// <exception cref="LossException">The batch is empty.</exception>
    public Tensor Forward(Tensor images)
    {
        Tensor x = ImageChecks.Batch(Name, images, nameof(images)).Floating();
        return ForEmpty(x, x.Count) ?? Reduce(PerImage(x) * (PerPixel ? x.Shape[0] / (double)x.Count : 1));
    }

    /// <inheritdoc/>
    public override string ToLatex()
    {
        Latex here = new("x_{i,j}");
        Latex below = new("x_{i+1,j}");
        Latex right = new("x_{i,j+1}");
        Latex variation = Isotropic
            ? default(GradientMagnitude).Value(here, below, right)
            : default(L1Loss.AbsoluteError).Value(below, here) + default(L1Loss.AbsoluteError).Value(right, here);
        return (PerPixel ? @"\operatorname{mean}" : @"\sum_{c,i,j}") + $@" \left({variation}\right)";
    }

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
    [
        // A flat 4 × 4 image with one pixel raised by x.
        new("one pixel", "height", -1, 1, x =>
        {
            Tensor pixel = Tensor.From([.. Enumerable.Range(0, 16).Select(i => i == 5 ? 1.0 : 0)], [1, 1, 4, 4]).To(x.DType);
            return (this with { Reduction = Reduction.None }).Forward(x.Reshape(-1, 1, 1, 1) * pixel);
        }),
    ];

    Tensor PerImage(Tensor x)
    {
        (int height, int width) = (x.Shape[2], x.Shape[3]);
        if (Isotropic)
        {
            Tensor below = x.PadReplicate(0, 0, 0, 1).Narrow(2, 1, height);
            Tensor right = x.PadReplicate(0, 1).Narrow(3, 1, width);
            return TensorFormula.Map(default(GradientMagnitude), x, below, right).Sum([1, 2, 3]);
        }

        Tensor down = TensorFormula.Map(default(L1Loss.AbsoluteError), x.Narrow(2, 1, height - 1), x.Narrow(2, 0, height - 1));
        Tensor across = TensorFormula.Map(default(L1Loss.AbsoluteError), x.Narrow(3, 1, width - 1), x.Narrow(3, 0, width - 1));
        return down.Sum([1, 2, 3]) + across.Sum([1, 2, 3]);
    }

    /// <summary>√((below − here)² + (right − here)²), with derivative 0 where both are 0.</summary>
    readonly struct GradientMagnitude : ITernaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y, T z)
            where T : struct, IReal<T> => T.Hypot(y - x, z - x);
    }
}
