using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// Small networks like R3GAN's own: residual blocks with grouped convolutions of 16 channels, bilinear resampling, leaky ReLU and no
/// normalisation; the discriminator mirrors the generator. Source: Huang et al., The GAN is dead; long live the GAN! A modern baseline GAN,
/// 2024, section 3, and the authors' Networks.py.
/// </summary>
public sealed record R3Gan : ImageNetworks
{
    const int BlocksPerStage = 2;
    const int Expansion = 2;
    const int GroupSize = 16;
    const int ClassFeatures = 64;
    const double Slope = 0.2;

    /// <summary>Initializes the networks.</summary>
    /// <param name="size">The side of the images: 8, 16, 32, 64, 128 or 256 pixels. Default: 32.</param>
    /// <param name="channels">The channels of the images: 1 for grey, 3 for colour. Default: 1.</param>
    /// <param name="width">
    /// The channels of the stage next to the image; half the side has twice as many, and smaller ones four times. Default: 8.
    /// </param>
    /// <param name="latent">The size of a latent. Default: 64.</param>
    public R3Gan(int size = 32, int channels = 1, int width = 8, int latent = 64)
        : base(size, channels, width, latent, DiscriminatorNorm.None)
    {
    }

    internal override IEnumerable<Shape> GeneratorWeights =>
    [
        new(Widths[0], SmallestSide, SmallestSide),
        .. Classes == 0 ? (Shape[])[new(Widths[0], Latent)] : [new(ClassFeatures, Classes), new(Widths[0], Latent + ClassFeatures)],
        .. Widths.SelectMany(Stage),
        new(Channels, Width, 1, 1),
    ];

    /// <summary>Creates the description of networks for a data set.</summary>
    /// <exception cref="TrainingException">The images are not square, or have a size that these networks cannot generate.</exception>
    public static R3Gan For(ImageDataset data, int width = 8, int latent = 64) =>
        new(SideOf(data, nameof(R3Gan)), data.Channels, width, latent);

    /// <summary>
    /// Builds the generator: latents <c>[N, Latent + Classes, 1, 1]</c> to images <c>[N, Channels, Size, Size]</c>, in evaluation clamped
    /// to [−1, 1].
    /// </summary>
    /// <inheritdoc/>
    public override Sequential Generator(RandomStream random) =>
    [
        new GenerativeBasis(Latent, Classes, ClassFeatures, Widths[0], random),
        .. Blocks(Widths[0], random),
        .. Widths.Zip(Widths.Skip(1)).SelectMany(pair => (IEnumerable<Module>)
        [
            .. Transition(pair.First, pair.Second, random),
            new BlurResample(up: 2),
            .. Blocks(pair.Second, random),
        ]),
        Convolution(Width, Channels, 1, random),
        new EvaluationClamp(),
    ];

    /// <summary>Builds the discriminator: images to one number each, <c>[N]</c>; with classes to <c>[N, 1 + Classes]</c>.</summary>
    /// <exception cref="TrainingException">A normalisation or an auto-encoder is asked for.</exception>
    public override Sequential Discriminator(RandomStream random)
    {
        CheckPlain();
        int[] widths = [.. Widths.Reverse()];
        int last = widths[^1];
        return
        [
            Convolution(Channels, Width, 1, random),
            .. widths.Zip(widths.Skip(1)).SelectMany(pair => (IEnumerable<Module>)
            [
                .. Blocks(pair.First, random),
                new BlurResample(down: 2),
                .. Transition(pair.First, pair.Second, random),
            ]),
            .. Blocks(last, random),
            Convolution(last, last, SmallestSide, random, groups: last),
            new Flatten(),
            .. End(Head(last, random)),
        ];
    }

    Module[] Head(int features, RandomStream random) => Conditioning == ClassConditioning.Projection
        ? [new ProjectionHead(Linear(features, 1, random), Linear(features, Classes, random))]
        : [Linear(features, 1 + Classes, random), .. Classes == 0 ? [new Flatten(0)] : (Module[])[]];

    IEnumerable<Module> Blocks(int width, RandomStream random) =>
        Enumerable.Range(0, BlocksPerStage).Select(_ => new Residual(Block(width, random)));

    // The last convolution begins at 0 and the others are scaled by the number of blocks, as in Fixup (Zhang et al., 2019), with which deep
    // residual networks train without normalisation.
    Sequential Block(int width, RandomStream random)
    {
        int wide = Expansion * width;
        double gain = Math.Sqrt(2 / (1 + (Slope * Slope))) * Math.Pow(BlocksPerStage * Widths.Length, -0.25);
        return
        [
            Convolution(width, wide, 1, random, gain, bias: true),
            new LeakyReLU(Slope),
            Convolution(wide, wide, 3, random, gain, bias: true, groups: Groups(wide)),
            new LeakyReLU(Slope),
            Convolution(wide, width, 1, random, gain: 0),
        ];
    }

