using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>The least-squares loss (LSGAN): L_D = s E[(r − b)²] + s E[(f − a)²], L_G = s′ E[(f − c)²].</summary>
/// <remarks>
/// The gradient grows with the distance from the target, also for logits that are already on the correct side. The discriminator must not
/// end in a sigmoid.
/// </remarks>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "real, fake logits of any shape → scalar",
    Source = "Mao et al., Least squares generative adversarial networks, 2016, equations 2, 8 and 9",
    Alternatives = "NonSaturatingGanLoss bounds the gradient of an outlying logit; HingeGanLoss has no gradient beyond the margin; "
        + "RelativisticAverageLeastSquaresGanLoss compares with the mean of the other kind.")]
public sealed record LeastSquaresGanLoss : PointwiseGanLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="a">a, the discriminator's target for generated images. Default: 0.</param>
    /// <param name="b">b, the discriminator's target for real images. Default: 1.</param>
    /// <param name="c">c, the generator's target for generated images. Default: 1.</param>
    /// <param name="discriminatorScale">s; must be positive. ½ in the paper. Default: 0.5.</param>
    /// <param name="generatorScale">s′; must be positive. ½ in the paper and 1 in CycleGAN's code. Default: 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">A scale is not positive, or a target is not finite.</exception>
    public LeastSquaresGanLoss(double a = 0, double b = 1, double c = 1, double discriminatorScale = 0.5, double generatorScale = 0.5) =>
        (A, B, C, DiscriminatorScale, GeneratorScale) = (a, b, c, discriminatorScale, generatorScale);

    /// <summary>Gets the paper's form with targets of 0 for fake and 1 for real: the defaults.</summary>
    public static LeastSquaresGanLoss Paper { get; } = new();

    /// <summary>
    /// Gets the paper's form with targets of −1 for fake, 1 for real and 0 for the generator, which minimizes the Pearson χ² divergence.
    /// </summary>
    public static LeastSquaresGanLoss Pearson { get; } = new(-1, 1, 0);

    /// <summary>
    /// Gets the form of CycleGAN's code: half of the sum of both errors for the discriminator, the full error for the generator.
    /// </summary>
    public static LeastSquaresGanLoss CycleGan { get; } = new(generatorScale: 1);

    /// <summary><inheritdoc cref="LeastSquaresGanLoss(double, double, double, double, double)" path="/param[@name='a']/node()"/></summary>
    public double A { get; init => field = Require.Finite(value, nameof(LeastSquaresGanLoss)); }

    /// <summary><inheritdoc cref="LeastSquaresGanLoss(double, double, double, double, double)" path="/param[@name='b']/node()"/></summary>
    public double B { get; init => field = Require.Finite(value, nameof(LeastSquaresGanLoss)); }

    /// <summary><inheritdoc cref="LeastSquaresGanLoss(double, double, double, double, double)" path="/param[@name='c']/node()"/></summary>
    public double C { get; init => field = Require.Finite(value, nameof(LeastSquaresGanLoss)); }

    /// <summary>
    /// <inheritdoc cref="LeastSquaresGanLoss(double, double, double, double, double)" path="/param[@name='discriminatorScale']/node()"/>
    /// </summary>
    public double DiscriminatorScale { get; init => field = Require.Positive(value, nameof(LeastSquaresGanLoss)); }

    /// <summary>
    /// <inheritdoc cref="LeastSquaresGanLoss(double, double, double, double, double)" path="/param[@name='generatorScale']/node()"/>
    /// </summary>
    public double GeneratorScale { get; init => field = Require.Positive(value, nameof(LeastSquaresGanLoss)); }

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
            // Constants before the branches: the JIT hoists only what is evaluated unconditionally.
            (T shift, T factor) = (T.Const(target), T.Const(scale));
            T error = target == 0 ? x : x - shift;
            return scale == 1 ? error * error : typeof(T) == typeof(Numbers.Latex) ? factor * (error * error) : factor * error * error;
        }
    }
}
