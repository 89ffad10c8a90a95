using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Keeps the codes that an image was generated from readable in it (InfoGAN): weight · E[−ln q(c | G(z, c))], where q is what a head of
/// the discriminator says of the image. Added to both players' losses, it maximises a bound of the mutual information.
/// </summary>
/// <remarks>
/// Codes of several kinds add up: <c>loss.Discrete(logits, codes) + loss.Gaussian(mean, style)</c>. The gradient reaches the generator through
/// the image, so the head must see the images undetached, or nothing but the head learns.
/// </remarks>
/// <param name="Weight">λ, 1 in the paper for discrete codes and less for Gaussian ones.</param>
/// <exception cref="ArgumentOutOfRangeException">The weight is negative.</exception>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "class logits [N, C] and codes [N], or means and codes [N, D] → scalar",
    Source = "Chen et al., InfoGAN: interpretable representation learning by information maximizing generative adversarial nets, 2016, equation 5",
    Alternatives = "AuxiliaryClassifierGanLoss teaches given classes where there are labels.")]
public sealed record MutualInformationLoss(double Weight = 1) : ICriterion
{
    /// <inheritdoc cref="MutualInformationLoss(double)"/>
    public double Weight { get; init => field = Require.NonNegative(value, nameof(MutualInformationLoss)); } =
        Require.NonNegative(Weight, nameof(MutualInformationLoss));

    /// <summary>The loss of a code that is one of C classes.</summary>
    /// <param name="logits">What the head says of the generated images, [N, C].</param>
    /// <param name="codes">The classes that they were generated from, [N] of Int64.</param>
    /// <exception cref="LossException">A code is no class, or there is nothing to compare.</exception>
    public Tensor Discrete(Tensor logits, Tensor codes) => ClassLabelLoss.CrossEntropy(nameof(MutualInformationLoss), logits, codes) * Weight;

    /// <summary>The loss of codes that are numbers: (ln 2π + s + (c − μ)² e⁻ˢ) / 2, summed over the codes of an image.</summary>
    /// <param name="mean">μ, what the head says of the generated images, [N, D].</param>
    /// <param name="codes">c, the codes that they were generated from, [N, D].</param>
    /// <param name="logVariance">s, how unsure the head is, [N, D]; a variance of 1 if not given.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="LossException">There is nothing to compare.</exception>
    public Tensor Gaussian(Tensor mean, Tensor codes, Tensor? logVariance = null)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(codes);
        Tensor spread = logVariance ?? Tensor.ZerosLike(mean);
        if (mean.Rank == 0 || mean.Shape != codes.Shape || mean.Shape != spread.Shape)
        {
            throw new ShapeException($"MutualInformationLoss: mean {mean.Shape}, codes {codes.Shape} and logVariance {spread.Shape} must be of one shape [N, D].");
        }

        return mean.Count > 0
            ? TensorFormula.Sum(default(NormalLogLikelihood), mean, codes, spread, Weight / mean.Shape[0])
            : throw new LossException($"MutualInformationLoss: there are no codes in {mean.Shape}. Skip empty batches.");
    }

    /// <inheritdoc/>
    public string ToLatex() =>
        $$"""
        \text{discrete}:\quad \lambda\, \mathbb{E}\left[-\ln q_{c}\right]
        \text{Gaussian}:\quad \lambda\, \mathbb{E}\left[\sum_j {{default(NormalLogLikelihood).Value(new Latex(@"\mu_j"), new Latex("c_j"), new Latex("s_j"))}}\right]
        """;

    /// <inheritdoc/>
    public IEnumerable<LossCurve> Curves() =>
        [new("Gaussian", "μ − c", -3, 3, x => TensorFormula.Map(default(NormalLogLikelihood), x, Tensor.ZerosLike(x), Tensor.ZerosLike(x)) * Weight)];

    /// <summary>(ln 2π + s + (c − μ)² e⁻ˢ) / 2.</summary>
    internal readonly struct NormalLogLikelihood : ITernaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y, T z)
            where T : struct, IReal<T>
        {
            T error = y - x;
            if (typeof(T) == typeof(Latex))
            {
                return T.Const(0.5) * (T.Const(Math.Log(2 * Math.PI)) + z + (error * error * T.Exp(-z)));
            }

            T ofSpread = T.Const(0.5) * (T.Const(Math.Log(2 * Math.PI)) + z);
            return ofSpread + Guards.ScaledSquare(0.5, error * T.Exp(T.Const(-0.5) * z));
        }
    }
}
