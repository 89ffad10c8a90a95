using Criterion.Nn;

namespace Criterion.Training;

/// <summary>Clamps images to [−1, 1] in evaluation; in training they are not bounded.</summary>
internal sealed class EvaluationClamp : Layer
{
    protected override Tensor Compute(Tensor input) => IsTraining ? input : input.Clamp(-1, 1);

    protected override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) =>
        graph.Node("Clip", [input, graph.Constant(-1), graph.Constant(1)]);
}
