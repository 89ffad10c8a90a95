using System.Numerics;
using Criterion.Drivers;

namespace Criterion.Nn;

/// <summary>
/// The base of batch and instance normalization: a weight and a bias for each channel, and running statistics for evaluation.
/// </summary>
public abstract class ChannelNorm : Layer
{
    private protected const string MeanName = "running_mean";
    private protected const string VarianceName = "running_var";
    private protected const string CounterName = "num_batches_tracked";

    // With a mean of more standard deviations, x · scale − mean · scale would lose more than four bits by cancellation.
    const double MostDeviations = 16;

    readonly double? _momentum;

    private protected ChannelNorm(int features, double epsilon, double? momentum, bool affine, bool trackRunningStats, DType dtype)
    {
        string layer = GetType().Name;
        (Features, Epsilon) = (Require.AtLeast(1, features, layer), Require.NonNegative(epsilon, layer));
        Require.InUnitInterval(momentum ?? 0, layer, nameof(momentum));
        _momentum = momentum;

        if (affine)
        {
            Weight = Parameter("weight", Tensor.Ones([features], dtype));
            Bias = Parameter("bias", Tensor.Zeros([features], dtype));
        }

        if (trackRunningStats)
        {
            RunningMean = Buffer(MeanName, Tensor.Zeros([features], dtype));
            RunningVar = Buffer(VarianceName, Tensor.Ones([features], dtype));
            BatchesTracked = Buffer(CounterName, Tensor.Zeros([], DType.Int64));
        }
    }

    /// <summary>Gets the number C of channels.</summary>
    public int Features { get; }

    /// <summary>Gets ε, which is added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>Gets whether the layer has a weight and a bias.</summary>
    public bool Affine => Weight is not null;

    /// <summary>Gets whether the layer tracks running statistics.</summary>
    public bool TrackRunningStats => RunningMean is not null;

    /// <summary>Gets the factor of each normalized channel, [C], or null.</summary>
    public Tensor? Weight { get; }

    /// <summary>Gets the offset of each channel, [C], or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>Gets the running mean of each channel, [C], or null.</summary>
    public Tensor? RunningMean { get; }

    /// <summary>Gets the running unbiased variance of each channel, [C], or null.</summary>
    public Tensor? RunningVar { get; }

    /// <summary>
    /// Gets the number of batches in the running statistics, Int64 [], or null. Only batch normalization counts them, as in PyTorch.
    /// </summary>
    public Tensor? BatchesTracked { get; }

    /// <summary>Gets whether the layer has a weight and a bias by default.</summary>
    private protected abstract bool IsAffineByDefault { get; }

    /// <summary>Gets whether the layer tracks running statistics by default.</summary>
    private protected abstract bool TracksByDefault { get; }

    /// <inheritdoc/>
    protected override string Description => OptionText.Of(
        [Features],
        ("epsilon", Epsilon, 1e-5),
        ("momentum", _momentum, 0.1),
        ("affine", Weight is not null, IsAffineByDefault),
        ("trackRunningStats", RunningMean is not null, TracksByDefault));

    private protected bool UsesRunningStats => !IsTraining && RunningMean is not null;

    private protected override void Translate(string prefix, OrderedDictionary<string, Tensor> state)
    {
        // PyTorch before 0.4.1 had no counter.
        string counter = prefix + CounterName;
        if (BatchesTracked is not null
            && state.ContainsKey(prefix + MeanName)
            && state.ContainsKey(prefix + VarianceName)
            && !state.ContainsKey(counter))
        {
            state.Add(counter, Tensor.Zeros([], DType.Int64));
        }
    }

    /// <summary>Returns the input's layout as [N, C, L], or throws.</summary>
    private protected NormLayout CheckChannels(Tensor input, bool fits, string shapes) =>
        fits && input.Shape[1] == Features
            ? new(input.Shape[0], Features, input.Shape.CountOf(2, input.Rank))
            : throw new ShapeException($"{GetType().Name}: the input must be {shapes} with C = {Features}, but is {input.Shape}.");

    /// <summary>Normalizes by the running statistics, which count as constants.</summary>
    private protected Tensor NormalizeByRunningStats(Tensor x, NormLayout layout)
    {
        Tensor inverse = Normalization.Inverse(RunningVar!, Epsilon);
        Tensor scale = Weight is null ? inverse : inverse * Weight;
        if (!((RunningMean! * inverse).Abs().Max().Item() <= MostDeviations))
        {
            return Normalization.CentreAndScale(x, layout, RunningMean!, scale, Bias);
        }

        Tensor shift = -(RunningMean! * scale);
        return ScaleAndShift(x, layout, scale, Bias is null ? shift : shift + Bias);
    }

    /// <summary>Describes the normalization by running statistics.</summary>
    private protected OnnxValue NormalizeByRunningStats(OnnxGraph graph, OnnxValue input) => graph.Node(
        "BatchNormalization",
        [input, ScaleIn(graph), ShiftIn(graph), graph.Weight(RunningMean), graph.Weight(RunningVar)],
        ("epsilon", Epsilon));

    private protected OnnxValue ScaleIn(OnnxGraph graph) => graph.Weight(Weight ?? Tensor.Ones(Features), "weight");

    private protected OnnxValue ShiftIn(OnnxGraph graph) => graph.Weight(Bias ?? Tensor.Zeros(Features), "bias");

    /// <summary>Computes x · scale + shift, each [C].</summary>
    private protected static Tensor ScaleAndShift(Tensor x, NormLayout layout, Tensor scale, Tensor shift)
    {
        Tensor channels = x.Reshape(layout.Rows, layout.Channels, layout.Length);
        return Normalization.ScaleAndShift(channels, Normalization.Channels(scale), Normalization.Channels(shift)).Reshape(x.Shape);
    }

    /// <summary>Moves the running statistics to those of a batch.</summary>
    /// <param name="mean">The mean of each channel, Float64.</param>
    /// <param name="deviation">
    /// The standard deviation of each channel, Float64; the variance is clamped to the largest number of its type.
    /// </param>
    /// <param name="unbias">The correction of the biased variance, n / (n − 1).</param>
    /// <param name="step">The share: 0 keeps the running statistics, 1 replaces them.</param>
    private protected void UpdateRunningStats(Tensor mean, Tensor deviation, double unbias, double step)
    {
        if (RunningVar!.DType == DType.Float32)
        {
            UpdateRunningStats<float>(mean.AsReadOnlySpan<double>(), deviation.AsReadOnlySpan<double>(), unbias, step);
        }
        else
        {
            UpdateRunningStats<double>(mean.AsReadOnlySpan<double>(), deviation.AsReadOnlySpan<double>(), unbias, step);
        }
    }

    void UpdateRunningStats<T>(ReadOnlySpan<double> mean, ReadOnlySpan<double> deviation, double unbias, double step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>, IMinMaxValue<T>
    {
        Span<T> means = RunningMean!.AsSpan<T>();
        Span<T> variances = RunningVar!.AsSpan<T>();
        double largest = double.CreateTruncating(T.MaxValue);
        for (int i = 0; i < means.Length; i++)
        {
            means[i] = Lerp(means[i], mean[i], step);
            variances[i] = Lerp(variances[i], Math.Min(deviation[i] * deviation[i] * unbias, largest), step);
        }
    }

    static T Lerp<T>(T running, double value, double step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        T.CreateTruncating(((1 - step) * double.CreateTruncating(running)) + (step * value));
}
