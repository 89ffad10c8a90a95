using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// The least-squares objective (LSGAN): L_D = s E[(r − b)²] + s E[(f − a)²], L_G = s′ E[(f − c)²].
/// </summary>
/// <remarks>
/// Its gradient grows with the distance from the target, also for logits that are already on the right side. The discriminator
/// gives plain numbers: no sigmoid at its end.
/// </remarks>
/// <param name="A">a, what the discriminator should say of generated images.</param>
/// <param name="B">b, what the discriminator should say of real images.</param>
/// <param name="C">c, what the generator wants the discriminator to say of generated images.</param>
/// <param name="DiscriminatorScale">s, ½ in the paper.</param>
/// <param name="GeneratorScale">s′, ½ in the paper and 1 in CycleGAN's code.</param>
/// <exception cref="ArgumentOutOfRangeException">A scale is not positive, or a target is not finite.</exception>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake logits of any shape → scalar",
    Source = "Mao et al., Least squares generative adversarial networks, 2016, equations 2, 8 and 9",
    Alternatives = "NonSaturatingGanLoss bounds the gradient of a far-off logit; HingeGanLoss leaves logits beyond the margin alone; RelativisticAverageLeastSquaresGanLoss compares with the other kind's mean.")]
public sealed record LeastSquaresGanLoss(double A = 0, double B = 1, double C = 1, double DiscriminatorScale = 0.5, double GeneratorScale = 0.5)
    : PointwiseGanLoss
{
    /// <summary>The paper's form with 0 for fake and 1 for real: the defaults.</summary>
    public static LeastSquaresGanLoss Paper { get; } = new();

    /// <summary>The paper's form with −1 for fake, 1 for real and 0 for the generator, which minimises the Pearson χ² divergence.</summary>
    public static LeastSquaresGanLoss Pearson { get; } = new(-1, 1, 0);

    /// <summary>The form of CycleGAN's code: half of the two errors' sum for the discriminator, the whole error for the generator.</summary>
    public static LeastSquaresGanLoss CycleGan { get; } = new(GeneratorScale: 1);

    /// <inheritdoc cref="LeastSquaresGanLoss(double, double, double, double, double)"/>
    public double A { get; init => field = Require.Finite(value, nameof(LeastSquaresGanLoss)); } = Require.Finite(A, nameof(LeastSquaresGanLoss));

    /// <inheritdoc cref="LeastSquaresGanLoss(double, double, double, double, double)"/>
    public double B { get; init => field = Require.Finite(value, nameof(LeastSquaresGanLoss)); } = Require.Finite(B, nameof(LeastSquaresGanLoss));

    /// <inheritdoc cref="LeastSquaresGanLoss(double, double, double, double, double)"/>
    public double C { get; init => field = Require.Finite(value, nameof(LeastSquaresGanLoss)); } = Require.Finite(C, nameof(LeastSquaresGanLoss));

    /// <inheritdoc cref="LeastSquaresGanLoss(double, double, double, double, double)"/>
    public double DiscriminatorScale { get; init => field = Require.Positive(value, nameof(LeastSquaresGanLoss)); } =
        Require.Positive(DiscriminatorScale, nameof(LeastSquaresGanLoss));

    /// <inheritdoc cref="LeastSquaresGanLoss(double, double, double, double, double)"/>
    public double GeneratorScale { get; init => field = Require.Positive(value, nameof(LeastSquaresGanLoss)); } =
        Require.Positive(GeneratorScale, nameof(LeastSquaresGanLoss));

    /// <inheritdoc/>
    protected internal override UnaryFormula Real => UnaryFormula.From(new ScaledSquaredError(B, DiscriminatorScale));

    /// <inheritdoc/>
    protected internal override UnaryFormula Fake => UnaryFormula.From(new ScaledSquaredError(A, DiscriminatorScale));

    /// <inheritdoc/>
    protected internal override UnaryFormula Generated => UnaryFormula.From(new ScaledSquaredError(C, GeneratorScale));

    /// <summary>scale · (x − target)².</summary>
    internal readonly struct ScaledSquaredError(double target, double scale) : IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x)
            where T : struct, IReal<T>
        {
            // Before they are chosen: what stays the same is moved out of a loop only if it is worked out in any case.
            (T shift, T factor) = (T.Const(target), T.Const(scale));
            T error = target == 0 ? x : x - shift;
            return scale == 1 ? error * error : typeof(T) == typeof(Numbers.Latex) ? factor * (error * error) : factor * error * error;
        }
    }
}
