using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// The generator of <see cref="StyleGan2"/>: latents <c>[N, latent + classes, 1, 1]</c>, with the one-hot class at their end, to images.
/// </summary>
internal sealed class StyleGenerator : Module
{
    readonly StyleMapping _mapping;
    readonly Tensor _constant;
    readonly (StyleLayer? Up, StyleLayer Layer, StyleToImage Image)[] _levels;
    readonly BlurResample _double = new(up: 2);

    /// <summary>Creates the network.</summary>
    /// <param name="widths">The channels from the 4×4 image to the last.</param>
    /// <param name="channels">The channels of the images.</param>
    /// <param name="latent">The size of a latent without its class.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="random">The stream of the initial weights and of the noise.</param>
    public StyleGenerator(int[] widths, int channels, int latent, int classes, RandomStream random)
    {
        const int Smallest = ImageNetworks.SmallestSide;
        _mapping = Child("mapping", new StyleMapping(latent, classes, random));
        _constant = Parameter("constant", Tensor.Randn([widths[0], Smallest, Smallest], random: random));
        _levels = [.. widths.Select(Level)];

        (StyleLayer?, StyleLayer, StyleToImage) Level(int width, int level)
        {
            int side = Smallest << level;
            return (
                level == 0 ? null : Child($"up{side}", new StyleLayer(widths[level - 1], width, latent, side, up: 2, random)),
                Child($"layer{side}", new StyleLayer(width, width, latent, side, up: 1, random)),
                Child($"image{side}", new StyleToImage(width, channels, latent, random)));
        }
    }

    public override Tensor Forward(Tensor input)
    {
        Tensor styles = _mapping.Forward(input);
        Tensor x = _constant.Unsqueeze(0).Expand([input.Shape[0], .. _constant.Shape]);
        Tensor? image = null;
        foreach ((StyleLayer? up, StyleLayer layer, StyleToImage toImage) in _levels)
        {
            x = layer.Forward(up is null ? x : up.Forward(x, styles), styles);
            Tensor part = toImage.Forward(x, styles);
            image = image is null ? part : _double.Forward(image) + part;
        }

        return image!;
    }

    protected override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        OnnxValue styles = graph.Add(_mapping, input);
        OnnxValue x = graph.Weight(_constant.Detach().Unsqueeze(0)) with { Shape = [input.Shape[0], .. _constant.Shape] };
        OnnxValue? image = null;
        foreach ((StyleLayer? up, StyleLayer layer, StyleToImage toImage) in _levels)
        {
            x = layer.ToOnnx(graph, up is null ? x : up.ToOnnx(graph, x, styles), styles);
            OnnxValue part = toImage.ToOnnx(graph, x, styles);
            image = image is null ? part : graph.Node("Add", [graph.Add(_double, image), part]) with { Shape = part.Shape };
        }

        return image!;
    }
}

/// <summary>Maps latents <c>[N, latent + classes, 1, 1]</c> to styles <c>[N, latent]</c>.</summary>
internal sealed class StyleMapping : Module
{
    const double Multiplier = 0.01;

    readonly int _latent;
    readonly PixelNorm _norm = new();
    readonly Module? _embedding;
    readonly Module _first;
    readonly Module _second;

    public StyleMapping(int latent, int classes, RandomStream random)
    {
        _latent = latent;
        _embedding = classes == 0 ? null : Child("embedding", StyleLayers.Linear(classes, latent, random));
        _first = Child("first", StyleLayers.Linear(classes == 0 ? latent : 2 * latent, latent, random, multiplier: Multiplier));
        _second = Child("second", StyleLayers.Linear(latent, latent, random, multiplier: Multiplier));
    }

    public override Tensor Forward(Tensor input)
    {
        Tensor flat = input.Flatten(1);
        Tensor x = _norm.Forward(flat.Narrow(1, 0, _latent));
        if (_embedding is not null)
        {
            Tensor condition = _embedding.Forward(flat.Narrow(1, _latent, flat.Shape[1] - _latent));
            x = Tensor.Cat([x, _norm.Forward(condition)], 1);
        }

        return ScaledLeakyReLU.Apply(_second.Forward(ScaledLeakyReLU.Apply(_first.Forward(x))));
    }

