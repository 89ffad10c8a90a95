using TorchSharp;

namespace Criterion.TorchSharp;

/// <summary>An evaluation that has run, and what LibTorch's graph takes over of it.</summary>
internal sealed class Recording(Evaluation evaluation, torch.Tensor?[] inputs)
{
    public Evaluation Evaluation => evaluation;

    /// <summary>The results, without a graph.</summary>
    public List<torch.Tensor> Outputs { get; } = new(1);

    /// <summary>The inputs, followed by the gradients by those that require them if the only result is a scalar.</summary>
    public List<torch.Tensor?> Saved { get; } = [.. inputs];

    /// <summary>The context of the node, while the node is made.</summary>
    public torch.autograd.AutogradContext? Context { get; set; }
}
