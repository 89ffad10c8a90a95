using Criterion.Nn;

namespace Criterion.Tests.Nn;

/// <summary>Layers with random options, and the shape of their input. Every layer of the library has an entry.</summary>
static class OnnxCases
{
    /// <summary>The makers by the type of the layer.</summary>
    public static readonly Dictionary<Type, Func<Random, (Module Layer, Shape Input)>> Makers = new()
    {
        [typeof(Identity)] = static r => (new Identity(), Any(r)),
        [typeof(ReLU)] = static r => (new ReLU(), Any(r)),
        [typeof(LeakyReLU)] = static r => (new LeakyReLU(r.NextDouble()), Any(r)),
        [typeof(ELU)] = static r => (new ELU(0.5 + r.NextDouble()), Any(r)),
        [typeof(SELU)] = static r => (new SELU(), Any(r)),
        [typeof(GELU)] = static r => (new GELU(Coin(r)), Any(r)),
        [typeof(SiLU)] = static r => (new SiLU(), Any(r)),
        [typeof(Sigmoid)] = static r => (new Sigmoid(), Any(r)),
        [typeof(Tanh)] = static r => (new Tanh(), Any(r)),
        [typeof(Softplus)] = static r => (new Softplus(0.5 + (3 * r.NextDouble())), Any(r)),
        [typeof(Softmax)] = static r => (new Softmax(r.Next(-3, 3)), [4, 7]),
        [typeof(LogSoftmax)] = static r => (new LogSoftmax(r.Next(-3, 3)), [4, 7]),
        [typeof(PReLU)] = static r => Coin(r) ? (new PReLU(), Any(r)) : (new PReLU(3), [3, .. Sides(r, r.Next(0, 3))]),
        [typeof(Linear)] = static r => (new Linear(5, 4, Coin(r)), [.. Sides(r, r.Next(0, 3)), 5]),
        [typeof(Embedding)] = static r => (new Embedding(11, 3, Coin(r) ? 2 : null), Any(r)),
        [typeof(ClassWeights)] = static r => (new ClassWeights(4, 6, r.Next(1, 4)), [6]),
        [typeof(Conv1d)] = Conv1dCase,
        [typeof(Conv2d)] = Conv2dCase,
        [typeof(ConvTranspose1d)] = ConvTranspose1dCase,
        [typeof(ConvTranspose2d)] = ConvTranspose2dCase,
        [typeof(SpectralNorm)] = SpectralNormCase,
        [typeof(AvgPool1d)] = static r => (new AvgPool1d(3, OneOrNone(r), r.Next(2), Coin(r)), [2, r.Next(3, 12)]),
        [typeof(MaxPool1d)] = static r => (new MaxPool1d(3, OneOrNone(r), r.Next(2)), [2, r.Next(3, 12)]),
        [typeof(AvgPool2d)] = static r => (
            new AvgPool2d((2, 3), Coin(r) ? null : Pair(r, 1, 4), Pair(r, 0, 2), Coin(r)), [2, r.Next(3, 12), r.Next(3, 12)]),
        [typeof(MaxPool2d)] = static r => (
            new MaxPool2d((2, 3), Coin(r) ? null : Pair(r, 1, 4), Pair(r, 0, 2)), [2, r.Next(3, 12), r.Next(3, 12)]),
        [typeof(AdaptiveAvgPool2d)] = static r => (new AdaptiveAvgPool2d(Pair(r, 1, 5)), [2, r.Next(1, 12), r.Next(1, 12)]),
        [typeof(Upsample)] = UpsampleCase,
        [typeof(PixelShuffle)] = static r => r.Next(1, 4) is var factor
            ? (new PixelShuffle(factor), [factor * factor * r.Next(1, 3), r.Next(1, 5), r.Next(1, 5)])
            : default,
        [typeof(ReflectionPad2d)] = static r => (new ReflectionPad2d(r.Next(0, 4)), [2, r.Next(4, 8), r.Next(4, 8)]),
        [typeof(Flatten)] = static r => (new Flatten(r.Next(0, 2), r.Next(-3, 0)), [3, 4, 5]),
        [typeof(Unflatten)] = static r => Coin(r) ? (new Unflatten(1, [2, 3]), [6, 4]) : (new Unflatten(-1, [2, 1, 2]), [6, 4]),
        [typeof(Dropout)] = static r => (new Dropout(0.3), Any(r)),
        [typeof(Dropout2d)] = static r => (new Dropout2d(0.3), [2, 3, 4]),
        [typeof(BatchNorm1d)] = static r => (
            new BatchNorm1d(3, Epsilon(r), affine: Coin(r), trackRunningStats: Coin(r)), Coin(r) ? [3, r.Next(2, 6)] : [3, 5]),
        [typeof(BatchNorm2d)] = static r => (
            new BatchNorm2d(3, Epsilon(r), affine: Coin(r), trackRunningStats: Coin(r)), [3, r.Next(2, 6), r.Next(1, 6)]),
        [typeof(InstanceNorm1d)] = static r => (
            new InstanceNorm1d(3, Epsilon(r), affine: Coin(r), trackRunningStats: Coin(r)), [3, r.Next(5, 9)]),
        [typeof(InstanceNorm2d)] = static r => (
            new InstanceNorm2d(3, Epsilon(r), affine: Coin(r), trackRunningStats: Coin(r)), [3, r.Next(3, 6), r.Next(3, 6)]),
        [typeof(GroupNorm)] = static r => (new GroupNorm(2, 6, Epsilon(r), Coin(r)), [6, .. Sides(r, r.Next(0, 3))]),
        [typeof(LayerNorm)] = static r => Coin(r)
            ? (new LayerNorm([6], Epsilon(r), Coin(r)), [.. Sides(r, r.Next(0, 3)), 6])
            : (new LayerNorm([3, 4], Epsilon(r), Coin(r)), [2, 3, 4]),
        [typeof(MultiheadAttention)] = static r => (
            new MultiheadAttention(6, r.Next(1, 4), r.NextDouble(), Coin(r), batchFirst: Coin(r)), [r.Next(1, 6), 6]),
        [typeof(LSTM)] = static r => (
            new LSTM(4, 3, r.Next(1, 3), Coin(r), Coin(r), r.NextDouble(), bidirectional: Coin(r)), [r.Next(1, 6), 4]),
        [typeof(GRU)] = static r => (
            new GRU(4, 3, r.Next(1, 3), Coin(r), Coin(r), r.NextDouble(), bidirectional: Coin(r)), [r.Next(1, 6), 4]),
        [typeof(PixelNorm)] = static r => (new PixelNorm(Epsilon(r)), [3, .. Sides(r, r.Next(0, 3))]),
        [typeof(EqualizedLearningRate)] = static r =>
        {
            (Module layer, Shape input) = Coin(r) ? Conv2dCase(r) : (new Linear(5, 4), [5]);
            return (new EqualizedLearningRate((WeightedModule)layer, 1 + r.NextDouble(), Coin(r) ? 1 : 0.1), WithChannels(layer, input));
        },
        [typeof(BlurResample)] = static r => (
            Coin(r) ? new BlurResample(up: r.Next(1, 4), kernel: Coin(r) ? null : [1, 2, 4]) : new BlurResample(down: r.Next(1, 4)),
            [2, r.Next(4, 8), r.Next(4, 8)]),
        [typeof(Residual)] = static r => (
            new Residual(new Sequential(new Conv2d(3, 3, 3, padding: 1), new ReLU(), new Residual(new Tanh()))), [3, 5, 7]),
        [typeof(Sequential)] = static r => (
            new Sequential(
                new Conv2d(1, 4, 3, 2), new BatchNorm2d(4), new ReLU(), new Flatten(), new Dropout(), new Linear(4 * 3 * 4, 2)),
            [1, 7, 9]),
    };