    IEnumerable<Shape> Stage(int to, int level)
    {
        int wide = Expansion * to;
        int from = level == 0 ? to : Widths[level - 1];
        Shape[] block = [new(wide, to, 1, 1), new(wide, wide / Groups(wide), 3, 3), new(to, wide, 1, 1)];
        return [.. from == to ? (Shape[])[] : [new(to, from, 1, 1)], .. Enumerable.Repeat(block, BlocksPerStage).SelectMany(b => b)];
    }

    static int Groups(int width) => width % GroupSize == 0 ? width / GroupSize : 1;

    static Module[] Transition(int from, int to, RandomStream random) => from == to ? [] : [Convolution(from, to, 1, random)];

    static Conv2d Convolution(
        int from, int to, int kernel, RandomStream random, double gain = 1, bool bias = false, int groups = 1) => Initialized(
        new Conv2d(from, to, kernel, padding: kernel == SmallestSide ? 0 : kernel / 2, groups: groups, bias: bias, random: random),
        gain,
        random);

    static Linear Linear(int from, int to, RandomStream random) => Initialized(new Linear(from, to, bias: false, random), 1, random);

    /// <summary>Draws the weight from N(0, gain² / fan-in) and sets the bias to 0.</summary>
    internal static T Initialized<T>(T layer, double gain, RandomStream random)
        where T : WeightedModule
    {
        Init.Normal(layer.Weight, 0, gain / Math.Sqrt(layer.Weight.Count / layer.Weight.Shape[0]), random);
        if (layer.Bias is { } bias)
        {
            Init.Constant(bias, 0);
        }

        return layer;
    }
}

/// <summary>
/// The first layer of the generator of <see cref="R3Gan"/>: latents <c>[N, latent + classes, 1, 1]</c>, with the one-hot class at their
/// end, scale a learned 4×4 image of each channel.
/// </summary>
internal sealed class GenerativeBasis : Module
{
    readonly int _latent;
    readonly Tensor _basis;
    readonly Linear? _embedding;
    readonly Linear _scale;

    public GenerativeBasis(int latent, int classes, int classFeatures, int width, RandomStream random)
    {
        _latent = latent;
        _basis = Parameter("basis", Tensor.Randn([width, ImageNetworks.SmallestSide, ImageNetworks.SmallestSide], random: random));
        _embedding = classes == 0 ? null : Child("embedding", Plain(classes, classFeatures));
        _scale = Child("scale", Plain(latent + (classes == 0 ? 0 : classFeatures), width));

        Linear Plain(int from, int to) => R3Gan.Initialized(new Linear(from, to, bias: false, random), 1, random);
    }

    public override Tensor Forward(Tensor input)
    {
        Tensor flat = input.Flatten(1);
        Tensor x = _embedding is null
            ? flat
            : Tensor.Cat([flat.Narrow(1, 0, _latent), _embedding.Forward(flat.Narrow(1, _latent, flat.Shape[1] - _latent))], 1);
        return _scale.Forward(x).Unsqueeze(-1).Unsqueeze(-1) * _basis;
    }

    protected override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        OnnxValue flat = graph.Node("Flatten", [input]) with { Shape = [input.Shape[0], input.Shape[1]] };
        OnnxValue x = _embedding is null ? flat : Conditioned(graph, flat);
        OnnxValue scale = graph.Node("Unsqueeze", [graph.Add(_scale, x), graph.Integers(2, 3)]);
        return graph.Node("Mul", [scale, graph.Weight(_basis)]) with { Shape = [input.Shape[0], .. _basis.Shape] };
    }

    OnnxValue Conditioned(OnnxGraph graph, OnnxValue flat)
    {
        OnnxValue condition = graph.Add(_embedding!, Part(_latent, flat.Shape[1]));
        return graph.Node("Concat", [Part(0, _latent), condition], ("axis", 1)) with
        {
            Shape = [flat.Shape[0], _latent + condition.Shape[1]],
        };

        OnnxValue Part(int from, int to) =>
            graph.Node("Slice", [flat, graph.Integers(from), graph.Integers(to), graph.Integers(1)]) with
            {
                Shape = [flat.Shape[0], to - from],
            };
    }
}
