namespace Criterion.Losses;

/// <summary>
/// The exception for values outside the domain of a loss, and for empty batches. The message includes the first invalid element and the
/// fix.
/// </summary>
public sealed class LossException(string message) : TensorException(message);
