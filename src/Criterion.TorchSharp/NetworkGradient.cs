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
    /// <param name="invocation">The penalty, for errors.</param>
    /// <param name="network">The network.</param>
    /// <param name="inputs">The inputs.</param>
    /// <exception cref="DTypeException">The inputs are integers.</exception>
    /// <exception cref="AutogradException">Inference mode is on, in which there is no graph.</exception>
    /// <exception cref="TensorException">The outputs cannot be read.</exception>
    public static torch.Tensor Of(Invocation invocation, Func<torch.Tensor, torch.Tensor> network, torch.Tensor inputs)
    {
        if (is_inference_mode_enabled())
        {
            throw new AutogradException(
                $"{invocation.Name}: torch.inference_mode() is on, in which LibTorch computes no gradients. "
                + "Compute the penalty outside it.");
        }

        if (!inputs.is_floating_point())
        {
            throw new DTypeException(
                $"{invocation.Name}: the inputs of the network are {inputs.dtype} and have no gradient. "
                + "Convert them with .to(torch.float32).");
        }

        using IDisposable mode = enable_grad();
        torch.Tensor x = inputs.detach().clone().requires_grad_();
        torch.Tensor outputs = network(x);
        CheckOutput(invocation, outputs);
        if (!outputs.requires_grad)
        {
            return zeros_like(x);
        }

        IList<torch.Tensor> gradients = autograd.grad([outputs.sum()], [x], create_graph: true, retain_graph: true, allow_unused: true);
        return gradients[0].IsInvalid ? zeros_like(x) : gradients[0];
    }

    /// <summary>Throws where the output of a network cannot be read.</summary>
    /// <inheritdoc cref="Invocation.Check"/>
    public static void CheckOutput(Invocation invocation, torch.Tensor output) =>
        new Invocation(invocation.Name, "the output of the network").Check(output);

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
