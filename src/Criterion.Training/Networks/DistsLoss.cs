using Criterion.Losses;

namespace Criterion.Training;

/// <summary>
/// Deep image structure and texture similarity (DISTS) as a loss: ℓ = Σ α (1 − l) + β (1 − s) over the channels of the image and of five
/// layers of VGG16, with l = (2 μₓ μᵧ + c) / (μₓ² + μᵧ² + c) of their means and s = (2 σₓᵧ + c) / (σₓ² + σᵧ² + c) of their covariance. It
/// forgives textures that are exchanged for others of their kind. 0 for identical images, at most 2.
/// </summary>
/// <remarks>
/// Images are normalised from the declared range; both images receive gradients. Differentiable to any order. In the network, the root of
/// blurred squares takes the place of the maximum of each pooling. Published distances are of images whose shorter side was resized to 256
/// pixels. Source: Ding, Ma, Wang, Simoncelli, Image quality assessment: unifying structure and texture similarity, 2020, equations 5 to 7.
/// </remarks>
/// <example><code>
/// DistsNetwork network = DistsNetwork.Load(Vgg16.Load("vgg16-397923af.pth", ignoreClassifier: true), "weights.pt");
/// Tensor loss = new DistsLoss(network, ImageRange.MinusOneOne).Forward(generated, real);
/// </code></example>
public sealed record DistsLoss : ImageLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="network">The network and the weights of its channels.</param>
    /// <param name="range">The values of black and white.</param>
    /// <param name="reduction">How the losses of images are reduced. Default: Mean.</param>
    public DistsLoss(DistsNetwork network, ImageRange range, Reduction reduction = Reduction.Mean)
        : base(range, reduction) => Network = network;

    /// <summary><inheritdoc cref="DistsLoss(DistsNetwork, ImageRange, Reduction)" path="/param[@name='network']/node()"/></summary>
    public DistsNetwork Network { get; init => field = value ?? throw new ArgumentNullException(nameof(Network)); }

    /// <inheritdoc/>
    public override string ToLatex() =>
        @"\sum_{l,c} \alpha_{l,c} \left(1 - \frac{2 \mu_x \mu_y + 10^{-6}}{\mu_x^2 + \mu_y^2 + 10^{-6}}\right) + "
        + @"\beta_{l,c} \left(1 - \frac{2 \sigma_{xy} + 10^{-6}}{\sigma_x^2 + \sigma_y^2 + 10^{-6}}\right)";

    /// <summary>Returns no curves: the loss depends on the network.</summary>
    public override IEnumerable<LossCurve> Curves() => [];

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor prediction, Tensor target) => Reduce(Network.Distance(prediction, target, Range));
}
