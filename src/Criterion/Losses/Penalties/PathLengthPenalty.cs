namespace Criterion.Losses;

/// <summary>
/// Path length regularization: a step in latent space must change images by the same length everywhere, weight · E[(lᵢ − a)²] with lᵢ =
/// √(mean over layers of Σ g²), g = ∂Σ(G(w) · ν)/∂w, ν normal of variance 1/(H W), and a the running mean of lengths.
/// </summary>
/// <remarks>
/// Part of the generator's loss. The running mean a is state: a number that the caller passes in, gets back, and saves in a checkpoint. It
/// counts as a constant. Costly: run it every 4th step on half a batch (<see cref="LazyPenalty"/>). A generator that couples the samples of
/// a batch throws, as in <see cref="InputGradientPenalty"/>.
/// </remarks>
[Catalogue(
    LossFamily.Penalty,
    Shapes = "generator, latents [N, D] or [N, L, D], mean → scalar and mean",
    Source = "Karras et al., Analyzing and improving the image quality of StyleGAN, 2019, equation 4",
    Alternatives = "PullingAwayPenalty increases the variety of images without a second gradient.")]
public sealed record PathLengthPenalty : Penalty
{
    /// <summary>The reason why a generator must not couple the samples of a batch, and the fix.</summary>
    internal const string BatchCouplingMessage =
        "PathLengthPenalty needs the gradient of each sample's own image. Use LayerNorm or InstanceNorm2d in the generator, "
        + "call Eval() on it, or set AllowBatchCoupling = true.";

    /// <summary>Initializes the penalty.</summary>
    /// <param name="weight">The weight; must be 0 or more. 2 in the paper. Default: 2.</param>
    /// <param name="rate">The share by which one batch moves the running mean, in [0, 1]. Default: 0.01.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not in [0, 1].</exception>
    public PathLengthPenalty(double weight = 2, double rate = 0.01)
        : base(weight) => Rate = rate;

    /// <summary><inheritdoc cref="PathLengthPenalty(double, double)" path="/param[@name='rate']/node()"/></summary>
    public double Rate { get; init => field = Require.InUnitInterval(value, nameof(PathLengthPenalty)); }

    /// <inheritdoc cref="InputGradientPenalty.AllowBatchCoupling"/>
    public bool AllowBatchCoupling { get; init; }

    /// <summary>Computes the penalty of a generator and the running mean for the next step.</summary>
    /// <param name="generator">Maps latents to images [N, C, H, W], or to any other output [N, ...].</param>
    /// <param name="latents">The latents, [N, D], or [N, L, D] with one for each of L layers.</param>
    /// <param name="mean">a, the running mean of the lengths so far; 0 at the start.</param>
    /// <param name="random">The random stream for ν. Default: <see cref="RandomStream.Default"/>.</param>
    /// <exception cref="ShapeException">The latents are not of rank 2 or 3.</exception>
    /// <exception cref="LossException">The batch is empty.</exception>
    /// <exception cref="BatchCouplingException">The generator couples the samples of a batch, and AllowBatchCoupling is false.</exception>
    public (Tensor Penalty, double Mean) Forward(Func<Tensor, Tensor> generator, Tensor latents, double mean, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(generator);
        return FromGradient(LatentGradient(generator, latents, image => Noise(image, random)), mean);
    }

    /// <summary>Computes the penalty with given noise.</summary>
    internal (Tensor Penalty, double Mean) Forward(Func<Tensor, Tensor> generator, Tensor latents, double mean, Tensor noise) =>
        FromGradient(LatentGradient(generator, latents, _ => noise), mean);

    /// <inheritdoc/>
    public override string ToLatex() =>
        $@"{LatexFactor(Weight)}\mathbb{{E}}\left[{TensorFormula.ToLatex(default(MSELoss.SquaredError), "l", "a")}\right]"
        + $@",\quad l = {TensorFormula.ToLatex(new RowNorm(1), ["g"], "t")},\quad g = \nabla_w \sum G(w) \cdot \nu";

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        [new("a = 1", "length", 0, 3, x => TensorFormula.Map(default(MSELoss.SquaredError), x, Tensor.OnesLike(x)) * Weight)];

    Tensor LatentGradient(Func<Tensor, Tensor> generator, Tensor latents, Func<Tensor, Tensor> noise)
    {
        Check(latents);
        using (AllowBatchCoupling ? BatchCoupling.Allow() : BatchCoupling.Refuse(BatchCouplingMessage))
        {
            return InputGradientPenalty.InputGradient(Weighted, latents);
        }

        Tensor Weighted(Tensor w)
        {
            Tensor image = generator(w);
            return image * noise(image);
        }
    }

    /// <summary>Computes the penalty of a given gradient, and the running mean for the next step.</summary>
    internal (Tensor Penalty, double Mean) FromGradient(Tensor slope, double mean)
    {
        int layers = slope.Rank == 3 ? slope.Shape[1] : 1;
        Tensor lengths = TensorFormula.Rows(new RowNorm(layers), [slope.Flatten(1)]);
        double next = mean + (Rate * (lengths.Detach().Mean().Item() - mean));
        return (TensorFormula.Sum(default(MSELoss.SquaredError), lengths, Tensor.FullLike(lengths, next), Weight / lengths.Count), next);
    }

    /// <summary>Draws ν for images.</summary>
    internal static Tensor Noise(Tensor image, RandomStream? random)
    {
        double pixels = image.Rank > 2 ? (double)image.Count / (image.Shape[0] * image.Shape[1]) : 1;
        return Tensor.RandnLike(image, random) / Math.Sqrt(pixels);
    }

    /// <summary>Throws if latents are not [N, D] or [N, L, D], or empty.</summary>
    internal static void Check(Tensor latents)
    {
        ArgumentNullException.ThrowIfNull(latents);
        if (latents.Rank is not (2 or 3))
        {
            throw new ShapeException($"PathLengthPenalty: latents are {latents.Shape}. Pass [N, D] or [N, L, D].");
        }

        if (latents.Count == 0)
        {
            throw new LossException($"PathLengthPenalty: the batch {latents.Shape} is empty. Skip empty batches.");
        }
    }
}
