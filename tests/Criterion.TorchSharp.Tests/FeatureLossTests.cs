using Criterion.Losses;
using Criterion.Nn;
using TorchSharp;
using static TorchSharp.torch;

namespace Criterion.TorchSharp.Tests;

/// <summary>Losses of the features that a network of Criterion extracts from torch tensors.</summary>
public class FeatureLossTests
{
    [TorchTheory]
    [InlineData(DType.Float64, 1e-12)]
    [InlineData(DType.Float32, 1e-6)]
    public void Network_of_Criterion_extracts_the_features(DType type, double tolerance)
    {
        Sequential network = Network(type);
        Tensor Loss(Tensor x, Tensor y) => new PerceptualLoss().Forward(network.Forward(x), network.Forward(y));

        Tensor x = Tensor.Rand([2, 3, 9, 7], type, new RandomStream(1)), y = Tensor.Rand([2, 3, 9, 7], type, new RandomStream(2));
        torch.Tensor p = x.ToTorch().clone().requires_grad_(), q = y.ToTorch().clone();
        x.RequiresGrad = true;
        Tensor expected = Loss(x, y);
        torch.Tensor actual = TorchFunction.Apply(Loss, p, q);
        TorchAssert.Equal(expected, actual, tolerance);

        Tensor first = Autograd.Grad(expected, x, createGraph: true);
        torch.Tensor otherFirst = autograd.grad([actual], [p], create_graph: true, retain_graph: true)[0];
        TorchAssert.Equal(first, otherFirst, tolerance);
        TorchAssert.Equal(first, autograd.grad([actual], [p], retain_graph: true)[0], tolerance);

        otherFirst.square().sum().backward();
        TorchAssert.Equal(Autograd.Grad(first.Square().Sum(), x), p.grad!, 10 * tolerance);
        Assert.All(network.Parameters(), static parameter => Assert.Null(parameter.Grad));
    }

    [TorchFact]
    public void Network_of_TorchSharp_extracts_the_features()
    {
        using var network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Tanh());
        torch.Tensor x = rand(2, 3, 9, 7).requires_grad_(), y = rand(2, 3, 9, 7);
        torch.Tensor features = network.call(x), target = network.call(y).detach();
        torch.Tensor[] gradients =
        [
            autograd.grad([new PerceptualLoss().Forward(features, target)], [x], retain_graph: true)[0],
            autograd.grad([(features - target).square().mean()], [x])[0],
        ];
        TorchAssert.Equal(TorchAssert.Values(gradients[1]), TorchAssert.Values(gradients[0]), 1e-6);
    }

    static Sequential Network(DType type)
    {
        RandomStream random = new(3);
        return
        [
            new Conv2d(3, 4, 3, padding: 1, random: random, dtype: type),
            new Tanh(),
            new Conv2d(4, 2, 3, stride: 2, random: random, dtype: type),
        ];
    }
}
