namespace Criterion.Losses;

/// <summary>Values on which a loss is not defined: the message gives the first of them, its place and the way out.</summary>
public sealed class LossException(string message) : TensorException(message);
