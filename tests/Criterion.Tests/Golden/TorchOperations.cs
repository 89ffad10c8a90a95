namespace Criterion.Tests.Golden;

/// <summary>How each operation of PyTorch is called in Criterion.</summary>
static class TorchOperations
{
    public delegate Tensor Call(GoldenArgs args, Tensor[] x);

    public static readonly Dictionary<string, Call> Pointwise = new()
    {
        ["add"] = static (a, x) => a.Has("other") ? x[0] + a.Double("other") : x[0] + x[1],
        ["sub"] = static (a, x) => a.Has("other") ? x[0] - a.Double("other") : x[0] - x[1],
        ["mul"] = static (a, x) => a.Has("other") ? x[0] * a.Double("other") : x[0] * x[1],
        ["div"] = static (a, x) => a.Has("other") ? x[0] / a.Double("other") : x[0] / x[1],
        ["rsub"] = static (a, x) => a.Double("other") - x[0],
        ["rdiv"] = static (a, x) => a.Double("other") / x[0],
        ["pow"] = static (a, x) => a.Has("exponent") ? x[0].Pow(a.Double("exponent")) : x[0].Pow(x[1]),
        ["minimum"] = static (_, x) => Tensor.Minimum(x[0], x[1]),
        ["maximum"] = static (_, x) => Tensor.Maximum(x[0], x[1]),
        ["neg"] = static (_, x) => -x[0],
        ["exp"] = static (_, x) => x[0].Exp(),
        ["expm1"] = static (_, x) => x[0].Expm1(),
        ["log"] = static (_, x) => x[0].Log(),
        ["log1p"] = static (_, x) => x[0].Log1p(),
        ["sqrt"] = static (_, x) => x[0].Sqrt(),
        ["rsqrt"] = static (_, x) => x[0].Rsqrt(),
        ["abs"] = static (_, x) => x[0].Abs(),
        ["sign"] = static (_, x) => x[0].Sign(),
        ["sin"] = static (_, x) => x[0].Sin(),
        ["cos"] = static (_, x) => x[0].Cos(),
        ["tanh"] = static (_, x) => x[0].Tanh(),
        ["erf"] = static (_, x) => x[0].Erf(),
        ["sigmoid"] = static (_, x) => x[0].Sigmoid(),
        ["logsigmoid"] = static (_, x) => -(-x[0]).Softplus(),
        ["softplus"] = static (a, x) => x[0].Softplus(a.Double("beta")),
        ["relu"] = static (_, x) => x[0].Relu(),
        ["leaky_relu"] = static (a, x) => x[0].LeakyRelu(a.Double("negative_slope")),
        ["elu"] = static (a, x) => x[0].Elu(a.Double("alpha")),
        ["selu"] = static (_, x) => x[0].Selu(),
        ["gelu"] = static (a, x) => x[0].Gelu(tanh: a.Text("approximate") == "tanh"),
        ["silu"] = static (_, x) => x[0].Silu(),
        ["clamp"] = static (a, x) => x[0].Clamp(a.Double("min", double.NegativeInfinity), a.Double("max", double.PositiveInfinity)),
        ["square"] = static (_, x) => x[0].Square(),
        ["round"] = static (_, x) => x[0].Round(),
        ["floor"] = static (_, x) => x[0].Floor(),
        ["ceil"] = static (_, x) => x[0].Ceil(),
        ["trunc"] = static (_, x) => x[0].Trunc(),
        ["frac"] = static (_, x) => x[0].Frac(),
        ["lerp"] = static (a, x) => a.Has("weight") ? x[0].Lerp(x[1], a.Double("weight")) : x[0].Lerp(x[1], x[2]),
        ["isinf"] = static (_, x) => x[0].IsInfinite(),
        ["isclose"] = static (a, x) => x[0].IsClose(x[1], a.Double("rtol"), a.Double("atol"), a.Flag("equal_nan")),
        ["logical_and"] = static (_, x) => x[0].And(x[1]),
        ["logical_or"] = static (_, x) => x[0].Or(x[1]),
        ["logical_xor"] = static (_, x) => x[0].Xor(x[1]),
        ["logical_not"] = static (_, x) => x[0].Not(),
        ["isnan"] = static (_, x) => x[0].IsNaN(),
        ["isfinite"] = static (_, x) => x[0].IsFinite(),
        ["where"] = static (_, x) => Tensor.Where(x[0], x[1], x[2]),
        ["eq"] = static (_, x) => x[0].EqualTo(x[1]),
        ["ne"] = static (_, x) => x[0].NotEqualTo(x[1]),
        ["lt"] = static (_, x) => x[0].Less(x[1]),
        ["le"] = static (_, x) => x[0].LessOrEqual(x[1]),
        ["gt"] = static (_, x) => x[0].Greater(x[1]),
        ["ge"] = static (_, x) => x[0].GreaterOrEqual(x[1]),
    };

