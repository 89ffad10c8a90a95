namespace Criterion.Losses;

/// <summary>A loss of features that any network gives for a prediction and for its target: the weighted sum over the layers, for each image.</summary>
/// <param name="Weights">One weight for each layer; null for 1 each.</param>
/// <param name="Reduction">What becomes of the losses of single images.</param>
public abstract record FeatureLoss(IReadOnlyList<double>? Weights, Reduction Reduction) : Loss(Reduction)
{
    /// <inheritdoc cref="FeatureLoss(IReadOnlyList{double}, Reduction)"/>
    public IReadOnlyList<double>? Weights { get; init => field = CheckedWeights(value); } = CheckedWeights(Weights);

    /// <summary>The loss of features.</summary>
    /// <param name="prediction">Layer by layer, each [N, C, ...].</param>
    /// <param name="target">The same layers of the target, of the same shapes; gradients stop here.</param>
    /// <returns>A scalar, or [N] with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">Numbers of layers, weights or shapes differ.</exception>
    /// <exception cref="LossException">There are no layers, or the batch is empty.</exception>
    public Tensor Forward(IReadOnlyList<Tensor> prediction, IReadOnlyList<Tensor> target)
    {
        FeatureListChecks.CheckCounts(Name, "layers", prediction, target);
        if (prediction.Count == 0)
        {
            throw new LossException($"{Name}: there are no layers to compare.");
        }

        if (Weights is not null && Weights.Count != prediction.Count)
        {
            throw new ShapeException($"{Name}: there are {Weights.Count} weights for {prediction.Count} layers; give one for each.");
        }

        return ForEmpty(prediction[0], prediction[0].Count) ?? Reduce(PerImage(prediction, target));
    }

    /// <summary>The loss of one layer.</summary>
    /// <inheritdoc cref="Forward(IReadOnlyList{Tensor}, IReadOnlyList{Tensor})"/>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        return Forward([prediction], [target]);
    }

    /// <summary>Whether options, and weights one by one, are the same.</summary>
    public virtual bool Equals(FeatureLoss? other) =>
        base.Equals(other) && (Weights ?? []).SequenceEqual(other.Weights ?? []) && Weights is null == other.Weights is null;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Weights?.Count, Weights?.Sum());

    /// <summary>The loss of a layer for each image, [N].</summary>
    protected abstract Tensor Layer(Tensor prediction, Tensor target);

    /// <summary>Σ wₗ · term, in LaTeX.</summary>
    protected string SumOfLayers(string term) => $@"\sum_l {(Weights is null ? "" : @"w_l \cdot ")}{term}";

    static IReadOnlyList<double>? CheckedWeights(IReadOnlyList<double>? weights) => weights is null || weights.All(double.IsFinite)
        ? weights
        : throw new ArgumentOutOfRangeException(nameof(Weights), string.Join(", ", weights), "The weights of layers must be finite numbers.");

    Tensor PerImage(IReadOnlyList<Tensor> prediction, IReadOnlyList<Tensor> target)
    {
        Tensor? sum = null;
        for (int i = 0; i < prediction.Count; i++)
        {
            CheckSameShape(prediction[i], target[i]);
            if (prediction[i].Rank < 2 || prediction[i].Shape[0] != prediction[0].Shape[0])
            {
                throw new ShapeException($"{Name}: layer {i} is {prediction[i].Shape}; every layer must be [N, C, ...] with N = {prediction[0].Shape[0]} as in the first.");
            }

            Tensor loss = Layer(prediction[i], target[i].Detach());
            loss = Weights is null ? loss : loss * Weights[i];
            sum = sum is null ? loss : sum + loss;
        }

        return sum!;
    }
}
