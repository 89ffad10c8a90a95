using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>Computes the statistics of channels, their normalised values, and the gradients.</summary>
/// <remarks>
/// Mean and variance come from pieces, each summed in a single pass around the mean of those before it, and combined as
/// in Chan, Golub and LeVeque, Algorithms for computing the sample variance, 1983: as exact as two passes over memory. Channels whose
/// squares overflow or underflow are summed once more, scaled. Statistics are kept in double precision: the mean of far values in
/// single precision would shift all of them.
/// </remarks>
internal readonly struct NormChannels<S, L>
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
    where L : struct, ILane<L, S>
{
    /// <summary>The number of elements that are summed in single precision; their sums are added in double precision.</summary>
    const int PieceLength = 2048;

    readonly Memory<S> _x, _g, _weight, _bias, _result, _sum, _along;
    readonly Memory<double> _mean, _deviation;
    readonly int _rows, _channels, _length;

    // A piece is made up of short rows, or is a part of a long one.
    readonly int _rowsPerPiece, _piecesPerRow, _pieces;
    readonly double _epsilon;

    public NormChannels(in Normalized values)
    {
        (_rows, _channels, _length) = values.Layout;
        _epsilon = values.Epsilon;
        _rowsPerPiece = Math.Max(1, PieceLength / Math.Max(1, _length));
        _piecesPerRow = LaneLoop.Chunks(_length, PieceLength);
        _pieces = LaneLoop.Chunks(_rows, _rowsPerPiece) * _piecesPerRow;
        (_x, _g) = (values.X.Memory<S>(), values.Upstream.Memory<S>());
        (_weight, _bias) = (values.Weight.Memory<S>(), values.Bias.Memory<S>());
        (_result, _sum, _along) = (values.Result.Memory<S>(), values.BiasGradient.Memory<S>(), values.WeightGradient.Memory<S>());
        (_mean, _deviation) = (values.Mean.Memory<double>(), values.Deviation.Memory<double>());
    }

    double Count => (double)_rows * _length;

    /// <summary>Computes the statistics and the normalised values of a channel.</summary>
    public void Forward(int channel)
    {
        (double mean, double deviation, double inverse) = Statistics(channel);
        (_mean.Span[channel], _deviation.Span[channel]) = (mean, deviation);
        double centre = Rounded(mean);
        double slope = OfChannel(_weight, channel, 1) * inverse;
        ReadOnlySpan<S> x = _x.Span;
        Map<NormalizedValue>(x, x, channel, centre, 1, slope, 0, OfChannel(_bias, channel, 0) + ((centre - mean) * slope));
    }

    /// <summary>Returns 1 / √(deviation² + ε), and 0 for 1 / 0: constant values are 0 after normalisation.</summary>
    double Inverse(double deviation)
    {
        double variance = deviation * deviation;
        double root = variance is > 1e-290 and < 1e290 ? Math.Sqrt(variance + _epsilon) : double.Hypot(deviation, Math.Sqrt(_epsilon));
        return root == 0 ? 0 : 1 / root;
    }

    static double Rounded(double value) => double.CreateTruncating(S.CreateTruncating(value));

    (double Mean, double Deviation, double Inverse) Statistics(int channel)
    {
        (double mean, double variance) = InOnePass(channel);
        double least = typeof(S) == typeof(float) ? 1e-30 : 1e-290;
        if (double.IsFinite(mean) && double.IsFinite(variance) && variance + _epsilon > least)
        {
            return (mean, Math.Sqrt(variance), 1 / Math.Sqrt(variance + _epsilon));
        }

        (mean, double deviation) = Scaled(channel, mean, variance);
        return (mean, deviation, Inverse(deviation));
    }

    /// <summary>Computes the statistics of numbers scaled to 1, element by element.</summary>
    (double Mean, double Deviation) Scaled(int channel, double mean, double variance)
    {
        double peak = Sum(channel, static (x, peak, _) => Math.Max(Math.Abs(x), peak), 1, 0);
        if (peak == 0 || !double.IsFinite(peak))
        {
            return (mean, Math.Sqrt(variance));
        }

        double scale = Math.ScaleB(1, Math.Max(-1000, Math.ILogB(peak)));
        double centre = Sum(channel, static (x, sum, _) => sum + x, scale, 0) / Count;
        double squares = Sum(channel, static (x, sum, centre) => sum + ((x - centre) * (x - centre)), scale, centre);
        return (centre * scale, Math.Sqrt(squares / Count) * scale);
    }

    double Sum(int channel, Func<double, double, double, double> add, double scale, double centre)
    {
        double sum = 0;
        for (int row = 0; row < _rows; row++)
        {
            foreach (S x in _x.Span.Slice(Row(row, channel), _length))
            {
                sum = add(double.CreateTruncating(x) / scale, sum, centre);
            }
        }

        return sum;
    }

    (double Mean, double Variance) InOnePass(int channel)
    {
        ChannelPiece first = PieceAt(0, channel);
        double mean = Reduce<ElementSum>(first, 0, 1).First / first.Count;
        double count = 0;
        double squares = 0;
        for (int i = 0; i < _pieces; i++)
        {
            ChannelPiece piece = PieceAt(i, channel);
            double centre = Rounded(mean);
            (double sum, double sumOfSquares) = Reduce<CentredMoments>(piece, centre, 1);
            double shift = sum / piece.Count;
            double distance = centre + shift - mean;
            double share = piece.Count / (count + piece.Count);
            squares += Math.Max(0, sumOfSquares - (sum * shift)) + (distance * distance * count * share);
            mean += distance * share;
            count += piece.Count;
        }

        return (mean, squares / count);
    }

    /// <summary>Returns Σg and Σ(g · (x − centre) · inverse).</summary>
    (double Sum, double Product) Products(int channel, double centre, double inverse)
    {
        (double sum, double product) = (0, 0);
        for (int i = 0; i < _pieces; i++)
        {
            (double first, double second) = Reduce<GradientMoments>(PieceAt(i, channel), centre, inverse);
            sum += first;
            product += second;
        }

        return (sum, product);
    }

    ChannelPiece PieceAt(int index, int channel)
    {
        (int block, int part) = Math.DivRem(index, _piecesPerRow);
        int row = block * _rowsPerPiece;
        int at = part * PieceLength;
        return new(Row(row, channel) + at, Math.Min(_rowsPerPiece, _rows - row), Math.Min(PieceLength, _length - at));
    }

    /// <summary>
    /// With x̂ = (x − mean) · inverse and n values in a channel: ∂x = scale · (g − Σg/n − x̂ · Σ(g·x̂)/n), ∂weight = Σ(g·x̂), ∂bias = Σg.
    /// </summary>
    public void Backward(int channel)
    {
        ReadOnlySpan<S> x = _x.Span;
        ReadOnlySpan<S> g = _g.Span;
        (double mean, double inverse) = (_mean.Span[channel], Inverse(_deviation.Span[channel]));
        double centre = Rounded(mean);
        double shift = (centre - mean) * inverse;
        double scale = OfChannel(_weight, channel, 1) * inverse;
        (double sum, double product) = Products(channel, centre, inverse);
        product += shift * sum;
        if (!_sum.IsEmpty)
        {
            _sum.Span[channel] = S.CreateTruncating(sum);
            _along.Span[channel] = S.CreateTruncating(product);
        }

        if (!_result.IsEmpty)
        {
            double slope = -scale * product / Count;
            Map<NormalizedGradient>(x, g, channel, centre, inverse, slope, scale, (slope * shift) - (scale * sum / Count));
        }
    }

    static double OfChannel(Memory<S> values, int channel, double missing) =>
        values.IsEmpty ? missing : double.CreateTruncating(values.Span[channel]);

    int Row(int row, int channel) => ((row * _channels) + channel) * _length;

    (double First, double Second) Reduce<TTerms>(ChannelPiece piece, double centre, double factor)
        where TTerms : struct, INormTerms
    {
        (double first, double second) = ReduceLanes<TTerms>(piece, centre, factor);
        (double restFirst, double restSecond) = ReduceRest<TTerms>(piece, centre, factor);
        return (first + restFirst, second + restSecond);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    (double First, double Second) ReduceLanes<TTerms>(ChannelPiece piece, double centre, double factor)
        where TTerms : struct, INormTerms
    {
        ReadOnlySpan<S> x = _x.Span;
        ReadOnlySpan<S> g = TTerms.Arity > 1 ? _g.Span : x;
        (L mean, L scale) = (L.Const(centre), L.Const(factor));
        L a = L.Const(0), b = a, c = a, d = a;
        L a2 = a, b2 = a, c2 = a, d2 = a;
        for (int row = 0, start = piece.Start; row < piece.Rows; row++, start += _channels * _length)
        {
            ref S xs = ref MemoryMarshal.GetReference(x.Slice(start, piece.Length));
            ref S gs = ref MemoryMarshal.GetReference(g.Slice(start, piece.Length));
            int i = 0;

            // Four sums, because one would wait for its own last addition.
            for (; i <= piece.Length - (4 * L.Width); i += 4 * L.Width)
            {
                TTerms.Add(L.Load(in xs, i), L.Load(in gs, i), mean, scale, ref a, ref a2);
                TTerms.Add(L.Load(in xs, i + L.Width), L.Load(in gs, i + L.Width), mean, scale, ref b, ref b2);
                TTerms.Add(L.Load(in xs, i + (2 * L.Width)), L.Load(in gs, i + (2 * L.Width)), mean, scale, ref c, ref c2);
                TTerms.Add(L.Load(in xs, i + (3 * L.Width)), L.Load(in gs, i + (3 * L.Width)), mean, scale, ref d, ref d2);
            }

            for (; i <= piece.Length - L.Width; i += L.Width)
            {
                TTerms.Add(L.Load(in xs, i), L.Load(in gs, i), mean, scale, ref a, ref a2);
            }
        }

        return (
            double.CreateTruncating((a + b + (c + d)).Sum()),
            TTerms.Sums == 1 ? 0 : double.CreateTruncating((a2 + b2 + (c2 + d2)).Sum()));
    }

    // In a separate method: the sums would be kept in memory within the loop across these calls.
    (double First, double Second) ReduceRest<TTerms>(ChannelPiece piece, double centre, double factor)
        where TTerms : struct, INormTerms
    {
        ReadOnlySpan<S> x = _x.Span;
        ReadOnlySpan<S> g = TTerms.Arity > 1 ? _g.Span : x;
        (int rest, double first, double second) = (piece.Length % L.Width, 0, 0);
        for (int row = 0, end = piece.Start + piece.Length; row < piece.Rows && rest > 0; row++, end += _channels * _length)
        {
            (L sum, L product) = (L.Const(0), L.Const(0));
            TTerms.Add(
                PartialLane<L, S>.Load(x.Slice(end - rest, rest)),
                PartialLane<L, S>.Load(g.Slice(end - rest, rest)),
                L.Const(centre),
                L.Const(factor),
                ref sum,
                ref product);
            first += PartialLane<L, S>.Sum(sum, rest);
            second += TTerms.Sums == 1 ? 0 : PartialLane<L, S>.Sum(product, rest);
        }

        return (first, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    unsafe void Map<TMap>(
        ReadOnlySpan<S> x, ReadOnlySpan<S> g, int channel, double centre, double inner, double slope, double factor, double shift)
        where TMap : struct, INormMap
    {
        (L mean, L unit) = (L.Const(centre), L.Const(inner));
        (L a, L b, L c) = (L.Const(slope), L.Const(factor), L.Const(shift));
        Span<S> result = _result.Span;
        for (int row = _rows - 1; row >= 0; row--)
        {
            ref S xs = ref MemoryMarshal.GetReference(x.Slice(Row(row, channel), _length));
            ref S gs = ref MemoryMarshal.GetReference(g.Slice(Row(row, channel), _length));
            ref S target = ref MemoryMarshal.GetReference(result.Slice(Row(row, channel), _length));
            int i = 0;
            S* address = (S*)Unsafe.AsPointer(ref target);
            bool streams = Streaming.Suits<L, S>(address, result.Length);
            for (; i <= _length - L.Width; i += L.Width)
            {
                L mapped = TMap.Map<L, S>(L.Load(in xs, i), L.Load(in gs, i), mean, unit, a, b, c);
                if (streams)
                {
                    mapped.Stream(address + i);
                }
                else
                {
                    mapped.Store(ref target, i);
                }
            }

            if (i < _length)
            {
                MapRest<TMap>(
                    MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref xs, i), _length - i),
                    MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref gs, i), _length - i),
                    MemoryMarshal.CreateSpan(ref Unsafe.Add(ref target, i), _length - i),
                    centre,
                    inner,
                    slope,
                    factor,
                    shift);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void MapRest<TMap>(
        ReadOnlySpan<S> x, ReadOnlySpan<S> g, Span<S> target, double centre, double inner, double slope, double factor, double shift)
        where TMap : struct, INormMap
    {
        (L value, L upstream) = (PartialLane<L, S>.Load(x), PartialLane<L, S>.Load(g));
        (L mean, L unit, L a, L b, L c) = (L.Const(centre), L.Const(inner), L.Const(slope), L.Const(factor), L.Const(shift));
        PartialLane<L, S>.Store(TMap.Map<L, S>(value, upstream, mean, unit, a, b, c), target);
    }
}
