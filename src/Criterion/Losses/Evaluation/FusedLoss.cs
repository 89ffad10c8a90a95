namespace Criterion.Losses;

/// <summary>The result of a loss that was evaluated in one pass without a graph; its gradients are in the memory that was given.</summary>
/// <param name="Value">The value, before it is rounded to the type of the elements.</param>
/// <param name="Divisor">The number by which the rounded value and the gradients must still be divided. Default: 1.</param>
internal readonly record struct FusedLoss(double Value, int Divisor = 1);
