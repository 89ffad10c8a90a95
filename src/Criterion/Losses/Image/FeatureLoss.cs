namespace Criterion.Losses;

/// <summary>
/// A loss of the features of any network for a prediction and a target: the weighted sum over the layers, for each image.
/// </summary>
public abstract record FeatureLoss : Loss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="weights">The weight of each layer; null for 1.</param>
    /// <param name="reduction">How per-element losses are reduced.</param>
    protected FeatureLoss(IReadOnlyList<double>? weights, Reduction reduction)
        : base(reduction) => Weights = weights;

    /// <summary><inheritdoc cref="FeatureLoss(IReadOnlyList{double}?, Reduction)" path="/param[@name='weights']/node()"/></summary>
    public IReadOnlyList<double>? Weights { get; init => field = CheckedWeights(value); }

    /// <summary>Computes the loss of features.</summary>
    /// <param name="prediction">The features of the prediction, [N, C, ...] for each layer.</param>
    /// <param name="target">The features of the target, of the same shapes; gradients stop here.</param>
    /// <returns>A scalar, or [N] with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The numbers of layers or weights differ, or shapes differ.</exception>
    /// <exception cref="LossException">There are no layers, or the batch is empty.</exception>
    public Tensor Forward(IReadOnlyList<Tensor> prediction, IReadOnlyList<Tensor> target)
    {
        FeatureListChecks.CheckCounts(Name, "layers", prediction, target);
        if (prediction.Count == 0)
        {
            throw new LossException($"{Name}: there are no layers. Pass at least one.");
        }

        if (Weights is not null && Weights.Count != prediction.Count)
        {
            throw new ShapeException($"{Name}: there are {Weights.Count} weights for {prediction.Count} layers. Pass one for each.");
        }

        return ForEmpty(prediction[0], prediction[0].Count) ?? Reduce(PerImage(prediction, target));
    }

    /// <summary>Computes the loss of one layer.</summary>
    /// <inheritdoc cref="Forward(IReadOnlyList{Tensor}, IReadOnlyList{Tensor})"/>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        return Forward([prediction], [target]);
    }

    /// <summary>Compares options, and weights element by element.</summary>
    public virtual bool Equals(FeatureLoss? other) =>
        base.Equals(other) && (Weights ?? []).SequenceEqual(other.Weights ?? []) && Weights is null == other.Weights is null;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Weights?.Count, Weights?.Sum());

    /// <summary>Computes the loss of a layer for each image, [N].</summary>
    protected abstract Tensor Layer(Tensor prediction, Tensor target);

    /// <summary>Returns Σ wₗ · term in LaTeX.</summary>
    protected string SumOfLayers(string term) => $@"\sum_l {(Weights is null ? "" : @"w_l \cdot ")}{term}";

    static IReadOnlyList<double>? CheckedWeights(IReadOnlyList<double>? weights) => weights is null || weights.All(double.IsFinite)
        ? weights
        : throw new ArgumentOutOfRangeException(nameof(Weights), string.Join(", ", weights), "FeatureLoss: Weights must be finite.");

    Tensor PerImage(IReadOnlyList<Tensor> prediction, IReadOnlyList<Tensor> target)
    {
        Tensor? sum = null;
        for (int i = 0; i < prediction.Count; i++)
        {
            CheckSameShape(prediction[i], target[i]);
            if (prediction[i].Rank < 2 || prediction[i].Shape[0] != prediction[0].Shape[0])
            {
                throw new ShapeException(
                    $"{Name}: layer {i} is {prediction[i].Shape}. Every layer must be [N, C, ...] with N = {prediction[0].Shape[0]}, as "
                    + "the first.");
            }

            Tensor loss = Layer(prediction[i], target[i].Detach());
            loss = Weights is null ? loss : loss * Weights[i];
            sum = sum is null ? loss : sum + loss;
        }

        return sum!;
    }
}
