using Criterion.Formulas;
using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Tests.Tensors;

/// <summary>
/// A NaN or ∞ in one element leaves every output, and upstream every gradient, as it is that does not depend on the element: those that
/// no finite change of it changes.
/// </summary>
public class WindowReachTests
{
    static Tensor Weights => Tensor.Randn([6, 2, 3, 3], DType.Float64, new(3));
    static Tensor Right => Tensor.Randn([37, 19], DType.Float64, new(4));
    static Tensor Images => Tensor.Rand([1, 2, 9, 7], DType.Float64, new(5));

    static readonly Dictionary<string, (Func<Tensor, Tensor> Call, int[] Shape)> Calls = new()
    {
        ["max pooling"] = (static x => x.MaxPool2d(3, 2, 1), [1, 2, 7, 6]),
        ["adaptive max pooling"] = (static x => x.AdaptiveMaxPool2d((3, 2)), [1, 2, 7, 5]),
        ["nearest, whole"] = (static x => x.UpsampleNearest2d((8, 6)), [1, 2, 4, 3]),
        ["nearest, ragged"] = (static x => x.UpsampleNearest2d((3, 7)), [1, 2, 4, 5]),
        ["unfold"] = (static x => x.Unfold(2, (1, 2), 1), [1, 2, 4, 5]),
        ["zeros around"] = (static x => x.Pad([1, 2, 0, 1]), [1, 2, 3, 4]),
        ["mirrored border"] = (static x => x.PadReflect(2, 1, 1, 2), [1, 2, 4, 5]),
        ["repeated border"] = (static x => x.PadReplicate(2, 1, 1, 2), [1, 2, 4, 5]),
        ["similarity map"] = (static x => Map(new BlurWindow(3), x), [1, 2, 9, 7]),
        ["similarity map, mirrored"] = (static x => Map(new BlurWindow(5, 1.5, WindowBorder.Reflect), x), [1, 2, 9, 7]),
        ["similarity map, zeros and steps"] = (static x => Map(new BlurWindow(3, null, WindowBorder.Zero, 3), x), [1, 2, 9, 7]),
        ["left matrix"] = (static x => x.MatMul(Right), [5, 37]),
        ["right matrix"] = (static x => Tensor.Ones([3, 5], DType.Float64).MatMul(x), [5, 19]),
        ["convolution in groups"] = (static x => x.Conv2d(Weights, null, 1, 1, groups: 3), [1, 6, 5, 6]),
        ["dilated convolution"] = (static x => x.Conv2d(Weights, null, (2, 1), 2, 2), [1, 2, 7, 9]),
        ["transposed convolution"] = (static x => x.ConvTranspose2d(Weights, null, 2, 1, 1), [1, 6, 4, 3]),
        ["softmax rows"] = (static x => x.Softmax(1), [4, 19]),
        ["log-sum-exp rows"] = (static x => x.LogSumExp(1), [4, 19]),
        ["means of rows"] = (static x => x.Mean(1), [4, 19]),
        ["cumulative sums"] = (static x => x.CumSum(1), [4, 9]),
        ["chosen rows"] = (static x => x.IndexSelect(0, Tensor.From([2L, 0L, 2L])), [4, 5]),
        ["instance norm"] = (static x => new Criterion.Nn.InstanceNorm2d(3).Forward(x), [2, 3, 4, 5]),
    };

    public static IEnumerable<TheoryDataRow<string, double>> Names() =>
        from name in Calls.Keys
        from value in (double[])[double.NaN, double.PositiveInfinity]
        select new TheoryDataRow<string, double>(name, value);

    [Theory]
    [MemberData(nameof(Names))]
    public void Outputs_that_do_not_depend_on_an_element_stay(string name, double value)
    {
        (Func<Tensor, Tensor> call, int[] shape) = Calls[name];
        Stay(x => call(x).Detach(), Tensor.Rand(shape, DType.Float64, new(1)), value);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_that_do_not_depend_on_an_upstream_gradient_stay(string name, double value)
    {
        (Func<Tensor, Tensor> call, int[] shape) = Calls[name];
        Tensor x = Tensor.Rand(shape, DType.Float64, new(1));
        x.RequiresGrad = true;
        Tensor y = call(x);
        Stay(g => Autograd.Grad(y, x, gradient: g, retainGraph: true), Tensor.Rand(y.Shape, DType.Float64, new(2)), value);
    }

    static Tensor Map(BlurWindow window, Tensor x) =>
        TensorFormula.WindowMap(
            new SsimLoss.Similarity(new SsimOptions { WindowSize = window.Size }, ImageRange.ZeroOne), window, x, Images);

    static void Stay(Func<Tensor, Tensor> call, Tensor x, double value)
    {
        double[] before = call(x).ToArray<double>();
        for (int place = 0; place < x.Shape.Count; place++)
        {
            double[] more = With(call, x, place, 3);
            double[] less = With(call, x, place, -2);
            double[] spoilt = With(call, x, place, value);
            for (int i = 0; i < before.Length; i++)
            {
                if (more[i] == before[i] && less[i] == before[i])
                {
                    Assert.Equal(before[i], spoilt[i], 1e-12); // softmax rows that are computed with care round differently
                }
            }
        }
    }

    static double[] With(Func<Tensor, Tensor> call, Tensor x, int place, double value)
    {
        Tensor changed = x.Detach().Clone();
        changed.AsSpan<double>()[place] = value;
        return call(changed).ToArray<double>();
    }
}
