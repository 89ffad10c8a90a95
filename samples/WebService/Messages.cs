namespace WebService;

/// <summary>A prediction and its target.</summary>
public sealed record Pair(float[] Prediction, float[] Target);

/// <summary>A loss and its gradient by the prediction.</summary>
public sealed record Scored(double Value, float[] Gradient);
