namespace Criterion.Losses;

/// <summary>The cross-entropy of class logits against labels, for GAN losses with a classifier.</summary>
internal static class ClassLabelLoss
{
    /// <summary>Computes <see cref="CrossEntropyLoss"/> with errors that name the GAN loss; no label is ignored.</summary>
    public static Tensor CrossEntropy(string owner, Tensor logits, Tensor labels, double smoothing = 0)
    {
        Check(owner, logits, labels);
        return new CrossEntropyLoss(labelSmoothing: smoothing).Forward(logits, labels);
    }

    static void Check(string owner, Tensor logits, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        if (logits.Rank != 2 || labels.Shape != [logits.Shape[0]])
        {
            string fix = logits.Rank == 2 && labels.Shape == logits.Shape
                ? "For one-hot rows use labels.ArgMax(1)."
                : "Pass [N, C] and [N].";
            throw new ShapeException($"{owner}: class logits {logits.Shape} and labels {labels.Shape} do not match. {fix}");
        }

        long[] classes = ValueChecks.ClassIndices(owner, labels, nameof(labels));
        if (logits.Count == 0)
        {
            throw new LossException($"{owner}: the batch {logits.Shape} is empty. Skip empty batches.");
        }

        int wrong = classes.AsSpan().IndexOfAnyExceptInRange(0, logits.Shape[1] - 1);
        if (wrong >= 0)
        {
            throw new LossException($"{owner}: labels must be classes in [0, {logits.Shape[1]}), but label {wrong} is {classes[wrong]}.");
        }
    }
}