    public static readonly Dictionary<string, Call> Reductions = new()
    {
        ["sum"] = static (a, x) => x[0].Sum(a.Ints("dim"), a.Flag("keepdim")),
        ["mean"] = static (a, x) => x[0].Mean(a.Ints("dim"), a.Flag("keepdim")),
        ["max"] = static (a, x) => x[0].Max(a.Ints("dim"), a.Flag("keepdim")),
        ["min"] = static (a, x) => x[0].Min(a.Ints("dim"), a.Flag("keepdim")),
        ["logsumexp"] = static (a, x) => x[0].LogSumExp(a.Ints("dim"), a.Flag("keepdim")),
        ["var"] = static (a, x) => x[0].Var(a.Ints("dim"), a.Flag("keepdim"), a.Flag("unbiased") ? 1 : 0),
        ["std"] = static (a, x) => x[0].Std(a.Ints("dim"), a.Flag("keepdim"), a.Flag("unbiased") ? 1 : 0),
        ["prod"] = static (a, x) => x[0].Prod(a.Ints("dim"), a.Flag("keepdim")),
        ["cumprod"] = static (a, x) => x[0].CumProd(a.Int("dim")),
        ["any"] = static (a, x) => x[0].Any(a.Ints("dim"), a.Flag("keepdim")),
        ["all"] = static (a, x) => x[0].All(a.Ints("dim"), a.Flag("keepdim")),
        ["argmin"] = static (a, x) => a.Has("dim") ? x[0].ArgMin(a.Int("dim"), a.Flag("keepdim")) : x[0].ArgMin(),
        ["argmax"] = static (a, x) => a.Has("dim") ? x[0].ArgMax(a.Int("dim"), a.Flag("keepdim")) : x[0].ArgMax(),
        ["softmax"] = static (a, x) => x[0].Softmax(a.Int("dim")),
        ["log_softmax"] = static (a, x) => x[0].LogSoftmax(a.Int("dim")),
        ["cumsum"] = static (a, x) => x[0].CumSum(a.Int("dim")),
        ["norm"] = static (a, x) => x[0].Norm(a.Ints("dim"), a.Flag("keepdim"), a.Double("p")),
    };

