using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Pulls the encodings of a batch apart: Σ_{i≠j} cos²(sᵢ, sⱼ) / (N (N − 1)), 0 where all are orthogonal and 1 where all are collinear.
/// </summary>
/// <remarks>
/// For the discriminator's encodings of generated images in an <see cref="EnergyBasedGanLoss"/> GAN, added to the generator's loss. An
/// encoding of zeros is treated as orthogonal to all others, with a gradient of 0. Where there are at least twice as many images as
/// dimensions D, ‖S Sᵀ‖² = ‖Sᵀ S‖² is computed from the smaller <c>[D, D]</c> product: memory never exceeds a few times that of the
/// encodings.
/// </remarks>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "encodings [N, ...] → scalar",
    Source = "Zhao, Mathieu, LeCun, Energy-based generative adversarial network, 2016, equation 4",
    Alternatives = "MeanFeatureMatchingLoss matches the mean of features instead of increasing variety within the batch.")]
public sealed record PullingAwayPenalty : ICriterion
{
    const double Epsilon = 1e-12;

    /// <summary>Initializes the penalty.</summary>
    /// <param name="weight">The weight; must be 0 or more. 0.1 in the paper. Default: 0.1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is negative.</exception>
    public PullingAwayPenalty(double weight = 0.1) => Weight = weight;

    /// <summary><inheritdoc cref="PullingAwayPenalty(double)" path="/param[@name='weight']/node()"/></summary>
    public double Weight { get; init => field = Require.NonNegative(value, nameof(PullingAwayPenalty)); }

    /// <summary>Computes the weighted mean of squared cosines.</summary>
    /// <param name="encodings">One encoding for each of at least two images, [N, ...].</param>
    /// <exception cref="ShapeException">There are fewer than two encodings, or they are scalars.</exception>
    public Tensor Forward(Tensor encodings)
    {
        ArgumentNullException.ThrowIfNull(encodings);
        if (encodings.Rank < 2 || encodings.Shape[0] < 2 || encodings.Count == 0)
        {
            throw new ShapeException(
                $"PullingAwayPenalty: encodings {encodings.Shape} must be [N, ...] with at least two images. Use a larger batch.");
        }

        Tensor s = encodings.Flatten(1);
        Tensor unit = s / TensorFormula.Map(default(Hypotenuse), s.Norm(1, keepDim: true), Tensor.Scalar(Math.Sqrt(Epsilon), s.DType));
        int n = unit.Shape[0];
        Tensor sum = 2 * unit.Shape[1] <= n ? SumOfAll(unit.Transpose().MatMul(unit)) - SumOfSquaredLengths(unit) : OffDiagonal(unit);
        return sum * (Weight / ((double)n * (n - 1)));
    }

    /// <inheritdoc/>
    public string ToLatex() =>
        $@"{TensorFormula.ToLatex(new Scaled(Weight), @"\frac{1}{N (N - 1)}")}"
        + $@" \sum_{{i \ne j}} \left(\frac{{s_i \cdot s_j}}{{\left\|s_i\right\| \left\|s_j\right\|}}\right)^{{2}}";

    /// <inheritdoc/>
    public IEnumerable<LossCurve> Curves() => [new("two encodings", "angle in degrees", 0, 180, AtAngle)];

    static Tensor OffDiagonal(Tensor unit)
    {
        Tensor cosines = unit.MatMul(unit.Transpose());
        return SumOfAll(cosines * (1 - Tensor.Eye(unit.Shape[0], cosines.DType)));
    }

    static Tensor SumOfSquaredLengths(Tensor unit) => SumOfAll((unit * unit).Sum(1));

    static Tensor SumOfAll(Tensor x) => TensorFormula.Sum(default(MSELoss.SquaredError), x, Tensor.ZerosLike(x));

    Tensor AtAngle(Tensor degrees)
    {
        Tensor cosine = (degrees * (Math.PI / 180)).Cos();
        return TensorFormula.Map(new LeastSquaresGanLoss.ScaledSquaredError(0, Weight), cosine);
    }

    /// <summary>weight · x.</summary>
    readonly struct Scaled(double weight) : IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x)
            where T : struct, IReal<T> => weight == 1 ? x : weight * x;
    }
}
