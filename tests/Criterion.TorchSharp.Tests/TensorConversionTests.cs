using Criterion.Losses;
using Criterion.Nn;
using Criterion.Training;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Criterion.TorchSharp.Tests;

/// <summary>Tensors and states of one library are seen by the other.</summary>
public class TensorConversionTests
{
    [TorchFact]
    public void Criterion_sees_the_memory_of_a_torch_tensor()
    {
        torch.Tensor x = arange(6, dtype: float32).reshape(2, 3);
        Tensor seen = x.ToCriterion();
        x.fill_(7);
        Assert.Equal([7f, 7, 7, 7, 7, 7], seen.ToArray<float>());
        seen.AsSpan<float>()[4] = 1;
        Assert.Equal(1, x[1, 1].ToDouble());
    }

    [TorchFact]
    public void Views_are_seen_without_a_copy()
    {
        torch.Tensor x = arange(24, dtype: float64).reshape(2, 3, 4);
        foreach (torch.Tensor view in (torch.Tensor[])[x.transpose(0, 2), x[.., 1..], x.select(1, 2), x[0, 0, 0].expand(2, 2)])
        {
            Tensor seen = view.ToCriterion();
            Assert.Equal(TorchAssert.Values(view), seen.ToArray<double>());
            x.add_(1);
            Assert.Equal(TorchAssert.Values(view), seen.ToArray<double>());
        }
    }

    [TorchFact]
    public void Memory_outlives_the_torch_tensor()
    {
        torch.Tensor x = ones(1000);
        Tensor seen = x.ToCriterion();
        x.Dispose();
        Assert.Equal(1000, seen.Sum().Item());
    }

    [TorchFact]
    public void Torch_sees_the_memory_of_a_tensor()
    {
        Tensor x = Tensor.Arange(1000).To(DType.Float32);
        torch.Tensor seen = x.ToTorch();
        seen[5] = 70;
        Assert.Equal(70f, x.ToArray<float>()[5]);
        x.AsSpan<float>()[6] = 80;
        Assert.Equal(80, seen[6].ToDouble());
    }

    [TorchFact]
    public void Tensor_of_a_scope_is_kept()
    {
        torch.Tensor seen;
        using (new TensorScope())
        {
            seen = Tensor.Ones([1000]).ToTorch();
            Tensor.Zeros([1000]);
        }

        using (new TensorScope())
        {
            Tensor.Zeros([1000]);
            Assert.Equal(1000, seen.sum().ToDouble());
        }
    }

    [TorchFact]
    public void Conversion_and_back_gives_the_same_memory()
    {
        torch.Tensor x = arange(6, dtype: int64).reshape(2, 3);
        torch.Tensor again = x.ToCriterion()[.., 1..].ToTorch();
        Assert.Equal([2L, 2], again.shape);
        torch.Tensor same = x.ToCriterion().ToTorch();
        x.fill_(9);
        Assert.Equal(9, same[1, 2].ToInt64());
    }

    [TorchFact]
    public void Every_element_type_is_converted()
    {
        foreach (DType type in Enum.GetValues<DType>())
        {
            Tensor x = Tensor.Ones([3, 4], type);
            torch.Tensor seen = x.ToTorch();
            Assert.Equal(12, seen.to(float64).sum().ToDouble());
            Assert.Equal(type, seen.ToCriterion().DType);
            Assert.Equal([0L, 2], Tensor.Zeros([0, 2], type).ToTorch().shape);
        }

        Assert.Equal([1.5f], tensor([1.5f]).to(bfloat16).ToCriterion().ToArray<float>());
        Assert.Equal([7L], tensor([7]).to(int8).ToCriterion().ToArray<long>());
    }

    [TorchFact]
    public void States_of_a_DCGAN_are_moved_both_ways()
    {
        Sequential generator = new Dcgan(width: 8).Generator(new RandomStream(1));
        using var twin = DcganGenerator(8, 64);
        twin.load_state_dict(generator.StateDict().ToTorch());
        generator.Eval();
        twin.eval();
        Tensor latents = Tensor.Randn([4, 64, 1, 1], DType.Float32, new RandomStream(2));
        using (Autograd.NoGrad())
        {
            TorchAssert.Equal(generator.Forward(latents), twin.call(latents.ToTorch()), 1e-5);
        }

        Sequential again = new Dcgan(width: 8).Generator(new RandomStream(3));
        again.LoadStateDict(twin.state_dict().ToCriterion());
        foreach ((string name, Tensor value) in generator.StateDict())
        {
            Assert.Equal(value.To(DType.Float64).ToArray<double>(), again.StateDict()[name].To(DType.Float64).ToArray<double>());
        }
    }

    [TorchFact]
    public void Modules_compute_their_loss()
    {
        torch.Tensor x = randn(5, 3), y = randn(5, 3), z = randn(5, 3);
        Assert.Equal(new L1Loss().Forward(x, y).ToDouble(), new L1Loss().ToModule().call(x, y).ToDouble());
        Assert.Equal("L1Loss", new L1Loss().ToModule().GetName());
        TripletMarginLoss triplet = new();
        Assert.Equal(triplet.Forward(x, y, z).ToDouble(), triplet.ToModule().call(x, y, z).ToDouble());
        (CosineEmbeddingLoss cosine, torch.Tensor signs) = (new(), tensor([1L, -1, 1, 1, -1]));
        Assert.Equal(cosine.Forward(x, y, signs).ToDouble(), cosine.ToModule().call(x, y, signs).ToDouble());
        (GaussianNLLLoss gaussian, torch.Tensor variance) = (new(), z.abs());
        Assert.Equal(gaussian.Forward(x, y, variance).ToDouble(), gaussian.ToModule().call(x, y, variance).ToDouble());
        (MarginRankingLoss ranking, torch.Tensor order) = (new(), z.sign());
        Assert.Equal(ranking.Forward(x, y, order).ToDouble(), ranking.ToModule().call(x, y, order).ToDouble());
        Assert.Empty(new L1Loss().ToModule().parameters());
    }

    [TorchFact]
    public void Weights_of_a_loss_are_converted()
    {
        torch.Tensor x = randn(5, 3), y = rand(5, 3), weight = rand(5, 3);
        Assert.Equal(
            F.binary_cross_entropy_with_logits(x, y, weight).ToDouble(),
            new BCEWithLogitsLoss(weight: weight.ToCriterion()).Forward(x, y).ToDouble(),
            1e-6);
    }

    [TorchFact]
    public void Samples_run() => TorchSharpLosses.Program.Main(["2"]);

    /// <summary>The generator of Criterion.Training's Dcgan for images of 32×32, in TorchSharp.</summary>
    static global::TorchSharp.Modules.Sequential DcganGenerator(long width, long latent) => nn.Sequential(
        nn.ConvTranspose2d(latent, 4 * width, 4, bias: false), nn.BatchNorm2d(4 * width), nn.ReLU(),
        nn.ConvTranspose2d(4 * width, 2 * width, 4, 2, 1, bias: false), nn.BatchNorm2d(2 * width), nn.ReLU(),
        nn.ConvTranspose2d(2 * width, width, 4, 2, 1, bias: false), nn.BatchNorm2d(width), nn.ReLU(),
        nn.ConvTranspose2d(width, 1, 4, 2, 1), nn.Tanh());
}
