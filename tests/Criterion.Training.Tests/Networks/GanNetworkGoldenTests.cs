using System.Text.Json;
using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training.Tests;

/// <summary>The networks of StyleGAN2 and R3GAN and their derivatives beside PyTorch's: see tests/golden/gan_networks.py.</summary>
public class GanNetworkGoldenTests
{
    const double Tolerance = 1e-9;

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, NetworkGolden.Cases("gan_networks").Count)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_generator_and_its_gradients_are_those_of_PyTorch(int index)
    {
        JsonElement golden = NetworkGolden.Cases("gan_networks")[index];
        ImageNetworks networks = Networks(golden);
        Sequential generator = NetworkGolden.Filled(networks.Generator(new RandomStream(1)));
        foreach (((_, Tensor noise), int i) in generator.NamedBuffers().Select(static (buffer, i) => (buffer, i)))
        {
            noise.CopyFrom(NetworkGolden.Noise(300 + i, noise.Shape));
        }

        // Without the clamp, of which PyTorch's side has none.
        Sequential network = [.. generator.SkipLast(1)];
        network.To(DType.Float64).Eval();
        Tensor latents = Input(100, [4, networks.Latent + networks.Classes, 1, 1]);
        Tensor images = network.Forward(latents);
        images.Square().Mean().Backward();

        NetworkGolden.Matches(golden.GetProperty("images"), images, Tolerance, "images");
        NetworkGolden.Matches(golden.GetProperty("by_latent"), latents.Grad!, Tolerance, "gradient by the latents");
        NetworkGolden.Matches(golden.GetProperty("by_generator"), Gradients(network), Tolerance, "gradient by the weights");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_discriminator_its_gradients_and_those_of_its_R1_penalty_are_those_of_PyTorch(int index)
    {
        JsonElement golden = NetworkGolden.Cases("gan_networks")[index];
        ImageNetworks networks = Networks(golden);
        Sequential network = NetworkGolden.Filled(networks.Discriminator(new RandomStream(1)));
        network.To(DType.Float64);
        Tensor images = Input(101, [8, networks.Channels, networks.Size, networks.Size]);
        Tensor scores = network.Forward(images);
        scores.Square().Mean().Backward();

        NetworkGolden.Matches(golden.GetProperty("scores"), scores, Tolerance, "scores");
        NetworkGolden.Matches(golden.GetProperty("by_image"), images.Grad!, Tolerance, "gradient by the images");
        NetworkGolden.Matches(golden.GetProperty("by_discriminator"), Gradients(network), Tolerance, "gradient by the weights");

        network.ZeroGrad();
        Tensor penalty = new R1Penalty(2) { AllowBatchCoupling = true }.Forward(network.Forward, images.Detach());
        penalty.Backward();
        Assert.Equal(golden.GetProperty("r1").GetDouble(), penalty.Item(), 1e-7 * penalty.Item());
        NetworkGolden.Matches(golden.GetProperty("r1_by_discriminator"), Gradients(network), 1e-7, "gradient of R1 by the weights");
    }

    static ImageNetworks Networks(JsonElement golden)
    {
        (int size, int channels, int latent) = (Number("size"), Number("channels"), Number("latent"));
        ImageNetworks networks = golden.GetProperty("name").GetString() == "stylegan2"
            ? new StyleGan2(size, channels, width: 2, latent)
            : new R3Gan(size, channels, width: 8, latent);
        int classes = Number("classes");
        return classes == 0 ? networks : networks with { Classes = classes, Conditioning = ClassConditioning.Projection };

        int Number(string name) => golden.GetProperty(name).GetInt32();
    }

    static Tensor Input(int seed, Shape shape)
    {
        Tensor input = NetworkGolden.Noise(seed, shape, width: 2).To(DType.Float64);
        input.RequiresGrad = true;
        return input;
    }

    static Tensor Gradients(Module network) => Tensor.Cat(
        [.. network.Parameters().Select(static p => (p.Grad ?? Tensor.ZerosLike(p)).Reshape(-1))]);
}
