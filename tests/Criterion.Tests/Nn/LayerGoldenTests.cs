using Criterion.Nn;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Nn;

/// <summary>Every layer against PyTorch: value, both orders of derivatives, the fused first order, and buffers.</summary>
public class LayerGoldenTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Cases() => GoldenFile.Rows("layers");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agrees_with_PyTorch(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("layers", op, name);
        Module layer = TorchLayers.Build(golden);
        GoldenAssert.Matches(golden, Operands(golden, layer), x => TorchLayers.Output(golden, layer, x[0]));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Plain_backward_agrees_with_PyTorch(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("layers", op, name);
        Module layer = TorchLayers.Build(golden);
        Tensor[] operands = Operands(golden, layer);
        TorchLayers.Output(golden, layer, operands[0]).Backward(golden.U);
        for (int i = 0; i < operands.Length; i++)
        {
            if (golden.Grads[i] is { } gradient)
            {
                GoldenAssert.Close(gradient, operands[i].Grad!, $"gradient of {golden.Names[i]}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Buffers_end_as_in_PyTorch(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("layers", op, name);
        Module layer = TorchLayers.Build(golden);
        layer.Forward(golden.Inputs()[0]);
        Dictionary<string, Tensor> expected = golden.Has("buffers_after") ? golden.TensorMap("buffers_after") : [];
        Assert.Equal(expected.Keys.Order(), layer.NamedBuffers().Select(static b => b.Name).Order());
        foreach ((string buffer, Tensor value) in layer.NamedBuffers())
        {
            GoldenAssert.Close(expected[buffer], value, buffer);
        }
    }

    static Tensor[] Operands(GoldenCase golden, Module layer)
    {
        Dictionary<string, Tensor> parameters = layer.NamedParameters().ToDictionary(static p => p.Name, static p => p.Value);
        return [golden.Inputs()[0], .. golden.Names.Skip(1).Select(name => parameters[TorchLayers.Own(name)])];
    }
}
