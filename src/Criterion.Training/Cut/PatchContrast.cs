using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// Contrasts patches of translations with the patches of their sources at the same positions, in the features of the translator's own
/// encoder: the mean of <see cref="PatchNceLoss"/> over the layers. Source: Park et al., 2020, equation 4.
/// </summary>
/// <remarks>Keys are computed without gradients, as in the authors' code: encoder and heads learn from the queries alone.</remarks>
internal sealed class PatchContrast
{
    readonly Sequential[] _stages;
    readonly ModuleList<Sequential> _heads;
    readonly PatchNceLoss _loss;

    public PatchContrast(CutNetworks networks, double temperature)
    {
        _stages =
        [
            .. networks.Layers.Prepend(0).Zip(networks.Layers, (from, to) => new Sequential([.. networks.Translator.Take(from..to)])),
        ];
        _heads = networks.Heads;
        _loss = new PatchNceLoss(temperature, reduction: Reduction.None);
    }

    /// <summary>Computes the loss of each image, <c>[N]</c>.</summary>
    /// <param name="sources">The images that were translated, <c>[N, C, H, W]</c>.</param>
    /// <param name="translated">Their translations.</param>
    /// <param name="positions">
    /// Returns the positions to compare in a layer with so many, Int64 <c>[P]</c>; they are the same for sources and translations.
    /// </param>
    /// <param name="isFlipped">Whether the sources were flipped left to right before they were translated.</param>
    public Tensor Forward(Tensor sources, Tensor translated, Func<int, Tensor> positions, bool isFlipped = false)
    {
        IReadOnlyList<Tensor> queries = Features(translated);
        IReadOnlyList<Tensor> keys = WithoutGradient(() => Features(sources));
        return Enumerable.Range(0, queries.Count).Select(Layer).Aggregate(static (a, b) => a + b) / queries.Count;

        Tensor Layer(int layer)
        {
            Tensor at = positions(keys[layer].Shape[2] * keys[layer].Shape[3]);
            Tensor query = isFlipped ? queries[layer].Flip(3) : queries[layer];
            return _loss.Forward(Patches(layer, query, at), WithoutGradient(() => Patches(layer, keys[layer], at))).Mean(1);
        }
    }

    IReadOnlyList<Tensor> Features(Tensor images)
    {
        Tensor[] features = new Tensor[_stages.Length];
        for (int i = 0; i < features.Length; i++)
        {
            images = features[i] = _stages[i].Forward(images);
        }

        return features;
    }

    Tensor Patches(int layer, Tensor features, Tensor positions) =>
        _heads[layer].Forward(features.Flatten(2).IndexSelect(2, positions).Transpose(1, 2));

    static T WithoutGradient<T>(Func<T> compute)
    {
        using (Autograd.NoGrad())
        {
            return compute();
        }
    }
}