    protected override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        OnnxValue flat = graph.Node("Flatten", [input]) with { Shape = [input.Shape[0], input.Shape[1]] };
        OnnxValue x = graph.Add(_norm, Part(0, _latent));
        if (_embedding is not null)
        {
            OnnxValue condition = graph.Add(_norm, graph.Add(_embedding, Part(_latent, flat.Shape[1])));
            x = graph.Node("Concat", [x, condition], ("axis", 1)) with { Shape = [flat.Shape[0], 2 * _latent] };
        }

        OnnxValue hidden = ScaledLeakyReLU.ToOnnx(graph, graph.Add(_first, x));
        return ScaledLeakyReLU.ToOnnx(graph, graph.Add(_second, hidden));

        OnnxValue Part(int from, int to) =>
            graph.Node("Slice", [flat, graph.Integers(from), graph.Integers(to), graph.Integers(1)]) with
            {
                Shape = [flat.Shape[0], to - from],
            };
    }
}

/// <summary>A modulated convolution with noise, bias and leaky ReLU, which may double the image.</summary>
internal sealed class StyleLayer : Module
{
    readonly EqualizedLearningRate _style;
    readonly ModulatedConv2d _convolution;
    readonly Tensor _strength;
    readonly Tensor _bias;
    readonly Tensor _noise;
    readonly RandomStream _random;

    public StyleLayer(int from, int to, int latent, int side, int up, RandomStream random)
    {
        _random = Stream(random);
        _style = Child("style", StyleLayers.Linear(latent, from, random, initialBias: 1));
        _convolution = Child("convolution", new ModulatedConv2d(from, to, 3, up: up, random: random));
        _strength = Parameter("noise_strength", Tensor.Zeros([1]));
        _bias = Parameter("bias", Tensor.Zeros([to]));
        _noise = Buffer("noise", Tensor.Randn([side, side], random: random));
    }

    public Tensor Forward(Tensor input, Tensor styles)
    {
        Tensor x = _convolution.Forward(input, _style.Forward(styles));
        Tensor noise = IsTraining ? Tensor.Randn([x.Shape[0], 1, .. _noise.Shape], x.DType, _random) : _noise;
        return ScaledLeakyReLU.Apply(x + (noise * _strength) + _bias.Reshape(-1, 1, 1));
    }

    public OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input, OnnxValue styles)
    {
        OnnxValue x = _convolution.ToOnnx(graph, input, graph.Add(_style, styles));
        Tensor added = (_noise * _strength.Detach()) + _bias.Detach().Reshape(-1, 1, 1);
        return ScaledLeakyReLU.ToOnnx(graph, graph.Node("Add", [x, graph.Weight(added, "noise_and_bias")]));
    }

    public override Tensor Forward(Tensor input) => throw new NotSupportedException("StyleLayer: styles are missing.");
}

/// <summary>A modulated 1×1 convolution from features to an image.</summary>
internal sealed class StyleToImage : Module
{
    readonly EqualizedLearningRate _style;
    readonly ModulatedConv2d _convolution;
    readonly Tensor _bias;

    public StyleToImage(int from, int channels, int latent, RandomStream random)
    {
        _style = Child("style", StyleLayers.Linear(latent, from, random, initialBias: 1));
        _convolution = Child("convolution", new ModulatedConv2d(from, channels, 1, demodulate: false, random: random));
        _bias = Parameter("bias", Tensor.Zeros([channels]));
    }

    public Tensor Forward(Tensor input, Tensor styles) =>
        _convolution.Forward(input, _style.Forward(styles)) + _bias.Reshape(-1, 1, 1);

    public OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input, OnnxValue styles)
    {
        OnnxValue image = _convolution.ToOnnx(graph, input, graph.Add(_style, styles));
        return graph.Node("Add", [image, graph.Weight(_bias.Detach().Reshape(-1, 1, 1), "image_bias")]);
    }

    public override Tensor Forward(Tensor input) => throw new NotSupportedException("StyleToImage: styles are missing.");
}
