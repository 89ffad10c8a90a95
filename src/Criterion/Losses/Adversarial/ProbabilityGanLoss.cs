using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// The article's adversarial loss: binary cross-entropy of probabilities p = D(x) in [0, 1], with targets t for real and 0 for fake: L_D =
/// E[BCE(r, t)] + E[BCE(f, 0)], L_G = E[BCE(f, t′)].
/// </summary>
/// <remarks>
/// For a discriminator that ends in a sigmoid. The formula, its logarithms clamped to at least −100, and its gradient at 0 and 1 are those
/// of <see cref="BCELoss"/>. A discriminator without the sigmoid and <see cref="NonSaturatingGanLoss"/> compute the same without these
/// singularities.
/// </remarks>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake probabilities of any shape → scalar",
    Source = "Goodfellow et al., Generative adversarial nets, 2014",
    PyTorch = "torch.nn.BCELoss",
    Alternatives = "NonSaturatingGanLoss takes logits, which are exact where a probability rounds to 0 or 1: prefer it.")]
public sealed record ProbabilityGanLoss : PointwiseGanLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="realTarget">
    /// t, the discriminator's target for real images, in (0, 1]: below 1 it is one-sided label smoothing. Default: 1.
    /// </param>
    /// <param name="generatorTarget">t′, the generator's target for generated images, in (0, 1]. Default: 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A target is not in (0, 1].</exception>
    public ProbabilityGanLoss(double realTarget = 1, double generatorTarget = 1) =>
        (RealTarget, GeneratorTarget) = (realTarget, generatorTarget);

    /// <summary><inheritdoc cref="ProbabilityGanLoss(double, double)" path="/param[@name='realTarget']/node()"/></summary>
    public double RealTarget { get; init => field = Require.SmoothedTarget(value, nameof(ProbabilityGanLoss)); }

    /// <summary><inheritdoc cref="ProbabilityGanLoss(double, double)" path="/param[@name='generatorTarget']/node()"/></summary>
    public double GeneratorTarget { get; init => field = Require.SmoothedTarget(value, nameof(ProbabilityGanLoss)); }

    /// <inheritdoc/>
    protected internal override UnaryFormula Real => UnaryFormula.From(new TargetCrossEntropy(RealTarget));

    /// <inheritdoc/>
    protected internal override UnaryFormula Fake => UnaryFormula.From(new TargetCrossEntropy(0));

    /// <inheritdoc/>
    protected internal override UnaryFormula Generated => UnaryFormula.From(new TargetCrossEntropy(GeneratorTarget));

    /// <inheritdoc/>
    public override string ToLatex() =>
        $$"""
        L_D = \mathbb{E}\left[\ell(r, {{Latex.Const(RealTarget)}})\right] + \mathbb{E}\left[\ell(f, 0)\right]
        L_G = \mathbb{E}\left[\ell(f, {{Latex.Const(GeneratorTarget)}})\right]
        \ell(p, y) = {{TensorFormula.ToLatex(default(BCELoss.CrossEntropy), "p", "y")}}
        """;

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
    [
        Curve(Real, "discriminator, real", "probability", 0.01, 0.99),
        Curve(Fake, "discriminator, fake", "probability", 0.01, 0.99),
        Curve(Generated, "generator", "probability", 0.01, 0.99),
    ];

    /// <inheritdoc/>
    protected override void Check(Tensor logits, string name) => ValueChecks.InRange(
        Name,
        logits,
        0,
        1,
        "a probability in [0, 1]",
        "For logits use NonSaturatingGanLoss, or end the discriminator in a sigmoid.",
        name);

    /// <summary>The cross-entropy of a probability against a target.</summary>
    internal readonly struct TargetCrossEntropy(double target) : IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x)
            where T : struct, IReal<T>
        {
            T y = T.Const(target);
            if (target is not (0 or 1))
            {
                return Smoothed(x, y);
            }

            // Only one of the two logarithms has a nonzero weight.
            T crossEntropy = target == 1 ? -BCELoss.CrossEntropy.Log(x) : -BCELoss.CrossEntropy.LogOfComplement(x);
            return T.WithSlope(T.Detach(crossEntropy), x, BCELoss.CrossEntropy.Slope(x, y));
        }

        // Not inlined: with three logarithms the loop would exceed the JIT's inlining budget.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static T Smoothed<T>(T x, T y)
            where T : struct, IReal<T> => default(BCELoss.CrossEntropy).Value(x, y);
    }
}
