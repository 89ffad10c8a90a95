using System.Numerics;
using Criterion.Drivers;

namespace Criterion.Nn;

/// <summary>What batch and instance norm share: a weight and a bias for each channel, and running statistics for evaluation.</summary>
public abstract class ChannelNorm : Module
{
    private protected const string MeanName = "running_mean";
    private protected const string VarianceName = "running_var";
    private protected const string CounterName = "num_batches_tracked";

    // With a mean of so many deviations x · scale and mean · scale lose four bits where they cancel.
    const double MostDeviations = 16;

    readonly int _features;

    private protected ChannelNorm(int features, double epsilon, double? momentum, bool affine, bool trackRunningStats, DType dtype)
    {
        string layer = GetType().Name;
        (_features, Epsilon) = (Require.AtLeast(1, features, layer), Require.NonNegative(epsilon, layer));
        Require.InUnitInterval(momentum ?? 0, layer, nameof(momentum));

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

    /// <summary>What each normalised channel is multiplied by, [C], or null.</summary>
    public Tensor? Weight { get; }

    /// <summary>What is added to each channel, [C], or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>The mean of each channel as evaluation uses it, [C], or null.</summary>
    public Tensor? RunningMean { get; }

    /// <summary>The unbiased variance of each channel as evaluation uses it, [C], or null.</summary>
    public Tensor? RunningVar { get; }

    /// <summary>How many batches went into the running statistics, Int64 [], or null. Only batch norm counts, as in PyTorch.</summary>
    public Tensor? BatchesTracked { get; }

    private protected double Epsilon { get; }

    private protected bool UsesRunningStats => !IsTraining && RunningMean is not null;

    private protected override void Translate(string prefix, OrderedDictionary<string, Tensor> state)
    {
        // PyTorch before 0.4.1 had no counter.
        string counter = prefix + CounterName;
        if (BatchesTracked is not null && state.ContainsKey(prefix + MeanName) && state.ContainsKey(prefix + VarianceName) && !state.ContainsKey(counter))
        {
            state.Add(counter, Tensor.Zeros([], DType.Int64));
        }
    }

    /// <summary>How the input is seen as [N, C, L].</summary>
    private protected NormLayout CheckChannels(Tensor input, bool fits, string shapes)
    {
        ArgumentNullException.ThrowIfNull(input);
        return fits && input.Shape[1] == _features
            ? new(input.Shape[0], _features, input.Shape.CountOf(2, input.Rank))
            : throw new ShapeException($"{GetType().Name}: the input must be {shapes} with C = {_features}, and is {input.Shape}.");
    }

    /// <summary>x normalised with the running statistics, which count as constants.</summary>
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

    /// <summary>x · scale + shift, each [C].</summary>
    private protected static Tensor ScaleAndShift(Tensor x, NormLayout layout, Tensor scale, Tensor shift)
    {
        Tensor channels = x.Reshape(layout.Rows, layout.Channels, layout.Length);
        return Normalization.ScaleAndShift(channels, Normalization.Channels(scale), Normalization.Channels(shift)).Reshape(x.Shape);
    }

    /// <summary>Moves the running statistics towards those of a batch.</summary>
    /// <param name="mean">The mean of each channel, Float64.</param>
    /// <param name="deviation">The root of the variance of each channel, Float64; the variance is held at the largest number of its type.</param>
    /// <param name="unbias">What makes the variance unbiased, n / (n − 1).</param>
    /// <param name="step">How far: 0 leaves them, 1 replaces them.</param>
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