    public static readonly Dictionary<string, Call> Movement = new()
    {
        ["reshape"] = static (a, x) => x[0].Reshape(a.Ints("shape")),
        ["flatten"] = static (a, x) => x[0].Flatten(a.Int("start_dim"), a.Int("end_dim")),
        ["transpose"] = static (a, x) => x[0].Transpose(a.Int("dim0"), a.Int("dim1")),
        ["permute"] = static (a, x) => x[0].Permute(a.Ints("dims")),
        ["expand"] = static (a, x) => x[0].Expand(a.Ints("size")),
        ["squeeze"] = static (a, x) => a.Has("dim") ? x[0].Squeeze(a.Int("dim")) : x[0].Squeeze(),
        ["unsqueeze"] = static (a, x) => x[0].Unsqueeze(a.Int("dim")),
        ["cat"] = static (a, x) => Tensor.Cat(x, a.Int("dim")),
        ["stack"] = static (a, x) => Tensor.Stack(x, a.Int("dim")),
        ["split"] = static (a, x) => Split(a, x[0])[a.Int("index")],
        ["chunk"] = static (a, x) => x[0].Chunk(a.Int("chunks"), a.Int("dim"))[a.Int("index")],
        ["slice"] = static (a, x) => Slice(a, x[0]),
        ["index_select"] = static (a, x) => x[0].IndexSelect(a.Int("dim"), x[1]),
        ["gather"] = static (a, x) => x[0].Gather(a.Int("dim"), x[1]),
        ["repeat"] = static (a, x) => x[0].Repeat(a.Ints("repeats")),
        ["tile"] = static (a, x) => x[0].Tile(a.Ints("dims")),
        ["repeat_interleave"] = static (a, x) => x[0].RepeatInterleave(a.Int("repeats"), a.Int("dim")),
        ["diagonal"] = static (a, x) => x[0].Diagonal(a.Int("offset", 0), a.Int("dim1", -2), a.Int("dim2", -1)),
        ["diag_embed"] = static (a, x) => x[0].DiagEmbed(a.Int("offset")),
        ["tril"] = static (a, x) => x[0].Tril(a.Int("diagonal")),
        ["triu"] = static (a, x) => x[0].Triu(a.Int("diagonal")),
        ["unbind"] = static (a, x) => x[0].Unbind(a.Int("dim"))[a.Int("index")],
        ["meshgrid"] = static (a, x) => Tensor.MeshGrid(x)[a.Int("index")],
        ["one_hot"] = static (a, x) => x[0].OneHot(a.Int("num_classes"), DType.Int64),
        ["masked_select"] = static (_, x) => x[0].MaskedSelect(x[1]),
        ["nonzero"] = static (_, x) => x[0].NonZero(),
        ["scatter"] = static (a, x) => a.Has("value") ? x[0].Scatter(a.Int("dim"), x[1], a.Double("value"))
            : x[0].Scatter(a.Int("dim"), x[1], x[2]),
        ["scatter_add"] = static (a, x) => x[0].ScatterAdd(a.Int("dim"), x[1], x[2]),
        ["masked_fill"] = static (a, x) => x[0].MaskedFill(x[1], a.Double("value")),
        ["flip"] = static (a, x) => x[0].Flip(a.Ints("dims")),
        ["roll"] = static (a, x) => Roll(a, x[0]),
        ["pad"] = static (a, x) => a.Text("mode") switch
        {
            "constant" => x[0].Pad(a.Ints("pad"), a.Double("value", 0)),
            "reflect" => x[0].PadReflect(a.Ints("pad")),
            "replicate" => x[0].PadReplicate(a.Ints("pad")),
            string mode => throw new NotSupportedException($"pad by {mode}"),
        },
        ["sort"] = static (a, x) => x[0].Sort(a.Int("dim"), a.Flag("descending")).Values,
        ["topk"] = static (a, x) => x[0].TopK(a.Int("k"), a.Int("dim"), a.Flag("largest")).Values,
    };

