using System.Text.Json;
using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Penalties;

/// <summary>
/// Every penalty against the same written out in PyTorch with <c>torch.autograd.grad(create_graph=True)</c>: its value, its gradient by the
/// critic's weights (a second derivative of the critic) and the derivative of that (a third).
/// </summary>
public class PenaltyGoldenTests
{
    static readonly Dictionary<string, Func<Tensor, Tensor[], Tensor>> Critics = new()
    {
        ["linear"] = static (x, w) => x.MatMul(w[0]),
        ["quadratic"] = static (x, w) => (x * x * w[0]).Sum(1) * 0.5,
        ["deep"] = static (x, w) => x.MatMul(w[0]).Tanh().MatMul(w[1]).Softplus(),
        ["convolutional"] = static (x, w) => x.Conv2d(w[0], w[1], stride: 2, padding: 1).LeakyRelu(0.2).Flatten(1).MatMul(w[2]),
        ["smooth"] = static (x, w) => x.Conv2d(w[0], w[1]).Elu().Flatten(1).MatMul(w[2]),
        ["patches"] = static (x, w) => x.Conv2d(w[0]).Silu().Conv2d(w[1]),
        ["normed"] = static (x, w) => Normed(x.Conv2d(w[0]), w[1], w[2]).Tanh().Flatten(1).MatMul(w[3]),
        ["flat"] = static (x, w) => x.MatMul(w[0]).Tanh().MatMul(w[1]),
        ["layered"] = static (x, w) => (x[.., 0].MatMul(w[0]) + (x[.., 1].MatMul(w[0]) * 0.5)).Tanh().MatMul(w[1]),
    };

    static readonly Dictionary<string, Func<GoldenCase, Tensor[], Tensor>> Penalties = new()
    {
        ["GradientPenalty"] = Slope<GradientPenalty>,
        ["R1Penalty"] = Slope<R1Penalty>,
        ["PathLengthPenalty"] = static (c, x) => new PathLengthPenalty(rate: c.Args.Double("Rate"))
            .Forward(w => Critics[c.Args.Text("generator")](w, x[2..]), x[0], c.Args.Double("mean"), x[1]).Penalty,
        ["DriftPenalty"] = static (c, x) => Options<DriftPenalty>(c).Forward(x[0]),
        ["LeCamPenalty"] = static (c, x) =>
            Options<LeCamPenalty>(c).Forward(x[0], x[1], new(c.Args.Double("real"), c.Args.Double("fake"), 1)),
        ["ConsistencyPenalty"] = static (c, x) => Options<ConsistencyPenalty>(c).Forward(x[0], x[1]),
        ["OrthogonalPenalty"] = static (c, x) => Options<OrthogonalPenalty>(c).Forward(x),
    };

    // A gradient of a gradient through several layers is rounded at each of them.
    const double NetworkSlack = 64;

    public static IEnumerable<TheoryDataRow<string, string>> Cases() => GoldenFile.Rows("adversarial", [.. Penalties.Keys]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agrees_with_PyTorch(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("adversarial", op, name);
        GoldenAssert.Matches(golden, x => Penalties[op](golden, x));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Plain_backward_agrees_with_PyTorch(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("adversarial", op, name);
        Tensor[] inputs = golden.Inputs();
        Penalties[op](golden, inputs).Backward(golden.U);
        for (int i = 0; i < inputs.Length; i++)
        {
            if (golden.Grads[i] is { } gradient)
            {
                GoldenAssert.Close(gradient, inputs[i].Grad ?? Tensor.ZerosLike(inputs[i]), $"gradient {i}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Single_precision_is_near(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("adversarial", op, name);
        GoldenAssert.SingleMatches(golden, x => Penalties[op](golden, x));
        Accuracy.NoWorseThanPyTorch(
            golden,
            x => Penalties[op](golden, x),
            golden.Args.Has("critic") || golden.Args.Has("generator") ? NetworkSlack : Accuracy.Slack);
    }

    static Tensor Slope<TPenalty>(GoldenCase golden, Tensor[] x)
        where TPenalty : InputGradientPenalty =>
        Options<TPenalty>(golden).Forward(images => Critics[golden.Args.Text("critic")](images, x[1..]), x[0], x[0]);

    static T Options<T>(GoldenCase golden) => JsonSerializer.Deserialize<T>(golden["args"])!;

    static Tensor Normed(Tensor x, Tensor scale, Tensor shift)
    {
        Tensor centred = x - x.Mean([2, 3], keepDim: true);
        Tensor normal = centred * ((centred * centred).Mean([2, 3], keepDim: true) + 1e-5).Rsqrt();
        return (normal * scale.Reshape(1, -1, 1, 1)) + shift.Reshape(1, -1, 1, 1);
    }
}
