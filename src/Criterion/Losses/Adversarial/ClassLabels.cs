namespace Criterion.Losses;

/// <summary>The cross-entropy of class logits against labels, for objectives with a classifier at their side.</summary>
internal static class ClassLabels
{
    /// <summary><see cref="CrossEntropyLoss"/>, with errors that name the objective; no label is left out.</summary>
    public static Tensor CrossEntropy(string owner, Tensor logits, Tensor labels, double smoothing = 0)
    {
        Check(owner, logits, labels);
        return new CrossEntropyLoss(LabelSmoothing: smoothing).Forward(logits, labels);
    }

    static void Check(string owner, Tensor logits, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        if (logits.Rank != 2 || labels.Shape != [logits.Shape[0]])
        {
            throw new ShapeException($"{owner}: class logits {logits.Shape} and labels {labels.Shape} do not go together: [N, C] goes with [N].");
        }

        if (labels.DType != DType.Int64)
        {
            throw new DTypeException($"{owner}: labels are class indices of Int64, and these are {labels.DType}; convert them with .To(DType.Int64).");
        }

        if (logits.Count == 0)
        {
            throw new LossException($"{owner}: there is nothing to classify in {logits.Shape}. Skip empty batches.");
        }

        CheckRange(owner, labels, logits.Shape[1]);
    }

    static void CheckRange(string owner, Tensor labels, int classes)
    {
        ReadOnlySpan<long> values = labels.Contiguous().AsReadOnlySpan<long>();
        int first = values.IndexOfAnyExceptInRange(0, classes - 1);
        if (first >= 0)
        {
            throw new LossException($"{owner}: label {first} is {values[first]}, and there are {classes} classes, 0 to {classes - 1}.");
        }
    }
}
