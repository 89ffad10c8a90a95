using Criterion.Drivers;

namespace Criterion.Nn;

/// <summary>
/// (x − mean) / √(variance + ε) · weight + bias for each channel, with the statistics of the batch in training and running statistics in
/// evaluation (Ioffe and Szegedy, 2015).
/// </summary>
public abstract class BatchNorm : ChannelNorm
{
    private protected BatchNorm(int features, double epsilon, double? momentum, bool affine, bool trackRunningStats, DType dtype)
        : base(features, epsilon, momentum, affine, trackRunningStats, dtype) => Momentum = momentum;

    /// <summary>
    /// Gets the share by which a batch moves the running statistics, in [0, 1]; null where all batches are averaged equally.
    /// </summary>
    public double? Momentum { get; }

    private protected sealed override bool IsAffineByDefault => true;

    private protected sealed override bool TracksByDefault => true;

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The input does not match, or has only one value per channel in training.</exception>
    protected sealed override Tensor Compute(Tensor input)
    {
        NormLayout layout = LayoutOf(input);
        return UsesRunningStats ? NormalizeByRunningStats(input, layout) : NormalizeByBatch(input, layout);
    }

    /// <inheritdoc/>
    protected internal sealed override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (RunningMean is not null)
        {
            return NormalizeByRunningStats(graph, input);
        }

        long[] others = [0, .. Enumerable.Range(2, input.Shape.Rank - 2).Select(static axis => (long)axis)];
        return graph.ScaleAndShift(graph.Standardize(input, Epsilon, others), Weight, Bias);
    }

    /// <summary>Returns the input's layout as [N, C, L].</summary>
    private protected abstract NormLayout LayoutOf(Tensor input);

    Tensor NormalizeByBatch(Tensor x, NormLayout layout)
    {
        BatchCoupling.Declare(GetType().Name);
        int n = layout.Count;
        if (n <= 1)
        {
            throw new ShapeException(
                $"{GetType().Name}: the batch has {n} value(s) per channel, too few for a variance. Use a larger batch, or call Eval().");
        }

        Tensor y = Normalization.Apply(x, layout, Weight, Bias, Epsilon, out Tensor mean, out Tensor deviation);
        if (IsTraining && BatchesTracked is not null)
        {
            long batches = ++BatchesTracked.AsSpan<long>()[0];
            UpdateRunningStats(mean, deviation, n / (n - 1.0), Momentum ?? 1.0 / batches);
        }

        return y;
    }
}

/// <summary>Batch normalization of vectors [N, C] or sequences [N, C, L]. PyTorch equivalent: <c>torch.nn.BatchNorm1d</c>.</summary>
/// <inheritdoc cref="BatchNorm" path="/summary"/>
public sealed class BatchNorm1d : BatchNorm
{
    /// <summary>Initializes the layer with weight 1, bias 0, running mean 0 and running variance 1.</summary>
    /// <param name="features">The number C of channels.</param>
    /// <param name="epsilon">ε, added to the variance. Default: 1e-5.</param>
    /// <param name="momentum">
    /// The share by which a batch moves the running statistics, in [0, 1]; null averages all batches equally. Default: 0.1.
    /// </param>
    /// <param name="affine">Whether to add a weight and a bias. Default: true.</param>
    /// <param name="trackRunningStats">Whether to track running statistics; otherwise evaluation uses the batch. Default: true.</param>
    /// <param name="dtype">The type of weights and statistics. Default: Float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public BatchNorm1d(
        int features, double epsilon =
            1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStats = true, DType dtype = DType.Float32)
        : base(features, epsilon, momentum, affine, trackRunningStats, dtype)
    {
    }

    private protected override NormLayout LayoutOf(Tensor input) => CheckChannels(input, input.Rank is 2 or 3, "[N, C] or [N, C, L]");
}

/// <summary>Batch normalization of images [N, C, H, W]. PyTorch equivalent: <c>torch.nn.BatchNorm2d</c>.</summary>
/// <inheritdoc cref="BatchNorm" path="/summary"/>
public sealed class BatchNorm2d : BatchNorm
{
    /// <inheritdoc cref="BatchNorm1d(int, double, double?, bool, bool, DType)"/>
    public BatchNorm2d(
        int features, double epsilon =
            1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStats = true, DType dtype = DType.Float32)
        : base(features, epsilon, momentum, affine, trackRunningStats, dtype)
    {
    }

    private protected override NormLayout LayoutOf(Tensor input) => CheckChannels(input, input.Rank is 4, "[N, C, H, W]");
}