    public static readonly Dictionary<string, Call> Linear = new()
    {
        ["matmul"] = static (_, x) => x[0].MatMul(x[1]),
        ["dot"] = static (_, x) => x[0].Dot(x[1]),
        ["outer"] = static (_, x) => x[0].Outer(x[1]),
        ["conv2d"] = static (a, x) => x[0].Conv2d(
            x[1], x.ElementAtOrDefault(2), a.Size("stride"), a.Size("padding"), a.Size("dilation"), a.Int("groups")),
        ["conv_transpose2d"] = static (a, x) => x[0].ConvTranspose2d(
            x[1], x.ElementAtOrDefault(2), a.Size("stride"), a.Size("padding"), a.Size("output_padding"), a.Size("dilation"),
                a.Int("groups")),
        ["max_pool2d"] = static (a, x) => x[0].MaxPool2d(a.Size("kernel_size"), a.Size("stride"), a.Size("padding")),
        ["avg_pool2d"] = static (a, x) =>
            x[0].AvgPool2d(a.Size("kernel_size"), a.Size("stride"), a.Size("padding"), a.Flag("count_include_pad")),
        ["adaptive_avg_pool2d"] = static (a, x) => x[0].AdaptiveAvgPool2d(a.Size("output_size")),
        ["adaptive_max_pool2d"] = static (a, x) => x[0].AdaptiveMaxPool2d(a.Size("output_size")),
        ["interpolate"] = static (a, x) => a.Text("mode") == "nearest"
            ? x[0].UpsampleNearest2d(Size(a, x[0]))
            : x[0].UpsampleBilinear2d(Size(a, x[0]), a.Flag("align_corners"), a.Flag("antialias")),
        ["unfold"] = static (a, x) => x[0].Unfold(a.Size("kernel_size"), a.Size("stride"), a.Size("padding"), a.Size("dilation")),
    };

    public static readonly Dictionary<string, Call> Grid = new()
    {
        ["grid_sample"] = static (a, x) => x[0].GridSample(
            x[1], Enum.Parse<GridPadding>(a.Text("padding_mode"), ignoreCase: true), a.Flag("align_corners")),
        ["affine_grid"] = static (a, x) => Tensor.AffineGrid(x[0], a.Size("size"), a.Flag("align_corners")),
    };

    /// <summary>The positions that operations give beside their values.</summary>
    public static readonly Dictionary<string, Call> Indices = new()
    {
        ["sort"] = static (a, x) => x[0].Sort(a.Int("dim"), a.Flag("descending")).Indices,
        ["topk"] = static (a, x) => x[0].TopK(a.Int("k"), a.Int("dim"), a.Flag("largest")).Indices,
    };

    public static readonly Dictionary<string, Dictionary<string, Call>> Files = new()
    {
        ["pointwise"] = Pointwise,
        ["reductions"] = Reductions,
        ["movement"] = Movement,
        ["linear"] = Linear,
        ["grid"] = Grid,
    };

    static Tensor[] Split(GoldenArgs args, Tensor x) => args["split_size_or_sections"].ValueKind == System.Text.Json.JsonValueKind.Array
        ? x.Split(args.Ints("split_size_or_sections"), args.Int("dim"))
        : x.Split(args.Int("split_size_or_sections"), args.Int("dim"));

    // Python's slices count from the end and reach beyond it; Criterion's do neither.
    static Tensor Slice(GoldenArgs args, Tensor x)
    {
        foreach (int[] slice in args["slices"].EnumerateArray().Select(
            static s => s.EnumerateArray().Select(static n => n.GetInt32()).ToArray()))
        {
            int size = x.Shape[slice[0]];
            x = x.Slice(slice[0], Inside(slice[1], size), Inside(slice[2], size), slice[3]);
        }

        return x;

        static int Inside(int at, int size) => Math.Clamp(at < 0 ? at + size : at, 0, size);
    }

    static Tensor Roll(GoldenArgs args, Tensor x)
    {
        int[] shifts = args.Ints("shifts");
        return args.Has("dims")
            ? shifts.Zip(args.Ints("dims")).Aggregate(x, static (y, by) => y.Roll(by.First, by.Second))
            : x.Flatten().Roll(shifts[0], 0).Reshape(x.Shape);
    }

    static Size2 Size(GoldenArgs args, Tensor x)
    {
        if (args.Has("size"))
        {
            return args.Size("size");
        }

        double[] scale = [.. args["scale_factor"].EnumerateArray().Select(static s => s.GetDouble())];
        return ((int)(x.Shape[2] * scale[0]), (int)(x.Shape[3] * scale[1]));
    }
}
