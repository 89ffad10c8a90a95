using Criterion.Nn;

namespace Criterion.Training;

/// <summary>What a discriminator says of samples: logits, the classes that it tells, and its features where they are matched.</summary>
internal readonly record struct DiscriminatorResult(Tensor Logits, Tensor? ClassLogits, Tensor? Features);

/// <summary>A discriminator's outputs by their meaning.</summary>
internal sealed class DiscriminatorEvaluator
{
    readonly Module _discriminator;
    readonly int _classes;
    readonly Module[]? _features;
    readonly Module[] _head = [];

    /// <summary>A judge whose output begins with a logit and goes on with classes, if there are any.</summary>
    /// <exception cref="TrainingException">The discriminator has no layer whose features could be matched.</exception>
    public DiscriminatorEvaluator(Module discriminator, int classes, FeatureMatching? matching)
    {
        (_discriminator, _classes) = (discriminator, classes);
        if (matching is not null)
        {
            Sequential chain = discriminator as Sequential ?? throw new TrainingException(
                $"Feature matching needs a discriminator whose layers follow one another (Sequential), and this is {discriminator.GetType().Name}.");
            int split = Split(chain, matching.Layer);
            (_features, _head) = ([.. chain.Take(split)], [.. chain.Skip(split)]);
        }
    }

    /// <summary>What the discriminator says.</summary>
    public DiscriminatorResult Evaluate(Tensor samples)
    {
        Tensor? features = _features is null ? null : Through(_features, samples);
        Tensor output = features is null ? _discriminator.Forward(samples) : Through(_head, features);
        return _classes == 0
            ? new(output, null, features)
            : new(output.Narrow(1, 0, 1).Flatten(0), output.Narrow(1, 1, _classes), features);
    }

    /// <summary>Its logits alone, for penalties.</summary>
    public Tensor Logits(Tensor samples) => Evaluate(samples).Logits;

    static Tensor Through(Module[] layers, Tensor input) => layers.Aggregate(input, static (x, layer) => layer.Forward(x));

    // The number of layers up to the features.
    static int Split(Sequential chain, string? layer)
    {
        int split = layer is null ? chain.ToList().FindLastIndex(static module => module.Parameters().Count > 0)
            : NumberText.TryParse(layer, out long index) && index >= 0 && index < chain.Count ? (int)index + 1
            : throw new TrainingException($"The discriminator has no layer '{layer}' whose features could be matched; its layers are 0 to {chain.Count - 1}.");
        return split > 0 ? split : throw new TrainingException("The discriminator has no hidden layer whose features could be matched. Leave out feature matching.");
    }
}
