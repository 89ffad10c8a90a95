using TorchSharp;
using static TorchSharp.torch.autograd;

namespace Criterion.TorchSharp;

/// <summary>A value whose derivative by a number is given, because composed operations would lose digits in it.</summary>
internal sealed class SlopeFunction : SingleTensorFunction<SlopeFunction>
{
    const string Key = "results";

    public override string Name => "slope";

    public static torch.Tensor Of(torch.Tensor value, torch.Tensor x, torch.Tensor slope) => apply(value, x, slope);

    public override torch.Tensor forward(AutogradContext ctx, params object[] vars)
    {
        ctx.set_materialize_grads(false);
        ctx.save_data(Key, BackwardResults.OfThread);
        ctx.save_for_backward([(torch.Tensor)vars[2]]);
        return ((torch.Tensor)vars[0]).detach().alias();
    }

    public override List<torch.Tensor> backward(AutogradContext ctx, torch.Tensor grad_output)
    {
        if (grad_output.IsInvalid)
        {
            return [null!, null!, null!];
        }

        BackwardResults results = BackwardResults.OfThread;
        results.Release();
        using DisposeScope scope = torch.NewDisposeScope();
        using (grad_output)
        {
            try
            {
                return results.Return(grad_output.alias(), grad_output * ctx.get_saved_variables()[0], null);
            }
            catch (Exception error)
            {
                ((BackwardResults)ctx.get_data(Key)).Fail(error);
                return results.Return(grad_output.alias(), torch.full_like(grad_output, double.NaN), null);
            }
        }
    }
}
