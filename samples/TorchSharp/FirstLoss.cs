using Criterion;
using Criterion.Losses;
using Criterion.TorchSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace TorchSharpLosses;

/// <summary>A combined loss, and the same as a module.</summary>
public static class FirstLoss
{
    public static double Combined()
    {
        torch.Tensor prediction = rand(4, 3, 32, 32, requires_grad: true);
        torch.Tensor target = rand(4, 3, 32, 32);

        var loss = new SsimLoss(ImageRange.ZeroOne) * 0.84 + new L1Loss() * 0.16;
        torch.Tensor value = loss.Forward(prediction, target);
        value.backward(); // prediction.grad

        using var criterion = loss.ToModule(); // an nn.Module<Tensor, Tensor, Tensor>
        return criterion.call(prediction, target).ToDouble();
    }
}
