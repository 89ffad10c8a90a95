using Criterion.Nn;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Nn;

/// <summary>The layers of layers.json, built from PyTorch's options, in Float64.</summary>
static class TorchLayers
{
    const DType Double = DType.Float64;

    static readonly Dictionary<string, Func<GoldenArgs, Module>> Makers = new()
    {
        ["Linear"] = static a => new Linear(a.Int("in_features"), a.Int("out_features"), Yes(a, "bias"), dtype: Double),
        ["Conv2d"] = static a => new Conv2d(
            a.Int("in_channels"), a.Int("out_channels"), a.Size("kernel_size"), Size(a, "stride"), Size(a, "padding"), Size(a, "dilation"),
            a.Int("groups", 1), Yes(a, "bias"), dtype: Double),
        ["ConvTranspose2d"] = static a => new ConvTranspose2d(
            a.Int("in_channels"), a.Int("out_channels"), a.Size("kernel_size"), Size(a, "stride"), Size(a, "padding"), Size(
                a, "output_padding"),
            Size(a, "dilation"), a.Int("groups", 1), Yes(a, "bias"), dtype: Double),
        ["Embedding"] = static a => new Embedding(
            a.Int("num_embeddings"), a.Int("embedding_dim"), a.Has("padding_idx") ? a.Int("padding_idx") : null, dtype: Double),
        ["Upsample"] = static a => new Upsample(
            a.Has("scale_factor") ? a.Double("scale_factor") : null, Size(a, "size"), Mode(a), a.Flag("align_corners")),
        ["BatchNorm1d"] = static a => new BatchNorm1d(
            a.Int("num_features"), a.Double("eps", 1e-5), Momentum(a), Yes(a, "affine"), Yes(a, "track_running_stats"), Double),
        ["BatchNorm2d"] = static a => new BatchNorm2d(
            a.Int("num_features"), a.Double("eps", 1e-5), Momentum(a), Yes(a, "affine"), Yes(a, "track_running_stats"), Double),
        ["InstanceNorm2d"] = static a => new InstanceNorm2d(
            a.Int("num_features"), affine: a.Flag("affine"), trackRunningStats: a.Flag("track_running_stats"), dtype: Double),
        ["LayerNorm"] = static a => new LayerNorm(a.Ints("normalized_shape"), a.Double("eps", 1e-5), Yes(a, "elementwise_affine"), Double),
        ["GroupNorm"] = static a => new GroupNorm(
            a.Int("num_groups"), a.Int("num_channels"), a.Double("eps", 1e-5), Yes(a, "affine"), Double),
        ["Conv1d"] = static a => new Conv1d(
            a.Int("in_channels"), a.Int("out_channels"), a.Int("kernel_size"), a.Int("stride", 1), a.Int("padding", 0),
            a.Int("dilation", 1), a.Int("groups", 1), Yes(a, "bias"), dtype: Double),
        ["ConvTranspose1d"] = static a => new ConvTranspose1d(
            a.Int("in_channels"), a.Int("out_channels"), a.Int("kernel_size"), a.Int("stride", 1), a.Int("padding", 0),
            a.Int("output_padding", 0), a.Int("dilation", 1), a.Int("groups", 1), Yes(a, "bias"), dtype: Double),
        ["AvgPool1d"] = static a => new AvgPool1d(
            a.Int("kernel_size"), a.Has("stride") ? a.Int("stride") : null, a.Int("padding", 0), Yes(a, "count_include_pad")),
        ["MaxPool1d"] = static a => new MaxPool1d(
            a.Int("kernel_size"), a.Has("stride") ? a.Int("stride") : null, a.Int("padding", 0)),
        ["PReLU"] = static a => new PReLU(a.Int("num_parameters"), dtype: Double),
        ["InstanceNorm1d"] = static a => new InstanceNorm1d(
            a.Int("num_features"), affine: a.Flag("affine"), trackRunningStats: a.Flag("track_running_stats"), dtype: Double),
        ["LSTM"] = static a => new LSTM(
            a.Int("input_size"), a.Int("hidden_size"), a.Int("num_layers", 1), Yes(a, "bias"), a.Flag("batch_first"),
            bidirectional: a.Flag("bidirectional"), dtype: Double),
        ["GRU"] = static a => new GRU(
            a.Int("input_size"), a.Int("hidden_size"), a.Int("num_layers", 1), Yes(a, "bias"), a.Flag("batch_first"),
            bidirectional: a.Flag("bidirectional"), dtype: Double),
        ["MultiheadAttention"] = static a => new MultiheadAttention(
            a.Int("embed_dim"), a.Int("num_heads"), bias: Yes(a, "bias"), batchFirst: a.Flag("batch_first"), dtype: Double),
        ["PixelNorm"] = static a => new PixelNorm(a.Double("eps", 1e-8)),
        ["PixelShuffle"] = static a => new PixelShuffle(a.Int("upscale_factor")),
        ["MinibatchStdDev"] = static a => new MinibatchStdDev(a.Int("group_size"), a.Int("num_channels")),
        ["EqualizedLinear"] = static a => new EqualizedLearningRate(
            new Linear(a.Int("in_features"), a.Int("out_features"), dtype: Double), a.Double("gain"), a.Double("lr_mul")),
        ["EqualizedConv2d"] = static a => new EqualizedLearningRate(
            new Conv2d(a.Int("in_channels"), a.Int("out_channels"), a.Int("kernel_size"), padding: a.Int("padding"), dtype: Double),
            a.Double("gain"), a.Double("lr_mul")),
        ["ModulatedConv2d"] = static a => new ModulatedConv2d(
            a.Int("in_channels"), a.Int("out_channels"), a.Int("kernel_size"), demodulate: a.Flag("demodulate"), dtype: Double),
        ["upfirdn2d"] = static a => new BlurResample(a.Int("up"), a.Int("down"), [.. a.Ints("kernel").Select(static k => (double)k)]),
        ["SelfAttention2d"] = static a => new SelfAttention2d(a.Int("channels"), a.Int("reduction"), dtype: Double),
        ["spectral_norm"] = static a => new SpectralNorm(
            (WeightedModule)Makers![a.Text("of")](a), a.Int("n_power_iterations"), a.Double("eps")),
    };

