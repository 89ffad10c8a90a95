using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// A U-Net that translates images to images of the same size: 4×4 convolutions with stride 2 and as many transposed ones, each joined to
/// the layer of its size, with batch norm and dropout. Source: Isola et al., pix2pix, 2017, appendix 6.1.
/// </summary>
/// <remarks>
/// The innermost convolution has no batch norm, since an image has a single pixel there. Dropout, the only noise, is that of the three
/// innermost layers of the decoder. It and the statistics of the batch apply in training alone; the authors use both in evaluation too.
/// </remarks>
public sealed record UnetTranslator : PairedTranslator
{
    const int MostDepth = 8;
    const int MostWidening = 8;
    const int DropoutLayers = 3;
    const double Slope = 0.2;

    /// <summary>Initializes the network.</summary>
    /// <param name="channels">The channels of the images: 1 for grey, 3 for colour. Default: 1.</param>
    /// <param name="width">The channels of the first layer; inner ones have up to 8 times as many. Default: 64, as in the paper.</param>
    /// <param name="depth">
    /// The convolutions with stride 2, at least 1; null for as many as the sides of the images can be halved, at most 8, which the paper
    /// has for images of 256 pixels. Default: null.
    /// </param>
    /// <param name="dropout">The probability of dropout, in [0, 1). Default: 0.5, as in the paper.</param>
    public UnetTranslator(int channels = 1, int width = 64, int? depth = null, double dropout = 0.5)
        : base(channels, width) => (Depth, Dropout) = (depth, dropout);

    /// <summary><inheritdoc cref="UnetTranslator(int, int, int?, double)" path="/param[@name='depth']/node()"/></summary>
    public int? Depth { get; init; }

    /// <summary><inheritdoc cref="UnetTranslator(int, int, int?, double)" path="/param[@name='dropout']/node()"/></summary>
    public double Dropout { get; init; }

    /// <summary>Gets a U-Net for images of about 32 pixels, which trains in minutes on a CPU.</summary>
    public static UnetTranslator Small { get; } = new(width: 16);

    /// <inheritdoc/>
    /// <exception cref="TrainingException">The depth is not set.</exception>
    public override Sequential Build(RandomStream random)
    {
        int depth = Depth ?? throw new TrainingException(
            $"{nameof(UnetTranslator)}: the depth depends on the size of the images. Set {nameof(Depth)}.");
        Module? inner = null;
        for (int level = depth - 1; level > 0; level--)
        {
            (int outside, int inside) = (WidthAt(level - 1), WidthAt(level));
            bool isInnermost = inner is null;
            Sequential down =
            [
                new LeakyReLU(Slope), Down(outside, inside, random), .. isInnermost ? Array.Empty<Module>() : [new BatchNorm2d(inside)],
            ];
            Module[] noise = depth - level <= DropoutLayers ? [new Dropout(Dropout, random.Fork((ulong)level))] : [];
            Sequential up =
            [
                new ReLU(), Up(isInnermost ? inside : 2 * inside, outside, random), new BatchNorm2d(outside), .. noise,
            ];
            inner = new SkipJoin(inner is null ? [.. down, .. up] : [.. down, inner, .. up]);
        }

        Module[] middle = inner is null ? [] : [inner];
        return
        [
            Down(Channels, Width, random), .. middle, new ReLU(),
            Up(inner is null ? Width : 2 * Width, Channels, random), new Tanh(),
        ];
    }

    /// <inheritdoc/>
    internal override PairedTranslator For(Size2 input) => this with { Depth = Depth ?? Math.Min(MostDepth, Halvings(input)) };

    /// <inheritdoc/>
    internal override void CheckFits(Size2 input, Size2 target)
    {
        if (input != target)
        {
            throw new TrainingException(
                $"A U-Net keeps the size of images, but the input images are {input} and the target images {target}. "
                + $"Resize both to one size ({ImageDataset.SizeParameter}).");
        }

        if (Depth is not { } depth || depth < 1 || depth > Halvings(input))
        {
            throw new TrainingException(
                $"A U-Net of depth {Math.Max(1, Depth ?? 1)} halves the sides of images as often, but {input} can be halved "
                + $"{Halvings(input)} times. Resize the images to a power of two, such as 64 ({ImageDataset.SizeParameter}), "
                + "or use a lower depth.");
        }
    }

    int WidthAt(int level) => Width * Math.Min(1 << level, MostWidening);

    static int Halvings(Size2 size) => Math.Min(
        int.TrailingZeroCount(size.Height), int.TrailingZeroCount(size.Width));

    static Module Down(int from, int to, RandomStream random) =>
        WeightInit.Normal(new Conv2d(from, to, 4, stride: 2, padding: 1, random: random), random);

    static Module Up(int from, int to, RandomStream random) =>
        WeightInit.Normal(new ConvTranspose2d(from, to, 4, stride: 2, padding: 1, random: random), random);
}
