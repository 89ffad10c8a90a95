namespace Criterion.Training;

/// <summary>Augments what one discriminator sees, and keeps the position of the random stream between steps.</summary>
/// <param name="augmentation">The augmentation.</param>
/// <param name="random">The stream of its draws.</param>
internal sealed class Augmenter(Augmentation augmentation, RandomStream random) : IStateful
{
    /// <summary>Draws a transform for each image and applies it.</summary>
    public Tensor Apply(Tensor images) => augmentation.IsNone ? images : augmentation.Forward(images, random);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> StateDict() =>
        augmentation.IsNone ? new OrderedDictionary<string, Tensor>() : random.StateDict();

    /// <inheritdoc/>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        if (!augmentation.IsNone)
        {
            random.LoadStateDict(state);
        }
    }
}
