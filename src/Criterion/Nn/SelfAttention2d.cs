using Criterion.Numbers;

namespace Criterion.Nn;

/// <summary>
/// Self-attention of the pixels of an image: γ · softmax(q(x)ᵀ k(x)) v(x) + x, with γ = 0 at first (Zhang et al., Self-attention generative
/// adversarial networks, 2019).
/// </summary>
/// <remarks>
/// <para>
/// Input and output [N, channels, H, W]; q, k and v are 1 × 1 convolutions, q and k to channels / reduction, v to all channels. Parameters
/// by the names of the usual PyTorch code: query_conv, key_conv, value_conv, gamma [1]. Scores are not divided by a root. The authors'
/// code also halves keys and values by max-pooling and has a fourth convolution; this is the layer of the paper's equations.
/// </para>
/// <para>
/// With a graph the attention takes N · (H W)² numbers. Without one, as in evaluation under <see cref="Autograd.NoGrad"/>, it is computed
/// for some query pixels at a time, in at most 16 MB of Float32.
/// </para>
/// </remarks>
public sealed class SelfAttention2d : Layer
{
    const int TileNumbers = 1 << 22;

    readonly Conv2d _query;
    readonly Conv2d _key;
    readonly Conv2d _value;

    /// <summary>Initializes the layer.</summary>
    /// <param name="channels">The number of channels.</param>
    /// <param name="reduction">The factor by which queries and keys have fewer channels, which must divide them. Default: 8.</param>
    /// <param name="random">The random stream. Default: <see cref="RandomStream.Default"/>.</param>
    /// <param name="dtype">The type of the weights. Default: Float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or the reduction does not divide the channels.</exception>
    public SelfAttention2d(int channels, int reduction = 8, RandomStream? random = null, DType dtype = DType.Float32)
    {
        Reduction = Require.AtLeast(1, reduction, "SelfAttention2d");
        Channels = Require.That(
            channels >= 1 && channels % reduction == 0, channels, "SelfAttention2d", $"a positive multiple of the reduction {reduction}");
        _query = Child("query_conv", new Conv2d(channels, channels / reduction, 1, random: random, dtype: dtype));
        _key = Child("key_conv", new Conv2d(channels, channels / reduction, 1, random: random, dtype: dtype));
        _value = Child("value_conv", new Conv2d(channels, channels, 1, random: random, dtype: dtype));
        Gamma = Parameter("gamma", Tensor.Zeros([1], dtype));
    }

    /// <summary>Gets the number of channels.</summary>
    public int Channels { get; }

    /// <summary>Gets the factor by which queries and keys have fewer channels.</summary>
    public int Reduction { get; }

    /// <summary>Gets γ, the factor of the attention, [1].</summary>
    public Tensor Gamma { get; }

    /// <inheritdoc/>
    protected override string Description => OptionText.Of([Channels], ("reduction", Reduction, 8));

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The input is not [N, channels, H, W].</exception>
    protected override Tensor Compute(Tensor input)
    {
        if (input.Rank != 4 || input.Shape[1] != Channels)
        {
            throw new ShapeException($"SelfAttention2d: the input must be [N, C, H, W] with C = {Channels}, but is {input.Shape}.");
        }

        Tensor query = _query.Forward(input).Flatten(2).Transpose();
        Tensor key = _key.Forward(input).Flatten(2);
        Tensor value = _value.Forward(input).Flatten(2).Transpose();
        bool hasGraph = query.RequiresGrad || key.RequiresGrad || value.RequiresGrad;
        Tensor attended = hasGraph ? Attend(query, key, value) : AttendInTiles(query, key, value);
        return (attended.Transpose().Reshape(input.Shape) * Gamma) + input;
    }

    static Tensor Attend(Tensor query, Tensor key, Tensor value) => query.MatMul(key).Softmax(-1).MatMul(value);

    static Tensor AttendInTiles(Tensor query, Tensor key, Tensor value)
    {
        (int batch, int pixels) = (query.Shape[0], query.Shape[1]);
        long perPixel = Math.Max(1, (long)batch * pixels);
        int tile = (int)Math.Clamp(TileNumbers / perPixel, 1, Math.Max(1, pixels));
        if (tile >= pixels)
        {
            return Attend(query, key, value);
        }

        List<Tensor> tiles = [];
        for (int start = 0; start < pixels; start += tile)
        {
            using TensorScope scope = new();
            tiles.Add(scope.Keep(Attend(query.Narrow(1, start, Math.Min(tile, pixels - start)), key, value)));
        }

        return Tensor.Cat(tiles.ToArray(), 1);
    }
}
