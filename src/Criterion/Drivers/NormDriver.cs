using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Kernels;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>
/// Normalisation of a contiguous tensor by the statistics of each channel of its layout: one pass over a channel for the statistics, and
/// one for the result, backwards, because the end of the first is still in the cache; a large result is streamed past it. Channels are
/// shared between threads.
/// </summary>
/// <remarks>
/// Rows of a channel (of length L) are worked on in lanes; the elements that L leaves over are summed one by one and mapped in a
/// padded lane. Mean and variance come from pieces, each summed in a single pass around the mean of those before it, and put together as
/// in Chan, Golub and LeVeque, Algorithms for computing the sample variance, 1983: as exact as two passes over memory. Channels whose
/// squares overflow or underflow are gone through once more, scaled. Statistics are kept in double precision: the mean of far values in
/// single precision would shift all of them.
/// </remarks>
internal static class NormDriver
{
    /// <summary>Elements that are summed in single precision; what comes out is added up in double precision.</summary>
    const int PieceLength = 2048;

    /// <summary>y = (x − mean) / √(deviation² + ε) · weight + bias; writes mean and deviation too, Float64.</summary>
    public static void Forward(Tensor x, NormLayout layout, Tensor? weight, Tensor? bias, double epsilon, Tensor y, Tensor mean, Tensor deviation) =>
        WidestLane.Run(new Operands(x, layout, null, weight, bias, y, mean, deviation, epsilon, IsForward: true), x.DType);

    /// <summary>The gradients where wanted: by x, in <paramref name="sum"/> by the bias, in <paramref name="along"/> by the weight.</summary>
    public static void Backward(
        Tensor x, NormLayout layout, Tensor g, Tensor? weight, double epsilon, Tensor? gradient, Tensor mean, Tensor deviation, Tensor? sum, Tensor? along) =>
        WidestLane.Run(new Operands(x, layout, g, weight, null, gradient, mean, deviation, epsilon, IsForward: false) { Sum = sum, Along = along }, x.DType);

    readonly record struct Operands(
        Tensor X, NormLayout Layout, Tensor? G, Tensor? Weight, Tensor? Bias, Tensor? Result, Tensor Mean, Tensor Deviation, double Epsilon, bool IsForward) : ILaneTask
    {
        public Tensor? Sum { get; init; }

        public Tensor? Along { get; init; }

        public void Run<S, L>()
            where S : unmanaged, IBinaryFloatingPointIeee754<S>
            where L : struct, ILane<L, S>
        {
            int channels = Math.Max(1, MapDriver.ChunkLength / Math.Max(1, Layout.Count));
            ParallelFor.Run((Layout.Channels + channels - 1) / channels, new Chunk<S, L>(this, channels));
        }
    }

    readonly struct Chunk<S, L> : IChunk
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        readonly Memory<S> _x, _g, _weight, _bias, _result, _sum, _along;
        readonly Memory<double> _mean, _deviation;
        readonly int _rows, _channels, _length, _channelsPerChunk;

        // A piece is made up of short rows, or is a part of a long one.
        readonly int _rowsPerPiece, _piecesPerRow, _pieces;
        readonly double _epsilon;
        readonly bool _isForward;

        public Chunk(in Operands o, int channelsPerChunk)
        {
            ((_rows, _channels, _length), _channelsPerChunk) = (o.Layout, channelsPerChunk);
            (_epsilon, _isForward) = (o.Epsilon, o.IsForward);
            _rowsPerPiece = Math.Max(1, PieceLength / Math.Max(1, _length));
            _piecesPerRow = (_length + PieceLength - 1) / PieceLength;
            _pieces = (_rows + _rowsPerPiece - 1) / _rowsPerPiece * _piecesPerRow;
            (_x, _g, _weight, _bias) = (Memory(o.X), Memory(o.G), Memory(o.Weight), Memory(o.Bias));
            (_result, _sum, _along) = (Memory(o.Result), Memory(o.Sum), Memory(o.Along));
            (_mean, _deviation) = (o.Mean.Memory<double>(), o.Deviation.Memory<double>());
        }

