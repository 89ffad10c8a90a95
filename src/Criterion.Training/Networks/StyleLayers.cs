using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Nn;
using Criterion.Numbers;

namespace Criterion.Training;

/// <summary>Layers of the networks of StyleGAN2 with an equalized learning rate.</summary>
internal static class StyleLayers
{
    public static EqualizedLearningRate Linear(
        int from, int to, RandomStream random, bool bias = true, double multiplier = 1, double initialBias = 0)
    {
        EqualizedLearningRate layer = new(new Linear(from, to, bias, random), multiplier: multiplier, random: random);
        if (initialBias != 0)
        {
            Init.Constant(layer.Bias!, initialBias);
        }

        return layer;
    }

    public static EqualizedLearningRate Convolution(
        int from, int to, int kernel, RandomStream random, int stride = 1, int? padding = null, bool bias = true) =>
        new(new Conv2d(from, to, kernel, stride, padding ?? kernel / 2, bias: bias, random: random), random: random);
}

/// <summary>Leaky ReLU of slope 0.2 with a gain, √2 by default, which keeps the mean square of normal inputs.</summary>
internal sealed class ScaledLeakyReLU(double gain = ScaledLeakyReLU.Gain) : Layer
{
    public const double Gain = 1.4142135623730951;

    const double Slope = 0.2;

    public static Tensor Apply(Tensor x, double gain = Gain) => TensorFormula.Map(new ScaledRectifier(gain * Slope, gain), x);

    protected override Tensor Compute(Tensor input) => Apply(input, gain);

    protected override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) => ToOnnx(graph, input, gain);

    public static OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input, double gain = Gain) =>
        graph.Node("Mul", [graph.Node("LeakyRelu", [input], ("alpha", Slope)), graph.Constant(gain)]);

    readonly struct ScaledRectifier(double below, double above) : IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x)
            where T : struct, IReal<T> => T.Select(x <= 0, below * x, above * x);
    }
}

/// <summary>A residual block that halves an image after a blur: images <c>[N, from, H, W]</c> to <c>[N, to, H / 2, W / 2]</c>.</summary>
internal sealed class StyleDownsampling : Module
{
    // Both branches are scaled by √½, so that their sum keeps the variance.
    static readonly double Half = Math.Sqrt(0.5);

    readonly BlurResample _halve;
    readonly BlurResample _blur;
    readonly Module _skip;
    readonly Module _first;
    readonly Module _second;

    public StyleDownsampling(int from, int to, RandomStream random)
    {
        (_halve, _blur) = (new BlurResample(down: 2), new BlurResample());
        _skip = Child("skip", StyleLayers.Convolution(from, to, 1, random, bias: false));
        _first = Child("first", StyleLayers.Convolution(from, from, 3, random));
        _second = Child("second", StyleLayers.Convolution(from, to, 3, random, stride: 2, padding: 0));
    }

    public override Tensor Forward(Tensor input)
    {
        Tensor x = ScaledLeakyReLU.Apply(_first.Forward(input));

        // One more row and column, so that the blur pads by 2 on all sides.
        x = _second.Forward(_blur.Forward(x.Pad([0, 1, 0, 1])));
        return (_skip.Forward(_halve.Forward(input)) * Half) + ScaledLeakyReLU.Apply(x, Half * ScaledLeakyReLU.Gain);
    }
}
