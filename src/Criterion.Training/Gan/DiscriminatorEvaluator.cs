using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// The outputs of a discriminator for a batch: logits, logits of the classes if there are any, and features if they are matched.
/// </summary>
internal readonly record struct DiscriminatorResult(Tensor Logits, Tensor? ClassLogits, Tensor? Features);

/// <summary>Runs a discriminator on augmented samples and splits its output into logits, class logits and features.</summary>
internal sealed class DiscriminatorEvaluator
{
    readonly Module _discriminator;
    readonly int _classes;
    readonly bool _projects;
    readonly Augmenter _augmenter;
    readonly Module[]? _features;
    readonly Module[] _head = [];

    /// <summary>
    /// Creates an evaluator for a discriminator whose first output is the logit, followed by the class logits if there are any; with
    /// <paramref name="projects"/> these are added to the logit of their class instead.
    /// </summary>
    /// <exception cref="TrainingException">The discriminator has no layer whose features could be matched.</exception>
    public DiscriminatorEvaluator(
        Module discriminator, int classes, FeatureMatchingOptions? matching, Augmenter augmenter, bool projects = false)
    {
        (_discriminator, _classes, _augmenter, _projects) = (discriminator, classes, augmenter, projects);
        if (matching is not null)
        {
            Sequential chain = discriminator as Sequential ?? throw new TrainingException(
                $"Feature matching needs a discriminator that is a Sequential, but this one is a {discriminator.GetType().Name}. "
                + $"Set {nameof(GanOptions)}.{nameof(GanOptions.FeatureMatching)} to null, or build the discriminator as a Sequential.");
            int split = FeatureLayers(chain, matching.Layer);
            (_features, _head) = ([.. chain.Take(split)], [.. chain.Skip(split)]);
        }
    }

    /// <summary>Gets the discriminator.</summary>
    public Module Network => _discriminator;

    /// <summary>Computes all outputs for a batch, with a new draw of the augmentation.</summary>
    public DiscriminatorResult Evaluate(Tensor samples, Tensor? labels) => EvaluatePlain(_augmenter.Apply(samples), labels);

    /// <summary>Computes all outputs for a batch as it is, which draws no random numbers.</summary>
    public DiscriminatorResult EvaluatePlain(Tensor samples, Tensor? labels)
    {
        Tensor? features = _features is null ? null : Apply(_features, samples);
        Tensor output = Checked(features is null ? _discriminator.Forward(samples) : Apply(_head, features), samples);
        return _classes == 0 ? new(output, null, features)
            : _projects ? new(ProjectionHead.Score(output, labels!), null, features)
            : new(output.Narrow(1, 0, 1).Flatten(0), output.Narrow(1, 1, _classes), features);
    }

    /// <summary>Computes the logits alone, for penalties, which differentiate them by the samples before they are augmented.</summary>
    public Tensor Logits(Tensor samples, Tensor? labels) => Evaluate(samples, labels).Logits;

    // Every mean over scores would otherwise be of the wrong numbers.
    Tensor Checked(Tensor output, Tensor samples)
    {
        int count = samples.Shape[0];
        bool fits = _classes > 0
            ? output.Rank == 2 && output.Shape[0] == count && output.Shape[1] == 1 + _classes
            : output.Rank > 0 && output.Shape != samples.Shape
                && (output.Shape[0] == count || (output.Rank == 1 && output.Count > 0 && output.Count % count == 0));
        return fits && output.DType is DType.Float32 or DType.Float64
            ? output
            : throw new TrainingException(
                $"{nameof(GanTrainer)}: the discriminator must return "
                + (_classes > 0 ? $"the logit and {_classes} class logits of each sample, [{count}, {1 + _classes}]"
                    : $"one or more scores for each sample, such as [{count}] or [{count}, 1]")
                + $", of Float32, but returns {output.DType} {output.Shape} for samples {samples.Shape}. "
                + $"End it in {(_classes > 0 ? $"new Linear(…, {1 + _classes})" : "new Linear(…, 1)")}.");
    }

    static Tensor Apply(Module[] layers, Tensor input) => layers.Aggregate(input, static (x, layer) => layer.Forward(x));

    // The number of layers up to the features.
    static int FeatureLayers(Sequential chain, string? layer)
    {
        int split = layer is null ? chain.ToList().FindLastIndex(static module => module.Parameters().Count > 0)
            : NumberText.TryParse(layer, out long index) && index >= 0 && index < chain.Count ? (int)index + 1
            : throw new TrainingException(
                $"Feature matching: the discriminator has no layer '{layer}'. Choose one of its layers 0 to {chain.Count - 1}.");
        return split > 0
            ? split
            : throw new TrainingException(
                "Feature matching: the discriminator has no hidden layer whose features could be matched. "
                + $"Set {nameof(GanOptions)}.{nameof(GanOptions.FeatureMatching)} to null.");
    }
}