        static Memory<S> Memory(Tensor? tensor) => tensor is null ? default : tensor.Memory<S>();

        double Count => (double)_rows * _length;

        public void Run(int index)
        {
            int end = Math.Min(_channels, (index + 1) * _channelsPerChunk);
            for (int channel = index * _channelsPerChunk; channel < end; channel++)
            {
                if (_isForward)
                {
                    Forward(channel);
                }
                else
                {
                    Backward(channel);
                }
            }

            Streaming.End();
        }

        void Forward(int channel)
        {
            (double mean, double deviation, double inverse) = Statistics(channel);
            (_mean.Span[channel], _deviation.Span[channel]) = (mean, deviation);
            double centre = Rounded(mean);
            double slope = Of(_weight, channel, 1) * inverse;
            ReadOnlySpan<S> x = _x.Span;
            Map<Line>(x, x, channel, centre, 1, slope, 0, Of(_bias, channel, 0) + ((centre - mean) * slope));
        }

        /// <summary>1 / √(deviation² + ε), and 0 for 1 / 0: values that do not vary are 0 after normalisation.</summary>
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

        /// <summary>The same of numbers scaled to 1, element by element.</summary>
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
            Piece first = PieceAt(0, channel);
            double mean = Reduce<Values>(first, 0, 1).First / first.Count;
            double count = 0;
            double squares = 0;
            for (int i = 0; i < _pieces; i++)
            {
                Piece piece = PieceAt(i, channel);
                double centre = Rounded(mean);
                (double sum, double sumOfSquares) = Reduce<Distances>(piece, centre, 1);
                double shift = sum / piece.Count;
                double distance = centre + shift - mean;
                double share = piece.Count / (count + piece.Count);
                squares += Math.Max(0, sumOfSquares - (sum * shift)) + (distance * distance * count * share);
                mean += distance * share;
                count += piece.Count;
            }

