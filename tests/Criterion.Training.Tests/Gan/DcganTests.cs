using Criterion.Nn;

namespace Criterion.Training.Tests;

public class DcganTests
{
    [Theory]
    [InlineData(8, 1)]
    [InlineData(16, 3)]
    [InlineData(32, 1)]
    [InlineData(64, 3)]
    public void Networks_fit_their_images(int size, int channels)
    {
        Dcgan networks = new(size, channels, width: 2, latent: 5);
        Tensor images = networks.Generator(new RandomStream(0)).Forward(networks.Latents(3, new RandomStream(1)));

        Assert.Equal(new Shape(3, channels, size, size), images.Shape);
        Assert.InRange(images.Abs().Max().Item(), 0, 1);
        Assert.Equal(new Shape(3), networks.Discriminator(new RandomStream(0)).Forward(images).Shape);
    }

    [Fact]
    public void The_default_has_the_yardsticks_parameters()
    {
        Dcgan networks = new();

        // Latent 64 → 128 → 64 → 32 → 1 with 4×4 kernels; batch norms two numbers a channel; a bias only where none follows.
        Assert.Equal((16 * ((64 * 128) + (128 * 64) + (64 * 32) + 32)) + (2 * (128 + 64 + 32)) + 1,
            networks.Generator(new RandomStream(0)).ParameterCount);
        Assert.Equal((16 * (32 + (32 * 64) + (64 * 128) + 128)) + (2 * (64 + 128)) + 32 + 1,
            networks.Discriminator(new RandomStream(0)).ParameterCount);
    }

    [Fact]
    public void Weights_start_as_published()
    {
        Sequential generator = new Dcgan(width: 64).Generator(new RandomStream(0));
        IReadOnlyDictionary<string, Tensor> state = generator.StateDict();

        Assert.InRange(state["0.weight"].Std().Item(), 0.0195, 0.0205);
        Assert.InRange(state["1.weight"].Mean().Item(), 0.99, 1.01);
        Assert.Equal(0, state["1.bias"].Abs().Max().Item());
        Assert.Equal(0, state["9.bias"].Abs().Max().Item());
    }

    [Fact]
    public void A_critic_for_penalties_has_no_batch_norm() =>
        Assert.DoesNotContain(
            new Dcgan(discriminatorNorm: DiscriminatorNorm.None).Discriminator(new RandomStream(0)), layer => layer is BatchNorm);

    [Fact]
    public void Images_that_a_dcgan_cant_make_are_refused()
    {
        ImageDataset odd = new("odd", Tensor.Zeros([4, 1, 20, 20]), range: ImageRange.ZeroOne);
        ImageDataset oblong = new("oblong", Tensor.Zeros([4, 1, 16, 32]), range: ImageRange.ZeroOne);

        Assert.Contains(
            "(ImageDataset.Load: size)", Assert.Throws<TrainingException>(() => Dcgan.For(odd)).Message, StringComparison.Ordinal);
        Assert.Contains("16×32", Assert.Throws<TrainingException>(() => Dcgan.For(oblong)).Message, StringComparison.Ordinal);
    }
}