    /// <summary>The layer of a case, with its parameters, buffers and mode.</summary>
    public static Module Build(GoldenCase golden)
    {
        Module layer = Makers[golden.Op](golden.Args);
        Dictionary<string, Tensor> state = golden.Has("buffers_before") ? golden.TensorMap("buffers_before") : [];
        foreach ((string name, Tensor value) in golden.Names.Zip(golden.Inputs()).Skip(1))
        {
            state.Add(Own(name), value.Detach());
        }

        layer.LoadStateDict(state);
        return golden["mode"].GetString() == "train" ? layer.Train() : layer.Eval();
    }

    /// <summary>The name without the wrapper of the script.</summary>
    public static string Own(string name) => name.StartsWith("layer.", StringComparison.Ordinal) ? name["layer.".Length..] : name;

    /// <summary>The output of a case; masks of attention are the case's by name.</summary>
    public static Tensor Output(GoldenCase golden, Module layer, Tensor x)
    {
        if (layer is ModulatedConv2d modulated)
        {
            return modulated.Forward(x, Tensor.From<double>([0.5, -1, 2, 0.25], [2, 2]));
        }

        if (layer is not MultiheadAttention attention)
        {
            return layer.Forward(x);
        }

        return golden.Name.Split('_')[0] switch
        {
            "causal" => attention.Forward(x, causal: true),
            "padding" => attention.Forward(
                x, x, x, keyPaddingMask: Tensor.From((bool[])[false, false, true, false, true, true], [2, 3])),
            "added" => attention.Forward(
                x, x, x, mask: Tensor.From<double>([0.5, -1, 0, 0, 0.25, -0.5, 1, 0, -2], [3, 3])),
            _ => attention.Forward(x),
        };
    }

    static UpsampleMode Mode(GoldenArgs a) => a.Text("mode") == "nearest" ? UpsampleMode.Nearest : UpsampleMode.Bilinear;

    // Python's None is a null in the file; its default is no entry.
    static double? Momentum(GoldenArgs a) => a.Has("momentum") ? a.Double("momentum") : a.IsNull("momentum") ? null : 0.1;

    static bool Yes(GoldenArgs a, string name) => !a.Has(name) || a.Flag(name);

    static Size2? Size(GoldenArgs a, string name) => a.Has(name) ? a.Size(name) : null;
}
