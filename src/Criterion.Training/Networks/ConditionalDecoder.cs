using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// The generator of a conditional DCGAN: its batch norms follow the class. Latents <c>[N, latent + classes, 1, 1]</c>, with the one-hot
/// class at their end, to images.
/// </summary>
internal sealed class ConditionalDecoder : Module
{
    readonly int _latent;
    readonly int _classes;
    readonly (ConvTranspose2d Up, ConditionalBatchNorm2d Norm)[] _levels;
    readonly ConvTranspose2d _last;

    /// <summary>Creates the network.</summary>
    /// <param name="latent">The size of a latent without its class.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="ups">The layers that double the image, the last of which returns it.</param>
    public ConditionalDecoder(int latent, int classes, ConvTranspose2d[] ups)
    {
        (_latent, _classes) = (latent, classes);
        _levels =
        [
            .. ups.SkipLast(1).Select((up, i) => (
                Child($"up{i}", up), Child($"norm{i}", new ConditionalBatchNorm2d(up.Weight.Shape[1], classes)))),
        ];
        _last = Child("last", ups[^1]);
    }

    public override Tensor Forward(Tensor input)
    {
        Tensor x = input.Narrow(1, 0, _latent);
        Tensor condition = input.Narrow(1, _latent, _classes).Flatten(1);
        foreach ((ConvTranspose2d up, ConditionalBatchNorm2d norm) in _levels)
        {
            x = norm.Forward(up.Forward(x), condition).Relu();
        }

        return _last.Forward(x).Tanh();
    }
}
