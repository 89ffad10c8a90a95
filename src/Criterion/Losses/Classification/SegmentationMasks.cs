namespace Criterion.Losses;

/// <summary>The probabilities and the target of each class as masks, 0 in ignored pixels.</summary>
internal sealed class SegmentationMasks
{
    readonly Tensor _prediction;
    readonly long[] _classes;

    SegmentationMasks(Tensor prediction, long[] classes, Tensor? counts, int counted)
    {
        (_prediction, _classes, Counts, Counted) = (prediction, classes, counts, counted);
    }

    /// <summary>Gets the number of pixels that are not ignored.</summary>
    public int Counted { get; }

    /// <summary>Gets 1 for each pixel that is not ignored and 0 for the others, [N, 1, pixels]; or null if none is ignored.</summary>
    public Tensor? Counts { get; }

    /// <summary>Gets the logits, [N, C, pixels].</summary>
    public Tensor Logits => _prediction.Rank > 2 ? _prediction.Flatten(2) : _prediction.Unsqueeze(2);

    /// <summary>Gets the probabilities, [N, C, pixels].</summary>
    public Tensor Probabilities => Counting(IsBinary ? Logits.Sigmoid() : Logits.Softmax(1));

    /// <summary>Gets the masks of the target, [N, C, pixels].</summary>
    public Tensor Truth
    {
        get
        {
            Tensor classes = Tensor.From(_classes, [_prediction.Shape[0], _classes.Length / Math.Max(1, _prediction.Shape[0])]);
            DType dtype = _prediction.DType;
            return Counting(IsBinary ? classes.To(dtype).Unsqueeze(1) : classes.OneHot(_prediction.Shape[1], dtype).Transpose());
        }
    }

    /// <summary>Gets whether a single channel separates two classes.</summary>
    public bool IsBinary => _prediction.Shape[1] == 1;

    /// <summary>Creates the masks of logits and classes.</summary>
    public static SegmentationMasks Of(string loss, Tensor prediction, Tensor target, long ignoreIndex)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        CheckShapes(loss, prediction, target);
        int classCount = Math.Max(2, prediction.Shape[1]);
        long[] classes = ValueChecks.ClassIndices(loss, target, nameof(target));
        bool[] counts = new bool[classes.Length];
        for (int i = 0; i < classes.Length; i++)
        {
            counts[i] = classes[i] != ignoreIndex;
            classes[i] = counts[i] ? InRange(loss, classes[i], classCount, ignoreIndex, i) : 0;
        }

        int counted = counts.Count(static pixel => pixel);
        int batch = prediction.Shape[0];
        Tensor? mask = counted == counts.Length
            ? null
            : Tensor.From(counts, [batch, 1, counts.Length / batch]).To(prediction.DType);
        return new SegmentationMasks(prediction, classes, mask, counted);
    }

    /// <summary>Returns the masks with 0 in ignored pixels.</summary>
    public Tensor Counting(Tensor masks) => Counts is null ? masks : masks * Counts;

    /// <summary>Returns a loss of 0 whose gradient is 0.</summary>
    public Tensor Zero() => _prediction.Narrow(0, 0, 0).Sum();

    /// <summary>Returns the error for a batch without pixels that count.</summary>
    public LossException NothingCounts(string loss) => new(
        $"{loss}: no pixel counts: {_classes.Length} of {_classes.Length} in the target are IgnoreIndex. "
        + "Skip such batches, or set OnEmpty = OnEmpty.Zero.");

    static long InRange(string loss, long value, int classes, long ignoreIndex, int at) => value >= 0 && value < classes
        ? value
        : throw new LossException(
            $"{loss}: target must be in [0, {classes}) or IgnoreIndex = {ignoreIndex}, but element {at} is {value}.");

    static void CheckShapes(string loss, Tensor prediction, Tensor target)
    {
        if (prediction.Rank < 2 || prediction.Shape[1] == 0 || !prediction.DType.IsFloat())
        {
            throw new ShapeException(
                $"{loss}: the prediction must be logits [N, C, ...], but is {prediction.DType} {prediction.Shape}. "
                + "For one sample add the batch dimension with Unsqueeze(0).");
        }

        Shape expected = prediction.Shape.Without(1);
        if (target.Shape != expected && !(prediction.Shape[1] == 1 && target.Shape == prediction.Shape))
        {
            throw new ShapeException(
                $"{loss}: prediction {prediction.Shape} needs a target of classes {expected}, but it is {target.Shape} of {target.DType}. "
                + "Reshape it, or convert one-hot masks by target.ArgMax(1).");
        }
    }
}
