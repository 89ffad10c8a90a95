using System.Globalization;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// A pretrained network and the learned weights of its channels for <see cref="LpipsLoss"/> and <see cref="Lpips"/>, version 0.1: AlexNet,
/// with which published distances are measured, or VGG16, which is usual as a loss. Source: Zhang, Isola, Efros, Shechtman, Wang, The
/// unreasonable effectiveness of deep features as a perceptual metric, 2018.
/// </summary>
/// <remarks>
/// The weights are not part of Criterion and are not downloaded. Two files are needed: that of the network
/// (<see cref="AlexNet.WeightsFile"/> or <see cref="Vgg16.WeightsFile"/>), and that of the channels, <c>alex.pth</c> (6,009 bytes) or
/// <c>vgg.pth</c> (7,289 bytes) in <c>lpips/weights/v0.1</c> of github.com/richzhang/PerceptualSimilarity. Files of version 0.0 have the
/// same names, but belong to another normalization.
/// </remarks>
/// <example><code>
/// LpipsNetwork network = LpipsNetwork.Load(AlexNet.Load("alexnet-owt-7be5be79.pth", ignoreClassifier: true), "alex.pth");
/// double distance = new Lpips(network, ImageRange.Byte).Of(Png.Read("a.png"), Png.Read("b.png"));
/// </code></example>
public sealed class LpipsNetwork
{
    /// <summary>
    /// The number added to the squared norm of a feature vector, inside the root, as in torchmetrics. The authors add 1e-10 outside of the
    /// root, where the gradient at a zero vector is NaN.
    /// </summary>
    internal const double Epsilon = 1e-8;

    /// <summary>The file of the weights on AlexNet.</summary>
    internal static readonly PretrainedFile AlexNetHeads = HeadsOf(nameof(AlexNet), "alex.pth", "6,009 bytes");

    /// <summary>The file of the weights on VGG16.</summary>
    internal static readonly PretrainedFile VggHeads = HeadsOf(nameof(Vgg16), "vgg.pth", "7,289 bytes");

    static readonly IReadOnlyList<string> VggLayers = ["relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3"];

    readonly ImageNetNetwork _network;
    readonly string[] _layers;
    readonly ModuleDict<ModuleDict<Sequential>> _heads;

    /// <summary>
    /// Creates a network whose channels all have the weight 1: the baseline of the paper, without learned weights.
    /// </summary>
    /// <param name="network">The network, AlexNet or VGG16; it is frozen.</param>
    /// <exception cref="ArgumentException">The network is of another kind.</exception>
    public LpipsNetwork(ImageNetNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        _network = network;
        _network.Freeze();
        _network.Eval();
        _layers = [.. LayersOf(network)];
        _heads = Heads();
    }

    /// <summary>Gets the names of the compared layers.</summary>
    public IReadOnlyList<string> Layers => _layers;

    /// <summary>Loads the learned weights of the channels.</summary>
    /// <param name="network">The network, AlexNet or VGG16; it is frozen.</param>
    /// <param name="heads">The file of the weights, version 0.1: <c>alex.pth</c> or <c>vgg.pth</c>.</param>
    /// <exception cref="ArgumentException">The network is of another kind.</exception>
    /// <exception cref="TrainingException">The file is missing.</exception>
    /// <exception cref="Formats.DataFormatException">The file is damaged or not a state dict.</exception>
    /// <exception cref="StateDictException">Its names or shapes are those of another network.</exception>
    public static LpipsNetwork Load(ImageNetNetwork network, string heads)
    {
        LpipsNetwork lpips = new(network);
        (network is AlexNet ? AlexNetHeads : VggHeads).Load(lpips._heads, heads);
        lpips._heads.Freeze();
        return lpips;
    }

    /// <summary>
    /// Returns the weights of the channels, by the names of the authors' files: <c>lin0.model.1.weight</c> … <c>[1, C, 1, 1]</c>.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> StateDict() => _heads.StateDict();

    /// <summary>Computes the distance of each pair of images, <c>[N]</c>.</summary>
    internal Tensor Distance(Tensor image, Tensor reference, ImageRange range)
    {
        IReadOnlyList<Tensor> ofImage = Features(image, range);
        IReadOnlyList<Tensor> ofReference = Features(reference, range);
        return _heads.Values.Select((head, i) => Distance(head["model"], ofImage[i], ofReference[i])).Aggregate(static (a, b) => a + b);
    }

    // The authors' scaling layer is the normalization of ImageNet, written for images in [−1, 1].
    IReadOnlyList<Tensor> Features(Tensor images, ImageRange range) =>
        _network.Features(ImageNetNetwork.Normalize(images, range), _layers);

    static Tensor Distance(Sequential head, Tensor x, Tensor y)
    {
        Tensor difference = UnitLength(x) - UnitLength(y);
        return head.Forward(difference * difference).Mean([1, 2, 3]);
    }

    static Tensor UnitLength(Tensor features) => features / ((features * features).Sum(1, keepDim: true) + Epsilon).Sqrt();

    ModuleDict<ModuleDict<Sequential>> Heads()
    {
        ModuleDict<ModuleDict<Sequential>> heads = [];
        for (int i = 0; i < _layers.Length; i++)
        {
            Conv2d head = new(_network.Channels(_layers[i]), 1, 1, bias: false, dtype: _network.Parameters()[0].DType);
            head.Weight.Detach().Fill(1);
            heads.Add($"lin{i.ToString(CultureInfo.InvariantCulture)}", new ModuleDict<Sequential> { { "model", [new Dropout(), head] } });
        }

        return heads.Freeze().Eval();
    }

    static IReadOnlyList<string> LayersOf(ImageNetNetwork network) => network switch
    {
        AlexNet => AlexNet.Relus,
        Vgg16 => VggLayers,
        _ => throw new ArgumentException(
            $"LpipsNetwork: there are no weights of LPIPS for {network.GetType().Name}. Use AlexNet or Vgg16.", nameof(network)),
    };

    static PretrainedFile HeadsOf(string network, string name, string size) =>
        new($"LPIPS on {network}", name, size, "in lpips/weights/v0.1 of github.com/richzhang/PerceptualSimilarity");
}
