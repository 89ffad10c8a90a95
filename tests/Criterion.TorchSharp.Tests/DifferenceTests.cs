using Criterion.Losses;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Criterion.TorchSharp.Tests;

/// <summary>Where TorchSharp's losses differ from PyTorch's of the same name: docs/torchsharp.md lists it.</summary>
public class DifferenceTests
{
    static torch.Tensor X => tensor([0.5, -1, 2, 0.1]).reshape(2, 2);

    static torch.Tensor Y => tensor([0.2, 0.8, 0.6, 0.4]).reshape(2, 2);

    [TorchFact]
    public void KL_divergence_takes_its_target_as_a_logarithm_by_default()
    {
        torch.Tensor log = F.log_softmax(X, 1);
        double expected = new KLDivLoss().Forward(log, Y).ToDouble();
        Assert.NotEqual(expected, nn.KLDivLoss().call(log, Y).ToDouble(), 1e-3);
        Assert.Equal(expected, nn.KLDivLoss(log_target: false).call(log, Y).ToDouble(), 1e-12);
    }

    [TorchFact]
    public void Hinge_embedding_has_no_margin_by_default()
    {
        torch.Tensor target = tensor([-1.0, 1, 1, -1]).reshape(2, 2);
        double expected = new HingeEmbeddingLoss().Forward(X.abs(), target).ToDouble();
        Assert.NotEqual(expected, F.hinge_embedding_loss(X.abs(), target).ToDouble(), 1e-3);
        Assert.Equal(expected, F.hinge_embedding_loss(X.abs(), target, margin: 1).ToDouble(), 1e-12);
    }

    [TorchFact]
    public void Gaussian_likelihood_sums_the_features_and_gives_the_variance_no_gradient()
    {
        torch.Tensor variance = (Y + 0.1).requires_grad_();
        torch.Tensor own = nn.GaussianNLLLoss(eps: 1e-6f).call(X.requires_grad_(), Y, variance);
        torch.Tensor loss = new GaussianNLLLoss().Forward(X, Y, variance);
        Assert.Equal(2 * loss.ToDouble(), own.ToDouble(), 1e-6);
        own.backward();
        Assert.Null(variance.grad);
        loss.backward();
        Assert.NotNull(variance.grad);
    }

    [TorchFact]
    public void Poisson_likelihood_ignores_its_epsilon()
    {
        torch.Tensor rate = zeros(2, float64);
        torch.Tensor count = ones(2, float64);
        Assert.NotEqual(
            new PoissonNLLLoss(logInput: false, epsilon: 1e-2).Forward(rate, count).ToDouble(),
            F.poisson_nll_loss(rate, count, log_input: false, eps: 1e-2f).ToDouble(),
            1e-3);
    }
}
