using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Criterion.Bench;

/// <summary>The networks of Criterion.Training: Dcgan for images of 32×32, ResnetTranslator, PatchDiscriminator.</summary>
internal static class Networks
{
    public static Sequential Generator(long width, long latent) => Sequential(
        ConvTranspose2d(latent, 4 * width, 4, bias: false), BatchNorm2d(4 * width), ReLU(),
        ConvTranspose2d(4 * width, 2 * width, 4, 2, 1, bias: false), BatchNorm2d(2 * width), ReLU(),
        ConvTranspose2d(2 * width, width, 4, 2, 1, bias: false), BatchNorm2d(width), ReLU(),
        ConvTranspose2d(width, 1, 4, 2, 1), Tanh());

    public static Sequential Discriminator(long width, bool batchNorm)
    {
        return Sequential([
            Conv2d(1, width, 4, 2, 1), LeakyReLU(0.2),
            Conv2d(width, 2 * width, 4, 2, 1, bias: !batchNorm), .. Norm(2 * width), LeakyReLU(0.2),
            Conv2d(2 * width, 4 * width, 4, 2, 1, bias: !batchNorm), .. Norm(4 * width), LeakyReLU(0.2),
            Conv2d(4 * width, 1, 4), Flatten(0)]);

        Module<Tensor, Tensor>[] Norm(long channels) => batchNorm ? [BatchNorm2d(channels)] : [];
    }

    public static Sequential Translator(long width, int blocks) => Sequential([
        ReflectionPad2d(3), Conv2d(3, width, 7), InstanceNorm2d(width), ReLU(),
        Conv2d(width, 2 * width, 3, 2, 1), InstanceNorm2d(2 * width), ReLU(),
        Conv2d(2 * width, 4 * width, 3, 2, 1), InstanceNorm2d(4 * width), ReLU(),
        .. Enumerable.Range(0, blocks).Select(_ => new Residual(4 * width)),
        ConvTranspose2d(4 * width, 2 * width, 3, 2, 1, 1), InstanceNorm2d(2 * width), ReLU(),
        ConvTranspose2d(2 * width, width, 3, 2, 1, 1), InstanceNorm2d(width), ReLU(),
        ReflectionPad2d(3), Conv2d(width, 3, 7), Tanh()]);

    public static Sequential PatchDiscriminator(long width) => Sequential(
        Conv2d(3, width, 4, 2, 1), LeakyReLU(0.2),
        Conv2d(width, 2 * width, 4, 2, 1), InstanceNorm2d(2 * width), LeakyReLU(0.2),
        Conv2d(2 * width, 4 * width, 4, 2, 1), InstanceNorm2d(4 * width), LeakyReLU(0.2),
        Conv2d(4 * width, 8 * width, 4, 1, 1), InstanceNorm2d(8 * width), LeakyReLU(0.2),
        Conv2d(8 * width, 1, 4, 1, 1));

    /// <summary>Two convolutions whose result is added to the input.</summary>
    sealed class Residual : Module<Tensor, Tensor>
    {
        readonly Sequential _inner;

        public Residual(long width)
            : base(nameof(Residual))
        {
            _inner = Sequential(
                ReflectionPad2d(1), Conv2d(width, width, 3), InstanceNorm2d(width), ReLU(),
                ReflectionPad2d(1), Conv2d(width, width, 3), InstanceNorm2d(width));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => input + _inner.call(input);
    }
}
