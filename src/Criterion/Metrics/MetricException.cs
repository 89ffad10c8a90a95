namespace Criterion.Metrics;

/// <summary>Samples from which a metric can't be computed: too few of them, or values that are no numbers. The message names the way out.</summary>
public sealed class MetricException(string message) : TensorException(message);