    /// <summary>Layers without an ONNX form, with the reason.</summary>
    public static readonly Dictionary<Type, string> Excluded = new()
    {
        [typeof(ConditionalBatchNorm2d)] = "has two inputs: a network with conditions is exported by its own ToOnnx",
        [typeof(MinibatchStdDev)] = "of discriminators, which are not deployed",
        [typeof(ModulatedConv2d)] = "has two inputs: a network with styles is exported by its own ToOnnx",
        [typeof(ProjectionHead)] = "of discriminators, which are not deployed",
        [typeof(SelfAttention2d)] = "has no ONNX form yet",
        [typeof(ModuleList<>)] = "has no Forward: the module that contains it adds its modules",
        [typeof(ModuleDict<>)] = "has no Forward: the module that contains it adds its modules",
    };

    /// <summary>Gives every parameter and statistic a value that matters.</summary>
    public static void Randomize(Module module, RandomStream random)
    {
        using Autograd.GradMode none = Autograd.NoGrad();
        foreach ((string name, Tensor value) in module.NamedParameters())
        {
            if (!name.EndsWith("weight_orig", StringComparison.Ordinal))
            {
                value.CopyFrom(value + Tensor.Randn(value.Shape, random: random, deviation: 0.2));
            }
        }

        foreach ((string name, Tensor value) in module.NamedBuffers())
        {
            if (name.EndsWith("running_mean", StringComparison.Ordinal))
            {
                value.CopyFrom(Tensor.Randn(value.Shape, random: random));
            }
            else if (name.EndsWith("running_var", StringComparison.Ordinal))
            {
                value.CopyFrom(Tensor.Rand(value.Shape, random: random, low: 0.5, high: 2));
            }
        }
    }

