using Criterion.Formats;
using Criterion.Losses;
using Criterion.Metrics;

namespace Criterion.Training.Tests;

/// <summary>The code of docs/measuring.md about pretrained networks.</summary>
public sealed class PretrainedPageTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Distance_of_batches()
    {
        FidInception network = FidInceptionTests.Filled(new FidInception(random: new RandomStream(1)));
        Tensor[] real = [NetworkGolden.Pixels(1, [2, 3, 16, 16], 0, 255), NetworkGolden.Pixels(2, [1, 3, 16, 16], 0, 255)];
        Assert.InRange(FidOf(network, real, real), -1e-3, 1e-3);
        Assert.True(FidOf(network, real, [NetworkGolden.Pixels(3, [3, 3, 16, 16], 0, 100)]) > 0.01);
    }

    [Fact]
    public void Distance_of_two_files()
    {
        Safetensors.Write(_temp["alexnet.safetensors"], new AlexNet(new RandomStream(1)).StateDict());
        Safetensors.Write(_temp["alex.safetensors"], new LpipsNetwork(new AlexNet(new RandomStream(1))).StateDict());
        Png.Write(_temp["a.png"], NetworkGolden.Pixels(1, [3, 40, 40], 0, 255).To(DType.UInt8));
        Png.Write(_temp["b.png"], NetworkGolden.Pixels(2, [3, 40, 40], 0, 255).To(DType.UInt8));
        Assert.True(DistanceOf(_temp["alexnet.safetensors"], _temp["alex.safetensors"], _temp["a.png"], _temp["b.png"]) > 0);
        Assert.Equal(0, DistanceOf(_temp["alexnet.safetensors"], _temp["alex.safetensors"], _temp["a.png"], _temp["a.png"]));
    }

    [Fact]
    public void Loss_before_the_ReLU()
    {
        Tensor image = NetworkGolden.Pixels(1, [1, 3, 16, 16], -1, 1);
        Vgg19 network = new(new RandomStream(1));
        Assert.Equal(0, LossOf(network, image, image).Item());
        Assert.True(LossOf(network, image, -image).Item() > 0);
    }

    static double FidOf(FidInception network, IEnumerable<Tensor> real, IEnumerable<Tensor> fake)
    {
        return FrechetDistance.Between(StatisticsOf(real), StatisticsOf(fake)).Value;

        FeatureStatistics StatisticsOf(IEnumerable<Tensor> batches)
        {
            FeatureStatistics statistics = new(FidInception.FeatureCount, network.FeatureName);
            foreach (Tensor images in batches)
            {
                using TensorScope scope = new();
                using (Autograd.NoGrad())
                {
                    statistics.Add(network.Features(images, ImageRange.Byte)); // [N, 3, H, W]
                }
            }

            return statistics;
        }
    }

    static double DistanceOf(string alexNetFile, string headsFile, string first, string second)
    {
        LpipsNetwork network = LpipsNetwork.Load(AlexNet.Load(alexNetFile, ignoreClassifier: true), headsFile);
        double distance = new Lpips(network, ImageRange.Byte).Of(Png.Read(first), Png.Read(second));
        return distance;
    }

    static Tensor LossOf(Vgg19 network, Tensor generated, Tensor real)
    {
        FeatureExtractor features = new(network, ImageRange.MinusOneOne, ["conv5_4"]); // before the ReLU, as in ESRGAN
        Tensor loss = new PerceptualLoss(absolute: true).Forward(features.Features(generated), features.Features(real));
        return loss;
    }
}
