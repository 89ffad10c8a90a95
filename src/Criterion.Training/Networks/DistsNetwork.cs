using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// VGG16 and the learned weights of its channels for <see cref="DistsLoss"/> and <see cref="Dists"/>. Source: Ding, Ma, Wang, Simoncelli,
/// Image quality assessment: unifying structure and texture similarity, 2020.
/// </summary>
/// <remarks>
/// The weights are not part of Criterion and are not downloaded. Two files are needed: that of the network
/// (<see cref="Vgg16.WeightsFile"/>), and <c>weights.pt</c> in <c>DISTS_pytorch</c> of github.com/dingkeyan93/DISTS.
/// </remarks>
/// <example><code>
/// DistsNetwork network = DistsNetwork.Load(Vgg16.Load("vgg16-397923af.pth", ignoreClassifier: true), "weights.pt");
/// double distance = new Dists(network, ImageRange.Byte).Of(Png.Read("a.png"), Png.Read("b.png"));
/// </code></example>
public sealed class DistsNetwork
{
    const int Colours = 3;

    // c₁ and c₂ of the paper's equations 5 and 6, and what the authors add inside the root of the pooling.
    const double Stability = 1e-6;
    const double LeastSquare = 1e-12;

    /// <summary>The file of the weights.</summary>
    internal static readonly PretrainedFile File =
        new("DISTS", "weights.pt", "about 12 KB", "in DISTS_pytorch of github.com/dingkeyan93/DISTS");

    static readonly string[] Layers = ["relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3"];

    readonly Vgg16 _network;
    readonly Weights _weights;
    readonly Tensor _window;

    /// <summary>Creates a network whose channels all have the same weight, for texture as for structure.</summary>
    /// <param name="network">The network; it is frozen.</param>
    public DistsNetwork(Vgg16 network)
    {
        ArgumentNullException.ThrowIfNull(network);
        _network = network;
        _network.Freeze();
        _network.Eval();
        DType dtype = network.Parameters()[0].DType;
        _weights = new Weights(Colours + Layers.Sum(network.Channels), dtype).Freeze();

        // A Hann window of 5 without its zeros, and its sum 1.
        _window = (Tensor.From([0.25, 0.5, 0.25], [3, 1]) * Tensor.From([0.25, 0.5, 0.25])).Reshape(1, 1, 3, 3).To(dtype);
    }

    /// <summary>Loads the learned weights of the channels.</summary>
    /// <param name="network">The network; it is frozen.</param>
    /// <param name="weights">The file of the weights, <c>weights.pt</c>, or the same as <c>.safetensors</c>.</param>
    /// <exception cref="TrainingException">The file is missing.</exception>
    /// <exception cref="Formats.DataFormatException">The file is damaged or not a state dict.</exception>
    /// <exception cref="StateDictException">Its names or shapes are others.</exception>
    public static DistsNetwork Load(Vgg16 network, string weights)
    {
        DistsNetwork dists = new(network);
        File.Load(dists._weights, weights);
        return dists;
    }

    /// <summary>
    /// Returns the weights of the channels, by the names of the authors' file: <c>alpha</c> of texture and <c>beta</c> of structure,
    /// <c>[1, 1475, 1, 1]</c>, not normalised.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> StateDict() => _weights.StateDict();

    /// <summary>Computes the distance of each pair of images, <c>[N]</c>.</summary>
    internal Tensor Distance(Tensor image, Tensor reference, ImageRange range)
    {
        Tensor total = (_weights.Alpha + _weights.Beta).Sum();
        IReadOnlyList<Tensor> ofImage = Features(image, range);
        IReadOnlyList<Tensor> ofReference = Features(reference, range);
        int from = 0;
        List<Tensor> distances = [];
        foreach ((Tensor x, Tensor y) in ofImage.Zip(ofReference))
        {
            int channels = x.Shape[1];
            distances.Add(Distance(x, y, _weights.Alpha.Narrow(1, from, channels), _weights.Beta.Narrow(1, from, channels)));
            from += channels;
        }

        return distances.Aggregate(static (a, b) => a + b) / total;
    }

    // The weights sum to 1, so that the distance is the weighted sum of 1 − similarity. Each of these is a square over what is positive,
    // which is exactly 0 for equal features, where 1 minus the sum of similarities is not.
    static Tensor Distance(Tensor x, Tensor y, Tensor alpha, Tensor beta)
    {
        (Tensor meanX, Tensor meanY) = (Mean(x), Mean(y));
        (Tensor aroundX, Tensor aroundY) = (x - meanX, y - meanY);
        Tensor texture = Square(meanX - meanY) / (Square(meanX) + Square(meanY) + Stability);
        Tensor structure = Mean(Square(aroundX - aroundY)) / (Mean(Square(aroundX)) + Mean(Square(aroundY)) + Stability);
        return ((alpha * texture) + (beta * structure)).Sum([1, 2, 3]);
    }

    // The image itself, in [0, 1], is the first of the features.
    IReadOnlyList<Tensor> Features(Tensor images, ImageRange range)
    {
        Tensor normal = ImageNetNetwork.Normalize(images, range);
        Tensor unit = ((images.To(normal.DType) - range.Black()) / range.Extent()).To(_window.DType);
        return [unit, .. _network.Features(normal, Layers, Pool)];
    }

    // The root of the blurred squares, every second pixel: unlike a maximum it does not alias.
    Tensor Pool(Tensor x)
    {
        (int count, int channels, int height, int width) = (x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]);
        Tensor blurred = Square(x).Reshape(count * channels, 1, height, width).Conv2d(_window, stride: 2, padding: 1);
        return (blurred + LeastSquare).Sqrt().Reshape(count, channels, blurred.Shape[2], blurred.Shape[3]);
    }

    static Tensor Mean(Tensor x) => x.Mean([2, 3], keepDim: true);

    static Tensor Square(Tensor x) => x * x;

    sealed class Weights : Module
    {
        public Weights(int channels, DType dtype)
        {
            Alpha = Parameter("alpha", Tensor.Ones([1, channels, 1, 1], dtype));
            Beta = Parameter("beta", Tensor.Ones([1, channels, 1, 1], dtype));
        }

        public Tensor Alpha { get; }

        public Tensor Beta { get; }

        public override Tensor Forward(Tensor input) => throw new NotSupportedException("DistsNetwork: weights have no Forward.");
    }
}
