namespace Criterion.Tests.Fuzz;

// Numbers by the name of their parameter: mostly such as belong there, now and then such as must be refused.
sealed partial class FuzzDraw
{
    public int IntFor(string name) => name switch
    {
        "inputSize" or "dim" when Owner is "LSTM" or "GRU" or "MultiheadAttention" => Rare(Main.Rank == 0 ? 1 : Main[-1]),
        "heads" => Rare(Main.Rank > 0 && Main[-1] % 2 == 0 ? 2 : 1),
        "dim" or "dim0" or "dim1" or "start" or "end" when Member is not ("Slice" or "Narrow") || name == "dim" => Dim(),
        "start" or "length" => Rare(Main.Rank == 0 ? 0 : Next(0, Main[_dim] + 1)),
        "end" => Rare(Main.Rank == 0 ? 0 : Main[_dim]),
        "step" => Rare(Next(1, 4)),
        "k" => Main.Rank == 0 ? 0 : Next(0, Main[-1] + 2),
        "shift" => Rare(Next(-5, 6)),
        "groups" => Chance(0.97) ? _groups : Next(-1, 4),
        "n" or "count" when Owner == "Tensor" => Rare(Next(0, 20)),
        "size" when Owner == "Tensor" => Rare(Next(1, 9)),
        "correction" => Of(0, 1, 1, 2, -1),
        "inFeatures" or "inputFeatures" => Main.Rank > 0 ? Main[-1] : 1,
        "channels" or "inChannels" or "features" or "numFeatures" or "dimensions" => At(1),
        "border" or "width" or "padding" => Rare(Next(0, 4)),
        "Dim" or "classDim" => Chance(0.8) ? Math.Min(1, Main.Rank - 1) : Next(-2, 3),
        "WindowSize" => Of(3, 5, 7, 11),
        _ => Chance(0.03) ? Of(0, -1) : Next(1, 6),
    };

    public long LongFor(string name) => name switch
    {
        "IgnoreIndex" => Of(-100L, 0, 1),
        "low" => Next(-5, 3),
        "high" => Next(0, 9),
        _ => Chance(0.05) ? Of(-1L, 0, long.MinValue) : Next(0, 20),
    };

    public double DoubleFor(string name)
    {
        if (Chance(0.03))
        {
            return Of(double.NaN, double.PositiveInfinity, -1.0, 0.0, 1e30);
        }

        return name.ToUpperInvariant() switch
        {
            "P" => Of(1, 2, 3, 0.5, double.PositiveInfinity),
            "EPS" or "EPSILON" => Of(1e-5, 1e-3, 0.1),
            "LOW" => -1 + (0.5 * _random.NextDouble()),
            "LEARNINGRATE" => 0.01,
            "START" or "MEAN" => Next(-3, 4),
            "END" => Next(4, 9),
            "SCALE" or "SCALEFACTOR" => Of(0.5, 1, 1.5, 2, 3),
            _ => Of(0.1, 0.3, 0.5, 0.9, 1, 1.5, 2),
        };
    }

    public Size2 SizeFor(string name)
    {
        (int low, int end) = name switch
        {
            "kernel" => (1, 4),
            "stride" => (1, 4),
            "padding" => (0, 3),
            "dilation" => (1, 4),
            "outputPadding" => (0, 4),
            _ => (1, 9),
        };
        Size2 size = new(Next(low, end), Chance(0.6) ? Next(low, end) : low);
        bool isResult = name is "size" or "output";
        int extreme = isResult || Chance(0.8) ? Of<int>(Extremes) : 1 << 30;
        return !Chance(0.04) ? size : Chance(0.5) ? size with { Height = extreme } : size with { Width = extreme };
    }

    public Shape ShapeFor(string name) => Chance(0.03)
        ? (Shape)Of<int[]>([int.MaxValue], [65536, 65536], [0, int.MaxValue], [int.MaxValue, 0, 2], [-1], [2, -3])
        : Owner switch
        {
            "LayerNorm" => [.. Main.Skip(Main.Rank == 0 ? 0 : Next(0, Main.Rank))],
            "Unflatten" => Split(At(1)),
            _ => name.Length > 0 ? Any() : Main,
        };

    public int[] IntsFor(string name) => name switch
    {
        "dims" => Dims(),
        "order" => Order(),
        "widths" => [.. Enumerable.Range(0, 2 * Next(0, Main.Rank + 1)).Select(_ => Width())],
        "sizes" when Member == "Expand" => [.. Enumerable.Range(0, Next(0, 3)).Select(_ => Next(1, 4)), .. Main.Select(Stretched)],
        "sizes" when Member == "Split" => Split(Main.Rank == 0 ? 1 : Main[0], sum: true),
        "sizes" => Chance(0.03) ? [Of<int>(Extremes), Of<int>(Extremes), -1] : Reshaped(),
        "inputLengths" => [.. Enumerable.Range(0, At(1)).Select(_ => Next(0, At(0) + 1))],
        "targetLengths" => [.. Enumerable.Range(0, At(1)).Select(_ => Next(0, 3))],
        _ => [.. Main.Dims],
    };

    public TensorIndex[] IndicesFor() => [.. Main.Take(Next(0, Main.Rank + 1)).Select(Index)];

    TensorIndex Index(int size) => Chance(0.4) ? Next(-size, Math.Max(1, size)) : Chance(0.5) ? .. : Next(0, size + 1)..size;

    int Width() => Chance(0.01) ? Of<int>(Extremes) : Next(Member == "Pad" ? -1 : 0, 3);

    int Stretched(int size) => size == 1 && Chance(0.7) ? Next(0, 5) : Chance(0.5) ? -1 : size;

    int[] Dims()
    {
        IEnumerable<int> some = Enumerable.Range(0, Main.Rank).Where(_ => Chance(0.4)).Select(dim => Chance(0.3) ? dim - Main.Rank : dim);
        return Chance(0.03) ? [.. some, Of<int>(Extremes)] : [.. some];
    }

    /// <summary>A dim, kept as one from the start; some are given from the end.</summary>
    int Dim()
    {
        if (Main.Rank == 0 || Chance(0.02))
        {
            _dim = 0;
            return Of(0, -1, 9, int.MinValue);
        }

        _dim = Member == "Split" ? 0 : Next(0, Main.Rank);
        return Chance(0.3) ? _dim - Main.Rank : _dim;
    }

    int Rare(int usual) => Chance(0.04) ? Of<int>(Extremes) : usual;

    int[] Order()
    {
        int[] order = [.. Enumerable.Range(0, Main.Rank)];
        _random.Shuffle(order);
        return Chance(0.03) ? [.. order, 0] : order;
    }

    int[] Reshaped()
    {
        int[] dims = Split(Main.Count);
        if (dims.Length > 0 && Chance(0.4))
        {
            dims[Next(0, dims.Length)] = -1;
        }

        return dims;
    }

    /// <summary>Numbers whose product, or sum, is the total.</summary>
    int[] Split(int total, bool sum = false)
    {
        List<int> parts = [];
        while (sum ? total > 0 : total > 1)
        {
            int part = sum ? Next(1, total + 1) : Enumerable.Range(2, total - 1).First(d => total % d == 0);
            total = sum ? total - part : total / part;
            if (sum || parts.Count == 0 || Chance(0.6))
            {
                parts.Add(part);
            }
            else
            {
                parts[^1] *= part;
            }
        }

        return total == 0 && !sum ? [0, 2] : [.. parts];
    }
}
