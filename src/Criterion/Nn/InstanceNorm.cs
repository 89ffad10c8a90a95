using Criterion.Drivers;

namespace Criterion.Nn;

/// <summary>
/// (x − mean) / √(variance + ε) · weight + bias, with statistics over each channel of each sample (Ulyanov et al., 2016).
/// </summary>
public abstract class InstanceNorm : ChannelNorm
{
    private protected InstanceNorm(int features, double epsilon, double momentum, bool affine, bool trackRunningStats, DType dtype)
        : base(features, epsilon, momentum, affine, trackRunningStats, dtype) => Momentum = momentum;

    /// <summary>Gets the share by which a batch moves the running statistics, in [0, 1].</summary>
    public double Momentum { get; }

    private protected sealed override bool IsAffineByDefault => false;

    private protected sealed override bool TracksByDefault => false;

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The input does not match, or its channels have only one value.</exception>
    protected sealed override Tensor Compute(Tensor input)
    {
        NormLayout layout = LayoutOf(input);
        return UsesRunningStats ? NormalizeByRunningStats(input, layout) : NormalizeByInstance(input, layout);
    }

    /// <inheritdoc/>
    protected internal sealed override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) => RunningMean is null
        ? graph.Node("InstanceNormalization", [input, ScaleIn(graph), ShiftIn(graph)], ("epsilon", Epsilon))
        : NormalizeByRunningStats(graph, input);

    /// <summary>Returns the input's layout as [N, C, L].</summary>
    private protected abstract NormLayout LayoutOf(Tensor input);

    // PyTorch before 0.4.1 saved running statistics, without a counter, even where evaluation did not use them.
    private protected override void Translate(string prefix, OrderedDictionary<string, Tensor> state)
    {
        base.Translate(prefix, state);
        if (RunningMean is null && !state.ContainsKey(prefix + CounterName))
        {
            state.Remove(prefix + MeanName);
            state.Remove(prefix + VarianceName);
        }
    }

    Tensor NormalizeByInstance(Tensor x, NormLayout layout)
    {
        (int images, int channels, int n) = layout;
        if (n <= 1)
        {
            throw new ShapeException(
                $"{GetType().Name}: each channel of a sample has {n} value(s), too few for a variance. Normalize larger feature maps.");
        }

        Tensor y = Normalization.Apply(x, new(1, images * channels, n), null, null, Epsilon, out Tensor mean, out Tensor deviation);
        if (IsTraining && RunningMean is not null)
        {
            Tensor variance = (deviation * deviation).Reshape(images, channels).Mean(0);
            UpdateRunningStats(mean.Reshape(images, channels).Mean(0), variance.Sqrt(), n / (n - 1.0), Momentum);
        }

        return Weight is null ? y : ScaleAndShift(y, layout, Weight, Bias!);
    }
}

/// <summary>Instance normalization of sequences [N, C, L]. PyTorch equivalent: <c>torch.nn.InstanceNorm1d</c>.</summary>
/// <inheritdoc cref="InstanceNorm" path="/summary"/>
public sealed class InstanceNorm1d : InstanceNorm
{
    /// <summary>Initializes the layer, by default without weights.</summary>
    /// <param name="features">The number C of channels.</param>
    /// <param name="epsilon">ε, added to the variance. Default: 1e-5.</param>
    /// <param name="momentum">The share by which a batch moves the running statistics, in [0, 1]. Default: 0.1.</param>
    /// <param name="affine">Whether to add a weight and a bias. Default: false.</param>
    /// <param name="trackRunningStats">Whether evaluation uses running statistics. Default: false.</param>
    /// <param name="dtype">The type of weights and statistics. Default: Float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public InstanceNorm1d(
        int features,
        double epsilon = 1e-5,
        double momentum = 0.1,
        bool affine = false,
        bool trackRunningStats = false,
        DType dtype = DType.Float32)
        : base(features, epsilon, momentum, affine, trackRunningStats, dtype)
    {
    }

    private protected override NormLayout LayoutOf(Tensor input) => CheckChannels(input, input.Rank is 3, "[N, C, L]");
}

/// <summary>Instance normalization of images [N, C, H, W]. PyTorch equivalent: <c>torch.nn.InstanceNorm2d</c>.</summary>
/// <inheritdoc cref="InstanceNorm" path="/summary"/>
public sealed class InstanceNorm2d : InstanceNorm
{
    /// <inheritdoc cref="InstanceNorm1d(int, double, double, bool, bool, DType)"/>
    public InstanceNorm2d(
        int features,
        double epsilon = 1e-5,
        double momentum = 0.1,
        bool affine = false,
        bool trackRunningStats = false,
        DType dtype = DType.Float32)
        : base(features, epsilon, momentum, affine, trackRunningStats, dtype)
    {
    }

    private protected override NormLayout LayoutOf(Tensor input) => CheckChannels(input, input.Rank is 4, "[N, C, H, W]");
}
