using Criterion.Nn;

namespace Criterion.Training;

/// <summary>Scales rows to length 1; rows of zeros remain zero.</summary>
internal sealed class UnitLength : Module
{
    const double Least = 1e-12;

    public static Tensor Of(Tensor rows) => rows / ((rows * rows).Sum(1, keepDim: true) + Least).Sqrt();

    public override Tensor Forward(Tensor input) => Of(input);

    protected override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        OnnxValue squares = graph.Node("ReduceSum", [graph.Node("Mul", [input, input]), graph.Integers(1)]);
        return graph.Node("Div", [input, graph.Node("Sqrt", [graph.Node("Add", [squares, graph.Constant(Least)])])]);
    }
}
