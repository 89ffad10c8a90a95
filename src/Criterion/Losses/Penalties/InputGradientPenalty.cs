using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Which slopes cost something.</summary>
public enum GradientPenaltyForm
{
    /// <summary>Those that differ from the target: (‖g‖ / target − 1)².</summary>
    TwoSided,

    /// <summary>Those above the target: max(0, ‖g‖ / target − 1)².</summary>
    OneSided,

    /// <summary>All, by their square: ‖g‖².</summary>
    ZeroCentred,
}

/// <summary>
/// A penalty on the slope of a critic, taken for each image on its own: E[cost(‖∇D(x)‖)], ready to be differentiated by the
/// critic's weights.
/// </summary>
/// <remarks>
/// The norm is taken over all dimensions but the first, as ‖g‖ = √(Σ g² + 10⁻¹⁰), so that a flat critic has the penalty of slope 0 and a
/// gradient of 0, not NaN. A critic with several outputs for an image (patches) counts by their sum. Gradients stop at the
/// images, so that no generator is reached. A layer that mixes the images of a batch is refused, since then ∇D(x) is no slope of one image.
/// </remarks>
/// <param name="Weight">A factor.</param>
public abstract record InputGradientPenalty(double Weight) : Penalty(Weight)
{
    /// <summary>
    /// Whether the critic may mix the images of a batch, as batch normalisation does while training. Then the slope of each image holds
    /// the influence of its score's neighbours, and the penalty is another one than the paper's.
    /// </summary>
    public bool AllowBatchCoupling { get; init; }

    /// <summary>The cost of a gradient.</summary>
    protected internal abstract GradientNormCost Formula { get; }

    /// <summary>What the mean cost is multiplied by.</summary>
    private protected virtual double Scale => Weight;

    /// <summary>Where the slope is taken, in LaTeX.</summary>
    private protected virtual string[] LatexPoints => ["x"];

    /// <summary>The penalty of a critic.</summary>
    /// <param name="critic">The critic: images to scores of any shape, one or more for each image.</param>
    /// <param name="real">Real images, [N, ...].</param>
    /// <param name="fake">Generated images, [M, ...]; gradients stop here.</param>
    /// <param name="random">Where chance comes from, if there is any; <see cref="RandomStream.Default"/> if not given.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ShapeException">The shapes do not go together.</exception>
    /// <exception cref="LossException">There are no images.</exception>
    /// <exception cref="BatchCouplingException">The critic mixes images, and that is not allowed.</exception>
    public Tensor Forward(Func<Tensor, Tensor> critic, Tensor real, Tensor fake, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(critic);
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(fake);
        using (AllowBatchCoupling ? BatchCoupling.Allow() : BatchCoupling.Refuse(BatchCouplingMessage()))
        {
            return Points(real, fake, random).Select(images => FromGradient(InputGradient(critic, NotEmpty(images)))).Aggregate(static (a, b) => a + b);
        }
    }

    /// <summary>The penalty of slopes that are already known.</summary>
    /// <param name="gradient">The gradient of the summed scores by the images, [N, ...], with its graph.</param>
    public Tensor FromGradient(Tensor gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        Tensor rows = NotEmpty(gradient).Flatten(1);
        return TensorFormula.RowSum(Formula, [rows], scale: Scale / rows.Shape[0]);
    }

    /// <summary>The gradient of the summed scores by the images, with its graph, also where recording is switched off.</summary>
    /// <param name="critic">The critic: images to scores of any shape.</param>
    /// <param name="images">The images; they are detached from where they came from.</param>
    public static Tensor InputGradient(Func<Tensor, Tensor> critic, Tensor images)
    {
        ArgumentNullException.ThrowIfNull(critic);
        ArgumentNullException.ThrowIfNull(images);
        using (Autograd.EnableGrad())
        {
            Tensor x = images.Detach();
            x.RequiresGrad = true;
            return Autograd.Grad(critic(x).Sum(), x, createGraph: true);
        }
    }

    /// <summary>The slope of each image, [N]: report their mean and their largest beside the penalty.</summary>
    /// <param name="gradient">The gradient of the summed scores by the images, [N, ...].</param>
    public static Tensor Norms(Tensor gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        return TensorFormula.Rows(new RowNorm(1), [gradient.Flatten(1)]);
    }

    /// <inheritdoc/>
    public override string ToLatex() => string.Join(" + ", LatexPoints.Select(place =>
        $@"{LatexFactor(Scale)}\mathbb{{E}}\left[{TensorFormula.ToLatex(Formula, [$@"\nabla D({place})"], "t")}\right]"));

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        [new("penalty", "slope", 0, 3, slope => TensorFormula.Rows(Formula, [slope.Unsqueeze(1)]) * Scale)];

    /// <summary>The batches at which the slope is taken.</summary>
    private protected abstract IEnumerable<Tensor> Points(Tensor real, Tensor fake, RandomStream? random);

    Tensor NotEmpty(Tensor images) => images.Rank > 1 && images.Count > 0
        ? images
        : throw new LossException($"{Name}: there is no slope in {images.Shape}; a batch of images [N, ...] is needed. Skip empty batches.");

    string BatchCouplingMessage() =>
        $"{Name} needs the slope of each image's own score. Use LayerNorm, InstanceNorm2d or SpectralNorm in the critic, or call Eval() on it; AllowBatchCoupling = true goes on regardless.";
}

/// <summary>√(Σ g² / count + ε), ε = 10⁻¹⁰: the norm of a row, or its mean over <c>count</c> parts, smooth at 0.</summary>
public readonly struct RowNorm(double count) : IRowFormula
{
    const double Epsilon = 1e-10;

    /// <inheritdoc/>
    public static int Inputs => 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Statistics<T> Terms<T>(T a, T b, T c)
        where T : struct, IReal<T> => Statistics<T>.Of(a * a);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(Statistics<T> sums, T t)
        where T : struct, IReal<T>
    {
        T square = count == 1 ? sums.First : sums.First / T.Const(count);
        return T.Sqrt(square + T.Const(Epsilon));
    }
}

/// <summary>The cost of a gradient: by its distance from a target slope, or its square.</summary>
public readonly struct GradientNormCost(GradientPenaltyForm side, double target) : IRowFormula
{
    /// <inheritdoc/>
    public static int Inputs => 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Statistics<T> Terms<T>(T a, T b, T c)
        where T : struct, IReal<T> => new RowNorm(1).Terms(a, b, c);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(Statistics<T> sums, T t)
        where T : struct, IReal<T> => side == GradientPenaltyForm.ZeroCentred ? sums.First : Squared(Distance(new RowNorm(1).Value(sums, t)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    T Distance<T>(T norm)
        where T : struct, IReal<T>
    {
        T distance = (target == 1 ? norm : norm / T.Const(target)) - T.Const(1);
        return side == GradientPenaltyForm.OneSided ? T.Max(T.Const(0), distance) : distance;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T Squared<T>(T x)
        where T : struct, IReal<T> => x * x;
}
