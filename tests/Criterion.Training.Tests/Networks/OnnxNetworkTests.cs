using System.Reflection;
using Criterion.Nn;
using Criterion.Tests.Nn;

namespace Criterion.Training.Tests;

/// <summary>The networks of trainings as ONNX Runtime computes them.</summary>
public class OnnxNetworkTests
{
    static RandomStream Random => new(3);

    [Theory]
    [InlineData(8, 1, 0)]
    [InlineData(16, 3, 0)]
    [InlineData(32, 1, 10)]
    public void A_DCGAN_generator_agrees(int size, int channels, int classes)
    {
        Dcgan networks = new(size, channels, width: 4, latent: 6) { Classes = classes };
        OnnxSession.AssertAgrees(Trained(networks.Generator(Random), [6 + classes, 1, 1]), [6 + classes, 1, 1]);
    }

    [Theory]
    [InlineData(8, 3, 0)]
    [InlineData(16, 1, 3)]
    public void The_generators_of_StyleGAN2_and_R3GAN_agree(int size, int channels, int classes)
    {
        Shape latent = [5 + classes, 1, 1];
        ImageNetworks[] all =
        [
            new StyleGan2(size, channels, width: 4, latent: 5) { Classes = classes },
            new R3Gan(size, channels, width: 4, latent: 5) { Classes = classes },
        ];
        Assert.All(all, networks => OnnxSession.AssertAgrees(Halved(NetworkGolden.Filled(networks.Generator(Random))), latent));
    }

    [Theory]
    [InlineData(DiscriminatorNorm.Batch, 0)]
    [InlineData(DiscriminatorNorm.None, 3)]
    [InlineData(DiscriminatorNorm.Layer, 0)]
    [InlineData(DiscriminatorNorm.Instance, 0)]
    [InlineData(DiscriminatorNorm.Spectral, 3)]
    public void A_DCGAN_discriminator_agrees(DiscriminatorNorm norm, int classes)
    {
        Dcgan networks = new(16, 3, width: 4, latent: 6, norm) { Classes = classes };
        OnnxSession.AssertAgrees(Trained(networks.Discriminator(Random), [3, 16, 16]), [3, 16, 16]);
    }

    [Theory]
    [InlineData(DiscriminatorOutput.AbsoluteError)]
    [InlineData(DiscriminatorOutput.SquaredError)]
    [InlineData(DiscriminatorOutput.Probability)]
    public void A_discriminator_with_another_output_agrees(DiscriminatorOutput output)
    {
        Dcgan networks = new(16, 1, width: 4, latent: 6) { DiscriminatorOutput = output };
        OnnxSession.AssertAgrees(Trained(networks.Discriminator(Random), [1, 16, 16]), [1, 16, 16]);
    }

    [Theory]
    [InlineData(DiscriminatorNorm.Batch)]
    [InlineData(DiscriminatorNorm.None)]
    [InlineData(DiscriminatorNorm.Layer)]
    [InlineData(DiscriminatorNorm.Spectral)]
    public void Networks_of_points_agree(DiscriminatorNorm norm)
    {
        PointNetworks networks = new(width: 8, latent: 4, norm);
        OnnxSession.AssertAgrees(networks.Generator(Random), [4, 1, 1]);
        OnnxSession.AssertAgrees(Trained(networks.Discriminator(Random), [2]), [2]);
    }

    [Theory]
    [InlineData(12, 16, 1)]
    [InlineData(20, 12, 2)]
    public void A_translator_agrees(int height, int width, int halvings) => OnnxSession.AssertAgrees(
        new ResnetTranslator(3, width: 4, blocks: 2, halvings).Build(Random), [3, height, width]);

    [Theory]
    [InlineData(1, 2)]
    [InlineData(3, 4)]
    public void A_U_Net_agrees(int channels, int depth) => OnnxSession.AssertAgrees(
        Trained(new UnetTranslator(channels, width: 4, depth).Build(Random), [channels, 16, 32]), [channels, 16, 32]);

    [Theory]
    [InlineData(1, 2)]
    [InlineData(3, 4)]
    public void A_super_resolver_agrees(int channels, int factor) => OnnxSession.AssertAgrees(
        Trained(new SuperResolver(channels, width: 4, blocks: 2, factor).Build(Random), [channels, 5, 7]), [channels, 5, 7]);

    [Theory]
    [InlineData(1, 17)]
    [InlineData(3, 33)]
    public void A_patch_discriminator_agrees(int layers, int side) =>
        OnnxSession.AssertAgrees(new PatchDiscriminator(3, width: 4, layers).Build(Random), [3, side, side + 2]);

    [Theory]
    [InlineData(32)]
    [InlineData(41)]
    public void An_encoder_agrees_without_its_training_head(int side)
    {
        EmbeddingNetwork network = new(channels: 3, width: 4);
        Sequential encoder = Trained(network.Build(Random), [3, side, side]);
        Assert.Equal((true, 64), (encoder.IsTraining, encoder.Forward(Images(3, side)([2, 3, side, side])).Shape[1]));
        OnnxSession.AssertAgrees(encoder, [3, side, side], inputs: Images(3, side));
    }

    [Theory]
    [InlineData(1, 32, 32)]
    [InlineData(3, 32, 32)]
    [InlineData(1, 28, 28)]
    [InlineData(3, 28, 28)]
    [InlineData(1, 45, 64)]
    [InlineData(3, 20, 37)]
    public void The_classifier_agrees(int channels, int height, int width)
    {
        FashionClassifier network = FashionClassifier.Pretrained();
        OnnxSession.AssertAgrees(
            network, [channels, height, width], inputs: static shape => Tensor.Rand(shape, random: new RandomStream(4), low: -1));
    }

    [Fact]
    public void Vgg16_agrees() => OnnxSession.AssertAgrees(new Vgg16(Random), [3, 33, 40], batches: [1, 2]);

    [Fact]
    public void AlexNet_agrees() => OnnxSession.AssertAgrees(new AlexNet(Random), [3, 70, 81], batches: [1, 2]);

    /// <summary>
    /// All but those that measure images, the conditional DCGAN, a part of discriminators, and layers that their generator describes.
    /// </summary>
    [Fact]
    public void Networks_have_an_ONNX_form() => Assert.Equal(
        ["Branches", "ConditionalDecoder", "FidInception", "InceptionBlock", "InceptionConvolution", "StyleDownsampling", "StyleLayer",
            "StyleToImage", "Weights"],
        from type in typeof(FashionClassifier).Assembly.GetTypes()
        where type.IsSubclassOf(typeof(Nn.Module)) && !type.IsAbstract
        where type.GetMethod("ToOnnx", BindingFlags.Instance | BindingFlags.NonPublic)!.DeclaringType == typeof(Nn.Module)
        orderby type.Name
        select type.Name);

    // Images that the last layer does not clamp.
    static Sequential Halved(Sequential network)
    {
        using Autograd.GradMode none = Autograd.NoGrad();
        foreach (Tensor weight in network.Parameters())
        {
            weight.CopyFrom(weight * 0.5);
        }

        return network;
    }

    // Steps that move the running statistics away from their start.
    static Sequential Trained(Sequential network, Shape input)
    {
        for (ulong i = 0; i < 3; i++)
        {
            network.Forward(Tensor.Randn([6, .. input], random: new RandomStream(i)));
        }

        return network;
    }

    static Func<Shape, Tensor> Images(int channels, int side) =>
        shape => Tensor.Rand(shape, random: new RandomStream((ulong)(channels + side)), low: -1);
}
