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
            state.Add(name, value.Detach());
        }

        layer.LoadStateDict(state);
        return golden["mode"].GetString() == "train" ? layer.Train() : layer.Eval();
    }

    static UpsampleMode Mode(GoldenArgs a) => a.Text("mode") == "nearest" ? UpsampleMode.Nearest : UpsampleMode.Bilinear;

    // Python's None is a null in the file; its default is no entry.
    static double? Momentum(GoldenArgs a) => a.Has("momentum") ? a.Double("momentum") : a.IsNull("momentum") ? null : 0.1;

    static bool Yes(GoldenArgs a, string name) => !a.Has(name) || a.Flag(name);

    static Size2? Size(GoldenArgs a, string name) => a.Has(name) ? a.Size(name) : null;
}