            return (mean, squares / count);
        }

        /// <summary>Σg and Σ(g · (x − centre) · inverse).</summary>
        (double Sum, double Product) Products(int channel, double centre, double inverse)
        {
            (double sum, double product) = (0, 0);
            for (int i = 0; i < _pieces; i++)
            {
                (double first, double second) = Reduce<GradientTerms>(PieceAt(i, channel), centre, inverse);
                sum += first;
                product += second;
            }

            return (sum, product);
        }

        Piece PieceAt(int index, int channel)
        {
            (int block, int part) = Math.DivRem(index, _piecesPerRow);
            int row = block * _rowsPerPiece;
            int at = part * PieceLength;
            return new(Row(row, channel) + at, Math.Min(_rowsPerPiece, _rows - row), Math.Min(PieceLength, _length - at));
        }

        /// <summary>
        /// With x̂ = (x − mean) · inverse and n values in a channel: ∂x = scale · (g − Σg/n − x̂ · Σ(g·x̂)/n), ∂weight = Σ(g·x̂), ∂bias = Σg.
        /// </summary>
        void Backward(int channel)
        {
            ReadOnlySpan<S> x = _x.Span;
            ReadOnlySpan<S> g = _g.Span;
            (double mean, double inverse) = (_mean.Span[channel], Inverse(_deviation.Span[channel]));
            double centre = Rounded(mean);
            double shift = (centre - mean) * inverse;
            double scale = Of(_weight, channel, 1) * inverse;
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
                Map<Plane>(x, g, channel, centre, inverse, slope, scale, (slope * shift) - (scale * sum / Count));
            }
        }

        static double Of(Memory<S> values, int channel, double missing) =>
            values.IsEmpty ? missing : double.CreateTruncating(values.Span[channel]);

        int Row(int row, int channel) => ((row * _channels) + channel) * _length;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        (double First, double Second) Reduce<TTerms>(Piece piece, double centre, double factor)
            where TTerms : struct, ITerms
        {
            ReadOnlySpan<S> x = _x.Span;
            ReadOnlySpan<S> g = TTerms.Inputs > 1 ? _g.Span : x;
            (L mean, L scale) = (L.Const(centre), L.Const(factor));
            L a = L.Const(0), b = a, c = a, d = a;
            L a2 = a, b2 = a, c2 = a, d2 = a;
            (Real restFirst, Real restSecond) = (0, 0);
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

                for (; i < piece.Length; i++)
                {
                    TTerms.Add(
                        double.CreateTruncating(Unsafe.Add(ref xs, i)), double.CreateTruncating(Unsafe.Add(ref gs, i)), (Real)centre, (Real)factor, ref restFirst, ref restSecond);
                }
            }

            double first = restFirst.Value + double.CreateTruncating((a + b + (c + d)).Sum());
            double second = TTerms.Sums == 1 ? 0 : restSecond.Value + double.CreateTruncating((a2 + b2 + (c2 + d2)).Sum());
            return (first, second);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        unsafe void Map<TMap>(ReadOnlySpan<S> x, ReadOnlySpan<S> g, int channel, double centre, double inner, double slope, double factor, double shift)
            where TMap : struct, IMap
        {
            (L mean, L unit) = (L.Const(centre), L.Const(inner));
            (L a, L b, L c) = (L.Const(slope), L.Const(factor), L.Const(shift));
            Span<S> result = _result.Span;
            Span<S> padded = stackalloc S[2 * L.Width];
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
                    L mapped = TMap.Of<L, S>(L.Load(in xs, i), L.Load(in gs, i), mean, unit, a, b, c);
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
                    ref S rest = ref MemoryMarshal.GetReference(padded);
                    MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref xs, i), _length - i).CopyTo(padded);
                    MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref gs, i), _length - i).CopyTo(padded[L.Width..]);
                    TMap.Of<L, S>(L.Load(in rest, 0), L.Load(in rest, L.Width), mean, unit, a, b, c).Store(ref rest, 0);
                    padded[..(_length - i)].CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref target, i), _length - i));
                }
            }
        }
    }

    /// <summary>Short rows of a channel, or a part of a long one.</summary>
    readonly record struct Piece(int Start, int Rows, int Length)
    {
        public int Count => Rows * Length;
    }

    /// <summary>What is summed over a channel.</summary>
    interface ITerms
    {
        /// <summary>1, or 2 with the upstream gradient.</summary>
        static abstract int Inputs { get; }

        /// <summary>1 or 2.</summary>
        static abstract int Sums { get; }

        static abstract void Add<T>(T x, T g, T mean, T factor, ref T first, ref T second)
            where T : struct, IReal<T>;
    }

    readonly struct Values : ITerms
    {
        public static int Inputs => 1;

        public static int Sums => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Add<T>(T x, T g, T mean, T factor, ref T first, ref T second)
            where T : struct, IReal<T> => first += x;
    }

    readonly struct Distances : ITerms
    {
        public static int Inputs => 1;

        public static int Sums => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Add<T>(T x, T g, T mean, T factor, ref T first, ref T second)
            where T : struct, IReal<T>
        {
            T distance = x - mean;
            first += distance;
            second += distance * distance;
        }
    }

    readonly struct GradientTerms : ITerms
    {
        public static int Inputs => 2;

        public static int Sums => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Add<T>(T x, T g, T mean, T factor, ref T first, ref T second)
            where T : struct, IReal<T>
        {
            first += g;
            second += g * ((x - mean) * factor);
        }
    }

    /// <summary>What is written for each element.</summary>
    interface IMap
    {
        static abstract L Of<L, S>(L x, L g, L mean, L inner, L slope, L factor, L shift)
            where L : struct, ILane<L, S>
            where S : unmanaged;
    }

    readonly struct Line : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Of<L, S>(L x, L g, L mean, L inner, L slope, L factor, L shift)
            where L : struct, ILane<L, S>
            where S : unmanaged => L.MultiplyAdd(x - mean, slope, shift);
    }

    readonly struct Plane : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Of<L, S>(L x, L g, L mean, L inner, L slope, L factor, L shift)
            where L : struct, ILane<L, S>
            where S : unmanaged => L.MultiplyAdd((x - mean) * inner, slope, L.MultiplyAdd(g, factor, shift));
    }
}
