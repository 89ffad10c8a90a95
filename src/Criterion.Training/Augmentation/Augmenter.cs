using Criterion.Losses;

namespace Criterion.Training;

/// <summary>
/// Augments what one discriminator sees. It keeps the position of the random stream between steps, and the controller of an adaptive
/// augmentation.
/// </summary>
/// <param name="augmentation">The augmentation.</param>
/// <param name="random">The stream of its draws.</param>
internal sealed class Augmenter(Augmentation augmentation, RandomStream random) : IStateful
{
    readonly AugmentationController? _controller = augmentation is AdaptiveAugment adaptive ? new(adaptive) : null;

    /// <summary>Gets the probability of each part of an adaptive augmentation; 0 for others.</summary>
    public double Probability => _controller?.Probability ?? 0;

    /// <summary>Draws a transform for each image and applies it.</summary>
    public Tensor Apply(Tensor images) => Draw(images.Shape)?.Apply(images) ?? images;

    /// <summary>Draws a transform for each pair of images, applies it to both, and joins them along the channels.</summary>
    public Tensor ApplyAlike(Tensor first, Tensor second) => Draw(second.Shape) is { } transform
        ? Tensor.Cat([transform.Apply(first), transform.Apply(second)], 1)
        : Tensor.Cat([first, second], 1);

    /// <summary>Takes in the scores of a discriminator step that changed its weights.</summary>
    public void Observe(GanLoss objective, Tensor real, Tensor fake) =>
        _controller?.Observe(ScoreStatistics.MeanSign(objective, real, fake), real.Shape[0]);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> StateDict() => State.StateDict();

    /// <inheritdoc/>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state) => State.LoadStateDict(state);

    StateGroup State => augmentation.IsNone ? new()
        : _controller is null ? new(("draws", random))
        : new(("draws", random), ("controller", _controller));

    // Interpolation at p = 0 would return the same images, at its cost.
    ImageTransform? Draw(Shape images) => augmentation switch
    {
        { IsNone: true } => null,
        AdaptiveAugment adaptive => Probability == 0 ? null : adaptive.Draw(images, random, Probability),
        _ => augmentation.Draw(images, random),
    };
}
