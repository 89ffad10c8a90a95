using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace Criterion.TorchSharp;

/// <summary>An evaluation as a node of LibTorch's graph.</summary>
/// <remarks>
/// The evaluation runs before the node exists, so that its errors are thrown to the caller and leave nothing behind. An exception in
/// <see cref="backward"/> would end the process, because native frames are below it.
/// </remarks>
internal sealed class CriterionFunction : MultiTensorFunction<CriterionFunction>
{
    const string Key = "evaluation";

    public override string Name => nameof(Criterion);

    /// <summary>Records an evaluation that has run.</summary>
    public static List<torch.Tensor> Record(Evaluation evaluation, torch.Tensor?[] inputs) => apply([evaluation, .. inputs]);

    public override List<torch.Tensor> forward(AutogradContext ctx, params object[] vars)
    {
        Evaluation evaluation = (Evaluation)vars[0];
        ctx.set_materialize_grads(false);
        ctx.save_data(Key, evaluation);
        ctx.save_for_backward([.. evaluation.Saved]);
        return evaluation.Outputs;
    }

    public override List<torch.Tensor> backward(AutogradContext ctx, List<torch.Tensor> grad_outputs)
    {
        Evaluation evaluation = (Evaluation)ctx.get_data(Key);
        try
        {
            BackwardResults.Release();
            using DisposeScope scope = NewDisposeScope();
            torch.Tensor?[] upstream = [.. grad_outputs.ConvertAll(static gradient => gradient.IsInvalid ? null : gradient)];
            torch.Tensor?[] gradients = evaluation.Backward([.. ctx.get_saved_variables()], upstream);
            return BackwardResults.Return(scope, [null, .. gradients]);
        }
        catch (Exception error)
        {
            return BackwardResults.Fail(error, [null, .. evaluation.NaN()]);
        }
        finally
        {
            grad_outputs.ForEach(static gradient => gradient.Dispose());
        }
    }
}
