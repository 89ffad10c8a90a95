using System.Runtime.CompilerServices;

namespace Criterion.Drivers;

/// <summary>
/// Computes ln(1 + Σ exp(aⱼ − aᵢ)) over the pairs whose label yᵢ is above yⱼ, and its gradient, in O(N log N): in the order of the labels,
/// the exponentials of all lower labels are one running sum.
/// </summary>
/// <param name="values">a, one Float64 number for each label.</param>
/// <param name="labels">y, Float64, without NaN.</param>
/// <param name="isAveraged">Whether the sum is divided by the number of pairs.</param>
internal readonly ref struct OrderedPairsDriver(Elements values, Elements labels, bool isAveraged)
{
    /// <summary>Computes the value, 0 where no two labels differ.</summary>
    /// <param name="gradient">Receives the gradient by each value, Float64; or default.</param>
    public double Run(Elements gradient)
    {
        int count = values.Count;
        using Scratch keys = new(DType.Float64, count);
        using Scratch order = new(DType.Int64, count);
        using Scratch lower = new(DType.Float64, count);
        Sort(keys.Elements.Span<double>(), order.Elements.Span<long>());
        Ranking ranking = new(
            values.Span<double>(), keys.Elements.Span<double>(), order.Elements.Span<long>(), lower.Elements.Span<double>());
        (double total, long pairs) = ranking.SumPairs();
        double logarithm = isAveraged && pairs > 0 ? total - Math.Log(pairs) : total;
        if (!gradient.IsEmpty)
        {
            ranking.WriteGradient(total, 1 / (1 + Math.Exp(-logarithm)), pairs, gradient.Span<double>());
        }

        return pairs == 0 ? 0 : Math.Max(logarithm, 0) + double.LogP1(Math.Exp(-Math.Abs(logarithm)));
    }

    void Sort(Span<double> keys, Span<long> order)
    {
        labels.Span<double>().CopyTo(keys);
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        keys.Sort(order);
    }

    /// <summary>Numbers in the order of their labels.</summary>
    readonly ref struct Ranking(Span<double> values, Span<double> keys, Span<long> order, Span<double> lower)
    {
        readonly Span<double> _values = values;
        readonly Span<double> _keys = keys;
        readonly Span<long> _order = order;
        readonly Span<double> _lower = lower;

        /// <summary>Returns the logarithm of the sum over pairs, and their number; keeps ln Σ e^aⱼ over lower labels for each.</summary>
        public (double Total, long Pairs) SumPairs()
        {
            LogSum total = new();
            LogSum below = new();
            long pairs = 0;
            for (int start = 0, end; start < _keys.Length; start = end)
            {
                end = EndOfGroup(start);
                double lowest = below.Value;
                for (int k = start; k < end; k++)
                {
                    _lower[k] = lowest;
                    if (start > 0)
                    {
                        total.Add(lowest - At(k));
                    }
                }

                for (int k = start; k < end; k++)
                {
                    below.Add(At(k));
                }

                pairs += (long)start * (end - start);
            }

            return (total.Value, pairs);
        }

        /// <summary>Writes the gradient: as the lower of a pair a value raises the sum, as the higher it reduces it.</summary>
        public void WriteGradient(double total, double slope, long pairs, Span<double> gradient)
        {
            LogSum above = new();
            for (int end = _keys.Length, start; end > 0; end = start)
            {
                start = StartOfGroup(end);
                double highest = above.Value;
                for (int k = start; k < end; k++)
                {
                    double asLower = end == _keys.Length ? 0 : Math.Exp(At(k) + highest - total);
                    double asHigher = start == 0 ? 0 : Math.Exp(_lower[k] - At(k) - total);
                    gradient[(int)_order[k]] = pairs == 0 ? 0 : slope * (asLower - asHigher);
                }

                for (int k = start; k < end; k++)
                {
                    above.Add(-At(k));
                }
            }
        }

        double At(int k) => _values[(int)_order[k]];

        int EndOfGroup(int start)
        {
            int end = start + 1;
            while (end < _keys.Length && _keys[end] == _keys[start])
            {
                end++;
            }

            return end;
        }

        int StartOfGroup(int end)
        {
            int start = end - 1;
            while (start > 0 && _keys[start - 1] == _keys[end - 1])
            {
                start--;
            }

            return start;
        }
    }

    /// <summary>A running ln Σ eˣ that never overflows; NaN once a term is NaN.</summary>
    struct LogSum()
    {
        double _largest = double.NegativeInfinity;
        double _sum;

        public readonly double Value => _largest + Math.Log(_sum);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(double x)
        {
            if (x <= _largest)
            {
                _sum += Math.Exp(x - _largest);
            }
            else
            {
                _sum = (_sum * Math.Exp(_largest - x)) + 1;
                _largest = x;
            }
        }
    }
}
