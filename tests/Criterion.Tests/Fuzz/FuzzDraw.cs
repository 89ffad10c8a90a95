namespace Criterion.Tests.Fuzz;

/// <summary>The numbers of one call and the tensors drawn from them: the same in every mode, but for layout and element type.</summary>
sealed partial class FuzzDraw
{
    static readonly int[] Sizes = [0, 1, 1, 2, 2, 3, 3, 4, 5, 7, 8, 9, 16, 17, 33];
    static readonly int[] Sides = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 16, 20, 24];
    /// <summary>Numbers that nothing has room for, or that no size can be; never such as would just fit into memory.</summary>
    static readonly int[] Extremes = [0, -1, int.MaxValue, int.MaxValue - 1, int.MinValue];

    readonly Random _random;
    readonly FuzzMode _mode;
    readonly FuzzTarget _target;
    readonly DType _float;
    readonly bool _learns;
    readonly double[] _wild;

    /// <summary>Channel groups of a convolution, and the channels that it gives.</summary>
    readonly int _groups;
    int _outputs = 2;

    /// <summary>The dim drawn last.</summary>
    int _dim;

    public FuzzDraw(FuzzTarget target, int seed, FuzzMode mode)
    {
        (_target, _mode, _random) = (target, mode, new Random(seed));
        _float = Chance(0.6) ? DType.Float32 : DType.Float64;
        _learns = Chance(0.6);
        _wild = Chance(0.08) ? [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e30, -1e30, 1e-40, -0.0] : [];
        _groups = Chance(0.6) ? 1 : Next(1, 4);
        UsesScope = Chance(0.5);
        TakesSecondGradients = Chance(0.3);
        Main = DrawMain();
    }

    /// <summary>The shape that the tensors of the call have in common.</summary>
    public Shape Main { get; }

    public bool UsesScope { get; }

    public bool TakesSecondGradients { get; }

    /// <summary>Whether there are values from which single precision may give something else altogether.</summary>
    public bool IsWild => _wild.Length > 0;

    public bool IsSingle => _float == DType.Float32;

    /// <summary>All tensors that were drawn.</summary>
    public List<Tensor> Tensors { get; } = [];

    public List<RandomStream> Streams { get; } = [];

    string Owner => _target.Type.Name;

    string Member => _target.Method.Name;

    DType Float => _mode.IsDouble ? DType.Float64 : _float;

    public bool Chance(double probability) => _random.NextDouble() < probability;

    public int Next(int low, int end) => _random.Next(low, end);

    public T Of<T>(params ReadOnlySpan<T> items) => items[_random.Next(items.Length)];

    /// <summary>A tensor of floats, now and then of another type.</summary>
    public Tensor Floats(Shape shape, double low = double.NaN, double high = 0)
    {
        DType other = Of(DType.Int64, DType.UInt8, DType.Bool, DType.Float32, DType.Float64);
        DType type = Chance(0.03) ? other : _float;
        double scale = Of(1.0, 1.0, 1.0, 0.1, 3.0);
        bool isUnit = double.IsNaN(low) && Chance(0.25);
        bool isWhole = Chance(0.1);
        return Drawn(shape, type, () => Value(isUnit ? 0 : low, isUnit ? 1 : high, scale, isWhole));
    }

    /// <summary>Whole numbers of [low, end).</summary>
    public Tensor Integers(Shape shape, int low, int end) =>
        Drawn(shape, DType.Int64, () => Chance(0.003) ? Of(-1L, end, long.MaxValue, long.MinValue) : Next(low, Math.Max(low + 1, end)));

    public Tensor Flags(Shape shape) => Drawn(shape, Of(DType.Bool, DType.Bool, DType.Int64, _float), () => Next(0, 2));

    public Tensor Signs(Shape shape) => Drawn(shape, _float, () => (2 * Next(0, 2)) - 1);

    /// <summary>A shape that meets another when it is broadcast.</summary>
    public Shape Meeting(Shape shape)
    {
        if (Chance(0.6))
        {
            return shape;
        }

        if (Chance(0.05))
        {
            return Any();
        }

        int dropped = shape.Rank == 0 ? 0 : Next(0, shape.Rank);
        return [.. shape.Skip(dropped).Select(size => Chance(0.4) ? 1 : size)];
    }

    /// <summary>Any shape: ranks 0 to 5, at most some thousand elements.</summary>
    public Shape Any()
    {
        int[] dims = new int[Of(0, 1, 1, 2, 2, 2, 3, 3, 4, 5)];
        int room = 3000;
        for (int i = 0; i < dims.Length; i++)
        {
            dims[i] = Math.Min(Of<int>(Sizes), Math.Max(1, room));
            room /= Math.Max(1, dims[i]);
        }

        return dims;
    }

    double Value(double low, double high, double scale, bool isWhole)
    {
        if (_wild.Length > 0 && Chance(0.1))
        {
            return Of<double>(_wild);
        }

        double value = double.IsNaN(low) ? scale * Normal() : low + ((high - low) * _random.NextDouble());
        return (float)(isWhole ? Math.Round(value) : value);
    }

    double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    /// <summary>A tensor of drawn values in a drawn layout; some have a dim along which the values are repeated, without a copy.</summary>
    Tensor Drawn(Shape shape, DType type, Func<double> value)
    {
        double[] values = new double[shape.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = type switch
            {
                DType.UInt8 or DType.Bool => Math.Abs(Whole(value())) % 2,
                DType.Int64 => Whole(value()),
                _ => value(),
            };
        }

        int layout = Next(0, 7);
        int stretched = Chance(0.15) && shape.Rank > 0 && shape.Count > 0 ? Next(0, shape.Rank) : -1;
        Tensor plain = Tensor.From(values, shape).To(type.IsFloat() && _mode.IsDouble ? DType.Float64 : type);
        plain = stretched < 0 ? plain : plain.Narrow(stretched, 0, 1).Expand(shape);
        Tensor tensor = _mode.IsPlain ? plain.Clone() : stretched < 0 ? ViewMaker.Make(plain, layout) : plain;
        tensor = tensor.Detach();
        if (_learns && tensor.DType.IsFloat())
        {
            tensor.RequiresGrad = true;
        }

        Tensors.Add(tensor);
        return tensor;
    }

    static double Whole(double value) => double.IsFinite(value) && Math.Abs(value) < 1e15 ? Math.Round(value) : 0;

    Shape DrawMain()
    {
        if (Chance(0.04))
        {
            return Any();
        }

        if (Member == "AffineGrid")
        {
            return [Next(1, 4), 2, 3];
        }

        if (IsOfImages)
        {
            int channels = _groups * (Member.StartsWith("Conv", StringComparison.Ordinal) && Chance(0.15) ? Next(16, 36) : Next(1, 4));
            return [Chance(0.03) ? 0 : Next(1, 4), channels, Side(), Side()];
        }

        if (Owner is "LSTM" or "GRU" or "MultiheadAttention" || (Owner.EndsWith("1d", StringComparison.Ordinal) && Owner != "BatchNorm1d"))
        {
            return [Next(1, 4), _groups * Next(1, 4), Next(1, 9)];
        }

        if (Owner == "PatchNceLoss")
        {
            return [Next(1, 4), Next(1, 8), Next(1, 5)];
        }

        if (Owner == "CTCLoss")
        {
            return [Next(1, 8), Next(1, 4), Next(2, 6)];
        }

        return IsOfRows || Member is "Outer" or "Dot" ? (Member is "Outer" or "Dot" ? [Of<int>(Sizes)] : [Next(1, 30), Next(1, 9)]) : Any();
    }

    int Side() => Chance(0.02) ? 0 : Of<int>(Sides);

    bool IsOfImages => HasAny(Member, "2d", "Unfold", "GridSample")
        || HasAny(Owner, "2d", "Upsample", "Ssim", "Psnr", "Gmsd", "Vif", "ImageScore", "TotalVariation", "GradientLoss", "MultiScale");

    bool IsOfRows => _target.Type.Namespace!.EndsWith("Metrics", StringComparison.Ordinal)
        || HasAny(Owner, "Embedding", "Triplet", "Pair", "Contrastive", "Cosine", "Linear", "BatchNorm1d", "PathLengthPenalty",
        "PullingAwayPenalty")
        || HasAny(Owner, "FaceLoss", "Proxy", "NormalizedSoftmax", "Cosent", "AngleLoss", "VicReg", "BarlowTwins", "Uniformity", "KoLeo")
        || HasAny(Owner, "InfoNce", "NtXent", "SigLip", "SupCon", "CircleLoss", "NcaLoss", "LiftedStructureLoss")
        || HasAny(Owner, "Classifier", "CrossEntropy", "NLL", "Multi", "Focal", "Kl", "JensenShannon", "MutualInformationLoss");

    static bool HasAny(string text, params ReadOnlySpan<string> parts)
    {
        foreach (string part in parts)
        {
            if (text.Contains(part, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
