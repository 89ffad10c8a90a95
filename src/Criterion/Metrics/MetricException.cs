namespace Criterion.Metrics;

/// <summary>
/// The exception for samples from which a metric cannot be computed: too few, or values that are NaN or infinite. The message includes the
/// fix.
/// </summary>
public sealed class MetricException(string message) : TensorException(message);
