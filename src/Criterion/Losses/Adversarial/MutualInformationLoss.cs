using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Maximizes the mutual information between images and the codes they were generated from (InfoGAN): weight · E[−ln q(c | G(z, c))], where
/// q is the output of a head of the discriminator. Added to the losses of both networks, it maximizes a lower bound.
/// </summary>
/// <remarks>
/// Codes of several kinds are summed: <c>loss.Discrete(logits, codes) + loss.Gaussian(mean, style)</c>. The gradient reaches the generator
/// through the image, so the head must get undetached images; otherwise only the head learns.
/// </remarks>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "class logits [N, C] and codes [N], or means and codes [N, D] → scalar",
    Source = "Chen et al., InfoGAN: interpretable representation learning by information maximizing generative adversarial nets, 2016, "
        + "equation 5",
    Alternatives = "AuxiliaryClassifierGanLoss learns given classes where labels are available.")]
public sealed record MutualInformationLoss : ICriterion
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="weight">λ; must be 0 or more. 1 in the paper for discrete codes and less for Gaussian ones. Default: 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is negative.</exception>
    public MutualInformationLoss(double weight = 1) => Weight = weight;

    /// <summary><inheritdoc cref="MutualInformationLoss(double)" path="/param[@name='weight']/node()"/></summary>
    public double Weight { get; init => field = Require.NonNegative(value, nameof(MutualInformationLoss)); }

    /// <summary>Computes the loss of a code that is one of C classes.</summary>
    /// <param name="logits">The head's logits of the generated images, [N, C].</param>
    /// <param name="codes">The classes that the images were generated from, Int64 of [N].</param>
    /// <exception cref="LossException">A code is out of range, or the batch is empty.</exception>
    public Tensor Discrete(Tensor logits, Tensor codes) =>
        ClassLabelLoss.CrossEntropy(nameof(MutualInformationLoss), logits, codes) * Weight;

    /// <summary>Computes the loss of continuous codes: (ln 2π + s + (c − μ)² e⁻ˢ) / 2, summed over the codes of an image.</summary>
    /// <param name="mean">μ, the head's estimate for the generated images, [N, D].</param>
    /// <param name="codes">c, the codes that the images were generated from, [N, D].</param>
    /// <param name="logVariance">s, the head's log-variance, [N, D]. Default: 0, a variance of 1.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="LossException">The batch is empty.</exception>
    public Tensor Gaussian(Tensor mean, Tensor codes, Tensor? logVariance = null)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(codes);
        Tensor spread = logVariance ?? Tensor.ZerosLike(mean);
        if (mean.Rank == 0 || mean.Shape != codes.Shape || mean.Shape != spread.Shape)
        {
            throw new ShapeException(
                $"MutualInformationLoss: mean {mean.Shape}, codes {codes.Shape} and logVariance {spread.Shape} must have the same shape "
                + "[N, D].");
        }

        return mean.Count > 0
            ? TensorFormula.Sum(default(NormalLogLikelihood), mean, codes, spread, Weight / mean.Shape[0])
            : throw new LossException($"MutualInformationLoss: the batch {mean.Shape} is empty. Skip empty batches.");
    }

    /// <inheritdoc/>
    public string ToLatex()
    {
        Latex density = default(NormalLogLikelihood).Value(new Latex(@"\mu_j"), new Latex("c_j"), new Latex("s_j"));
        return $$"""
            \text{discrete}:\quad \lambda\, \mathbb{E}\left[-\ln q_{c}\right]
            \text{Gaussian}:\quad \lambda\, \mathbb{E}\left[\sum_j {{density}}\right]
            """;
    }


    /// <inheritdoc/>
    public IEnumerable<LossCurve> Curves() =>
        [new(
            "Gaussian",
            "μ − c",
            -3,
            3,
            x => TensorFormula.Map(default(NormalLogLikelihood), x, Tensor.ZerosLike(x), Tensor.ZerosLike(x)) * Weight)];

    /// <summary>(ln 2π + s + (c − μ)² e⁻ˢ) / 2.</summary>
    internal readonly struct NormalLogLikelihood : ITernaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y, T z)
            where T : struct, IReal<T>
        {
            T error = y - x;
            if (T.IsText)
            {
                return 0.5 * (Math.Log(2 * Math.PI) + z + (error * error * T.Exp(-z)));
            }

            T ofSpread = 0.5 * (Math.Log(2 * Math.PI) + z);
            return ofSpread + Guards.ScaledSquare(0.5, error * T.Exp(-0.5 * z));
        }
    }
}
