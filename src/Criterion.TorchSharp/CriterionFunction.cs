using System.Reflection;
using System.Runtime.InteropServices;
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

    static readonly FieldInfo? Node = typeof(AutogradContext).GetField("_node", BindingFlags.Instance | BindingFlags.NonPublic);

    public override string Name => nameof(Criterion);

    /// <summary>Records an evaluation that has run.</summary>
    /// <exception cref="TensorException">An input is a tensor of inference mode.</exception>
    public static List<torch.Tensor> Record(Recording recording, Invocation invocation, torch.Tensor?[] inputs)
    {
        try
        {
            return apply([recording, .. inputs]);
        }
        catch (ExternalException error) when (Array.FindIndex(inputs, IsOfInferenceMode) is var index and >= 0)
        {
            Release(recording.Context!);
            throw new TensorException(
                $"{invocation.Name}: {invocation.Input(index)} was made in torch.inference_mode(), and LibTorch does not keep such a "
                + "tensor for the backward pass. Pass a .clone() of it, made outside.",
                error);
        }
    }

    public override List<torch.Tensor> forward(AutogradContext ctx, params object[] vars)
    {
        Recording recording = (Recording)vars[0];
        recording.Context = ctx;
        ctx.set_materialize_grads(false);
        ctx.save_data(Key, recording.Evaluation);
        ctx.save_for_backward(recording.Saved!);
        return recording.Outputs;
    }

    public override List<torch.Tensor> backward(AutogradContext ctx, List<torch.Tensor> grad_outputs)
    {
        Evaluation evaluation = (Evaluation)ctx.get_data(Key);
        BackwardResults results = BackwardResults.OfThread;
        try
        {
            results.Release();
            using DisposeScope scope = NewDisposeScope();
            torch.Tensor?[] upstream = [.. grad_outputs];
            for (int i = 0; i < upstream.Length; i++)
            {
                upstream[i] = upstream[i]!.IsInvalid ? null : upstream[i];
            }

            return results.Return([null, .. evaluation.Backward(ctx.get_saved_variables(), upstream)]);
        }
        catch (Exception error)
        {
            evaluation.Results.Fail(error);
            return results.Return([null, .. evaluation.NaN()]);
        }
        finally
        {
            grad_outputs.ForEach(static gradient => gradient.Dispose());
        }
    }

    /// <summary>TorchSharp keeps a node whose tensors could not be saved for ever, and with it the graph of the inputs.</summary>
    static void Release(AutogradContext context) => (Node?.GetValue(context) as IDisposable)?.Dispose();

    /// <summary>Returns whether LibTorch refuses to save a tensor, which TorchSharp does not tell otherwise.</summary>
    static bool IsOfInferenceMode(torch.Tensor? tensor)
    {
        if (tensor is null)
        {
            return false;
        }

        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = enable_grad();
        try
        {
            _ = ones([0], float32, tensor.device, requires_grad: true) * tensor.as_strided([0], [1]);
            return false;
        }
        catch (ExternalException)
        {
            return true;
        }
    }
}
