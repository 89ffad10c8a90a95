namespace Criterion.Training;

/// <summary>Draws the input of a generator: normal latents, followed by a one-hot class if there are classes.</summary>
/// <param name="shape">The shape of the latent of one sample, without classes.</param>
/// <param name="classes">The number of classes; 0 for none.</param>
/// <param name="latents">The stream of the latents.</param>
/// <param name="labels">The stream of the classes.</param>
internal sealed class LatentSampler(ValueList<int> shape, int classes, RandomStream latents, RandomStream labels) : IStateful
{
    readonly StateGroup _state = new(("samples", latents), ("labels", labels));

    /// <summary>Draws a batch, with random classes unless they are given.</summary>
    /// <param name="count">The rows of the batch.</param>
    /// <param name="given">The classes, Int64 <c>[count]</c>. Default: random ones.</param>
    /// <returns>
    /// The latents, <c>[count, …]</c> with the classes in dimension 1, and the classes, Int64 <c>[count]</c>, or null without classes.
    /// </returns>
    public (Tensor Latents, Tensor? Labels) Next(int count, Tensor? given = null)
    {
        Tensor? drawn = classes == 0 ? null : given ?? Tensor.RandInt(0, classes, [count], labels);
        return (Draw(count, shape, drawn, classes, latents), drawn);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> StateDict() => _state.StateDict();

    /// <inheritdoc/>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state) => _state.LoadStateDict(state);

    /// <summary>Returns the classes 0, 1, … in turn, Int64 <c>[count]</c>.</summary>
    public static Tensor InTurn(int count, int classes) =>
        Tensor.From([.. Enumerable.Range(0, count).Select(i => (long)(i % classes))], [count]);

    /// <summary>Draws latents with given classes; every latent of a training, a picture or a measurement is drawn here.</summary>
    public static Tensor Draw(int count, ValueList<int> shape, Tensor? labels, int classes, RandomStream random)
    {
        Tensor latents = Tensor.Randn(new Shape([count, .. shape]), random: random);
        if (labels is null)
        {
            return latents;
        }

        int[] row = [labels.Count, classes, .. Enumerable.Repeat(1, shape.Count - 1)];
        return Tensor.Cat([latents, Tensor.Eye(classes).IndexSelect(0, labels).Reshape(row)], 1);
    }
}
