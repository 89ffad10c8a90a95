using TorchSharp;
using static TorchSharp.torch.autograd;

namespace Criterion.TorchSharp;

/// <summary>A value whose derivative by a number is given, because composed operations would lose digits in it.</summary>
internal sealed class SlopeFunction : SingleTensorFunction<SlopeFunction>
{
    public override string Name => "slope";

    public static torch.Tensor Of(torch.Tensor value, torch.Tensor x, torch.Tensor slope) => apply(value, x, slope);

    public override torch.Tensor forward(AutogradContext ctx, params object[] vars)
    {
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([(torch.Tensor)vars[2]]);
        return ((torch.Tensor)vars[0]).detach().alias();
    }

    public override List<torch.Tensor> backward(AutogradContext ctx, torch.Tensor grad_output)
    {
        if (grad_output.IsInvalid)
        {
            return [null!, null!, null!];
        }

        BackwardResults.Release();
        using DisposeScope scope = torch.NewDisposeScope();
        using (grad_output)
        {
            torch.Tensor slope = ctx.get_saved_variables()[0];
            return BackwardResults.Return(scope, [grad_output.alias(), grad_output * slope, null]);
        }
    }
}
