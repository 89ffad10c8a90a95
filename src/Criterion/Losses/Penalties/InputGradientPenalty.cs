using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Specifies which gradient norms are penalized.</summary>
public enum GradientPenaltyForm
{
    /// <summary>Deviations from the target: (‖g‖ / target − 1)².</summary>
    TwoSided,

    /// <summary>Norms above the target: max(0, ‖g‖ / target − 1)².</summary>
    OneSided,

    /// <summary>All norms, by their square: ‖g‖².</summary>
    ZeroCentred,
}

/// <summary>
/// A penalty on the norm of a critic's gradient by its input, for each image: E[cost(‖∇D(x)‖)]. It is differentiable by the critic's
/// weights.
/// </summary>
/// <remarks>
/// The norm is over all dimensions but the first, ‖g‖ = √(Σ g² + 10⁻¹⁰), so that the gradient of a constant critic's penalty is 0, not NaN.
/// Several outputs of a critic for an image (patches) are summed. Gradients stop at the images, so none reaches a generator. A layer that
/// couples the images of a batch throws, since ∇D(x) would then depend on other images.
/// </remarks>
public abstract record InputGradientPenalty : Penalty
{
    /// <summary>Initializes the penalty.</summary>
    /// <param name="weight">The weight; must be 0 or more.</param>
    protected InputGradientPenalty(double weight)
        : base(weight)
    {
    }

    /// <summary>
    /// Gets whether the critic may couple the images of a batch, as batch normalization does in training. The gradient of each image then
    /// includes its influence on the scores of the others, and the penalty differs from the paper's. Default: false.
    /// </summary>
    public bool AllowBatchCoupling { get; init; }

    /// <summary>Gets the cost of a gradient.</summary>
    protected internal abstract GradientNormCost Formula { get; }

    /// <summary>Gets the factor of the mean cost.</summary>
    private protected virtual double Scale => Weight;

    /// <summary>Gets the points at which the gradient is taken, in LaTeX.</summary>
    private protected virtual string[] LatexPoints => ["x"];

    /// <summary>Computes the penalty of a critic.</summary>
    /// <param name="critic">Maps images to scores of any shape, one or more for each image.</param>
    /// <param name="real">Real images, [N, ...]; gradients stop here.</param>
    /// <param name="fake">Generated images, [M, ...]; gradients stop here.</param>
    /// <param name="random">The random stream, for points drawn at random. Default: <see cref="RandomStream.Default"/>.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    /// <exception cref="LossException">The batch is empty.</exception>
    /// <exception cref="BatchCouplingException">The critic couples the images of a batch, and AllowBatchCoupling is false.</exception>
    public Tensor Forward(Func<Tensor, Tensor> critic, Tensor real, Tensor fake, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(critic);
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(fake);
        using (AllowBatchCoupling ? BatchCoupling.Allow() : BatchCoupling.Refuse(BatchCouplingMessage()))
        {
            return Points(real, fake, random).Select(images => FromGradient(InputGradient(critic, NotEmpty(images)))).Aggregate(
                static (a, b) => a + b);
        }
    }

    /// <summary>Computes the penalty of a given gradient.</summary>
    /// <param name="gradient">The gradient of the summed scores by the images, [N, ...], with its graph.</param>
    public Tensor FromGradient(Tensor gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        Tensor rows = NotEmpty(gradient).Flatten(1);
        return TensorFormula.RowSum(Formula, [rows], scale: Scale / rows.Shape[0]);
    }

    /// <summary>Computes the gradient of the summed scores by the images, with its graph, even where recording is disabled.</summary>
    /// <param name="critic">Maps images to scores of any shape.</param>
    /// <param name="images">The images; they are detached first.</param>
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

    /// <summary>Computes the gradient norm of each image, [N], to report its mean and maximum.</summary>
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
        [new("penalty", "gradient norm", 0, 3, norm => TensorFormula.Rows(Formula, [norm.Unsqueeze(1)]) * Scale)];

    /// <summary>Returns the batches at which the gradient is taken.</summary>
    internal abstract IEnumerable<Tensor> Points(Tensor real, Tensor fake, RandomStream? random);

    /// <summary>Returns the batch, or throws if there are no images.</summary>
    internal Tensor NotEmpty(Tensor images) => images.Rank > 1 && images.Count > 0
        ? images
        : throw new LossException($"{Name}: images are {images.Shape}. Pass a batch [N, ...], and skip empty batches.");

    /// <summary>Returns the reason why a critic must not couple the images of a batch, and the fix.</summary>
    internal string BatchCouplingMessage() =>
        $"{Name} needs the gradient of each image's own score. Use LayerNorm, InstanceNorm2d or SpectralNorm in the critic, "
        + "call Eval() on it, or set AllowBatchCoupling = true.";
}

/// <summary>√(Σ g² / count + ε), ε = 10⁻¹⁰: the norm of a row, or its mean over <c>count</c> parts, differentiable at 0.</summary>
public readonly struct RowNorm(double count) : IRowFormula
{
    const double Epsilon = 1e-10;

    /// <inheritdoc/>
    public static int Arity => 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Statistics<T> Terms<T>(T a, T b, T c)
        where T : struct, IReal<T> => Statistics<T>.Of(a * a);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(Statistics<T> sums, T t)
        where T : struct, IReal<T>
    {
        T square = count == 1 ? sums.First : sums.First / count;
        return T.Sqrt(square + Epsilon);
    }
}

/// <summary>The cost of a gradient: the squared deviation of its norm from a target, or its squared norm.</summary>
public readonly struct GradientNormCost(GradientPenaltyForm side, double target) : IRowFormula
{
    /// <inheritdoc/>
    public static int Arity => 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Statistics<T> Terms<T>(T a, T b, T c)
        where T : struct, IReal<T> => new RowNorm(1).Terms(a, b, c);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(Statistics<T> sums, T t)
        where T : struct, IReal<T> => side == GradientPenaltyForm.ZeroCentred ? sums.First : Squared(
            Distance(new RowNorm(1).Value(sums, t)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    T Distance<T>(T norm)
        where T : struct, IReal<T>
    {
        T distance = (target == 1 ? norm : norm / target) - 1;
        return side == GradientPenaltyForm.OneSided ? T.Max(T.Zero, distance) : distance;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T Squared<T>(T x)
        where T : struct, IReal<T> => x * x;
}
