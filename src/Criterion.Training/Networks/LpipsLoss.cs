using Criterion.Losses;

namespace Criterion.Training;

/// <summary>
/// Learned perceptual image patch similarity (LPIPS, version 0.1) as a loss: ℓ = Σₗ mean Σ꜀ w꜀ (φ̂꜀(x) − φ̂꜀(y))² with the mean over the
/// positions of layer l. The features φ̂ = φ / √(Σ꜀ φ꜀² + ε) are scaled to unit length over the channels c at each position, and w are
/// learned weights. 0 for identical images.
/// </summary>
/// <remarks>
/// <para>
/// Images are normalised from the declared range; both images receive gradients. Differentiable to any order. Source: Zhang, Isola, Efros,
/// Shechtman, Wang, The unreasonable effectiveness of deep features as a perceptual metric, 2018, equation 1.
/// </para>
/// <para>
/// ε = 1e-8 is inside the root, as in torchmetrics. The authors' code divides by √(Σ꜀ φ꜀²) + 1e-10, whose gradient is NaN where all
/// channels are 0. Where they are not, the two differ by the share ε / (2 Σ꜀ φ꜀²).
/// </para>
/// </remarks>
/// <example><code>
/// LpipsNetwork network = LpipsNetwork.Load(Vgg16.Load("vgg16-397923af.pth", ignoreClassifier: true), "vgg.pth");
/// Tensor loss = new LpipsLoss(network, ImageRange.MinusOneOne).Forward(generated, real);
/// </code></example>
public sealed record LpipsLoss : ImageLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="network">The network and the weights of its channels.</param>
    /// <param name="range">The values of black and white.</param>
    /// <param name="reduction">How the losses of images are reduced. Default: Mean.</param>
    public LpipsLoss(LpipsNetwork network, ImageRange range, Reduction reduction = Reduction.Mean)
        : base(range, reduction) => Network = network;

    /// <summary><inheritdoc cref="LpipsLoss(LpipsNetwork, ImageRange, Reduction)" path="/param[@name='network']/node()"/></summary>
    public LpipsNetwork Network { get; init => field = value ?? throw new ArgumentNullException(nameof(Network)); }

    /// <inheritdoc/>
    public override string ToLatex() =>
        @"\sum_l \operatorname{mean}_{h,v} \sum_c w_{l,c} \left(\hat\phi_{l,c}(x) - \hat\phi_{l,c}(y)\right)^2, \quad "
        + @"\hat\phi_{l,c} = \frac{\phi_{l,c}}{\sqrt{\sum_k \phi_{l,k}^2 + 10^{-8}}}";

    /// <summary>Returns no curves: the loss depends on the network.</summary>
    public override IEnumerable<LossCurve> Curves() => [];

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor prediction, Tensor target) => Reduce(Network.Distance(prediction, target, Range));
}
