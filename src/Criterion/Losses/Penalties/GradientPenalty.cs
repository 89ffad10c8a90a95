using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>
/// Keeps the slope of a critic near a target: weight · E[(‖∇D(x̃)‖₂ / target − 1)²], where each x̃ lies at a random place on the
/// line between a real and a generated image.
/// </summary>
/// <remarks>
/// The norm is taken over all dimensions but the first, as ‖g‖ = √(Σ g² + ε), so that a flat critic has the penalty of slope 0 and
/// a gradient of 0, not NaN. One place on the line is drawn for each image. Not for critics that mix images, such as those with
/// batch normalisation: there ∇D(x̃) is no slope of one image. Source: Gulrajani et al., Improved training of Wasserstein GANs,
/// 2017, equation 3.
/// </remarks>
/// <param name="Weight">λ, 10 in the paper.</param>
/// <param name="Target">The slope that costs nothing.</param>
public sealed record GradientPenalty(double Weight = 10, double Target = 1)
{
    const double Epsilon = 1e-10;

    /// <inheritdoc cref="GradientPenalty(double, double)"/>
    public double Target { get; init; } = Target > 0
        ? Target
        : throw new ArgumentOutOfRangeException(nameof(Target), Target, "GradientPenalty: the target slope must be positive.");

    /// <summary>The penalty of a critic, ready to be differentiated by its weights.</summary>
    /// <param name="critic">The critic: images to scores of any shape, one or more for each image.</param>
    /// <param name="real">Real images, [N, ...].</param>
    /// <param name="fake">Generated images of the same shape; gradients stop here.</param>
    /// <param name="random">Where the places on the lines come from; <see cref="RandomStream.Default"/> if not given.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public Tensor Forward(Func<Tensor, Tensor> critic, Tensor real, Tensor fake, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(critic);
        return Of(Slope(critic, Interpolate(real, fake, random)));
    }

    /// <summary>The penalty of slopes that are already known.</summary>
    /// <param name="gradient">The gradient of the summed scores by the images, [N, ...], with its graph.</param>
    public Tensor Of(Tensor gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        return Formula.RowMean(new SlopeDistance(Target), [gradient.Flatten(1)]) * Weight;
    }

    /// <summary>One random place for each image on the line from fake to real.</summary>
    public static Tensor Interpolate(Tensor real, Tensor fake, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(fake);
        if (real.Shape != fake.Shape || real.Rank < 2)
        {
            throw new ShapeException($"GradientPenalty: real {real.Shape} and fake {fake.Shape} must be of one shape [N, ...]; take equal batches.");
        }

        int[] oneEach = [real.Shape[0], .. Enumerable.Repeat(1, real.Rank - 1)];
        Tensor place = Tensor.Rand(oneEach, real.DType, random);
        return fake.Detach() + (place * (real.Detach() - fake.Detach()));
    }

    /// <summary>The gradient of the summed scores by the images, with its graph.</summary>
    public static Tensor Slope(Func<Tensor, Tensor> critic, Tensor images)
    {
        ArgumentNullException.ThrowIfNull(critic);
        Tensor x = images.Detach();
        x.RequiresGrad = true;
        return Autograd.Grad(critic(x).Sum(), x, createGraph: true);
    }

    /// <summary>(√(Σ g² + ε) / target − 1)².</summary>
    public readonly struct SlopeDistance(double target) : IRowFormula
    {
        /// <inheritdoc/>
        public static int Inputs => 1;

        /// <inheritdoc/>
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T> => Statistics<T>.Of(a * a);

        /// <inheritdoc/>
        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T>
        {
            T distance = (T.Sqrt(sums.First + T.Const(Epsilon)) / T.Const(target)) - T.Const(1);
            return distance * distance;
        }
    }
}
