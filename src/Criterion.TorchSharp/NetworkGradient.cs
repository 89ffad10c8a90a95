using Criterion.Losses;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Criterion.TorchSharp;

/// <summary>The gradient of a TorchSharp network by its input, with the graph from which a penalty is differentiated.</summary>
internal static class NetworkGradient
{
    /// <summary>Computes the gradient of the summed outputs by the inputs; zeros where they do not depend on them.</summary>
    /// <remarks>
    /// <c>autograd.grad</c> ends the process where LibTorch reports an error. Its causes are excluded here: outputs without a graph, an
    /// unused input, and a graph that is freed because <c>create_graph</c> does not keep it as in PyTorch.
    /// </remarks>
    public static torch.Tensor Of(Func<torch.Tensor, torch.Tensor> network, torch.Tensor inputs)
    {
        using IDisposable mode = enable_grad();
        torch.Tensor x = inputs.detach().requires_grad_();
        torch.Tensor outputs = network(x);
        if (!outputs.requires_grad)
        {
            return zeros_like(x);
        }

        IList<torch.Tensor> gradients = autograd.grad([outputs.sum()], [x], create_graph: true, retain_graph: true, allow_unused: true);
        return gradients[0].IsInvalid ? zeros_like(x) : gradients[0];
    }

    /// <summary>Throws where a network normalizes by the statistics of the batch, by which samples depend on one another.</summary>
    /// <exception cref="BatchCouplingException">A batch normalization of the network is in training mode.</exception>
    public static void RefuseBatchCoupling(Delegate network, string reason)
    {
        if (network.Target is nn.Module root && root.modules().Prepend(root).FirstOrDefault(IsCoupling) is { } module)
        {
            throw new BatchCouplingException(module.GetName(), reason);
        }
    }

    static bool IsCoupling(nn.Module module) => module is BatchNorm { training: true };
}