    static (Module, Shape) Conv1dCase(Random r)
    {
        int groups = r.Next(1, 4);
        return (
            new Conv1d(
                groups * r.Next(1, 3), groups * r.Next(1, 3), r.Next(1, 5), r.Next(1, 4), r.Next(0, 3), r.Next(1, 3), groups, Coin(r)),
            [0, r.Next(8, 15)]);
    }

    static (Module, Shape) Conv2dCase(Random r)
    {
        int groups = r.Next(1, 4);
        return (
            new Conv2d(
                groups * r.Next(1, 3), groups * r.Next(1, 3), Pair(r, 1, 5), Pair(r, 1, 4), Pair(r, 0, 3), Pair(r, 1, 3), groups, Coin(r)),
            [0, r.Next(8, 15), r.Next(8, 15)]);
    }

    static (Module, Shape) ConvTranspose1dCase(Random r)
    {
        (int groups, int stride, int dilation) = (r.Next(1, 4), r.Next(1, 4), r.Next(1, 3));
        int added = r.Next(0, Math.Max(stride, dilation));
        return (
            new ConvTranspose1d(
                groups * r.Next(1, 3), groups * r.Next(1, 3), r.Next(2, 5), stride, r.Next(0, 2), added, dilation, groups, Coin(r)),
            [0, r.Next(3, 8)]);
    }

    static (Module, Shape) ConvTranspose2dCase(Random r)
    {
        int groups = r.Next(1, 4);
        (Size2 stride, Size2 dilation) = (Pair(r, 1, 4), Pair(r, 1, 3));
        Size2 added = (r.Next(0, Math.Max(stride.Height, dilation.Height)), r.Next(0, Math.Max(stride.Width, dilation.Width)));
        return (
            new ConvTranspose2d(
                groups * r.Next(1, 3), groups * r.Next(1, 3), Pair(r, 2, 5), stride, Pair(r, 0, 2), added, dilation, groups, Coin(r)),
            [0, r.Next(3, 8), r.Next(3, 8)]);
    }

    static (Module, Shape) SpectralNormCase(Random r)
    {
        (Module layer, Shape input) = r.Next(3) switch
        {
            0 => Conv2dCase(r),
            1 => ConvTranspose2dCase(r),
            _ => (new Linear(5, 4), [5]),
        };
        return (new SpectralNorm((WeightedModule)layer), WithChannels(layer, input));
    }

    static (Module, Shape) UpsampleCase(Random r)
    {
        UpsampleMode mode = Coin(r) ? UpsampleMode.Nearest : UpsampleMode.Bilinear;
        bool corners = mode == UpsampleMode.Bilinear && Coin(r);
        double[] scales = [0.5, 1, 1.5, 2, 2.7, 3];
        return (
            Coin(r) ? new Upsample(scales[r.Next(scales.Length)], mode: mode, alignCorners: corners)
                : new Upsample(size: Pair(r, 1, 12), mode: mode, alignCorners: corners),
            [2, r.Next(2, 8), r.Next(2, 8)]);
    }

    /// <summary>Replaces the channels of an input, which the makers of convolutions leave open.</summary>
    public static Shape WithChannels(Module layer, Shape input) => layer switch
    {
        Conv1d { InChannels: var channels } => [channels, .. input.Skip(1)],
        Conv2d { InChannels: var channels } => [channels, .. input.Skip(1)],
        ConvTranspose1d { InChannels: var channels } => [channels, .. input.Skip(1)],
        ConvTranspose2d { InChannels: var channels } => [channels, .. input.Skip(1)],
        _ => input,
    };

    static bool Coin(Random r) => r.Next(2) == 0;

    static int? OneOrNone(Random r) => Coin(r) ? null : r.Next(1, 4);

    static double Epsilon(Random r) => Coin(r) ? 1e-5 : 1e-2;

    static Size2 Pair(Random r, int low, int high) => (r.Next(low, high), r.Next(low, high));

    static Shape Any(Random r) => [.. Sides(r, r.Next(1, 4))];

    static IEnumerable<int> Sides(Random r, int rank) => Enumerable.Range(0, rank).Select(_ => r.Next(2, 6)).ToArray();
}
