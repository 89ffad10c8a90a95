using System.Numerics;
using Criterion.Memory;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>
/// The forward–backward recursion of connectionist temporal classification, one sample after another in double precision. The
/// places of a path are the labels with a blank before, between and after them: 2 S + 1.
/// </summary>
internal static class CtcDriver
{
    /// <summary>Writes −ln p of each sample, and its gradient by every log-probability if that is needed.</summary>
    /// <param name="logs">Log-probabilities [T, N, C].</param>
    /// <param name="classes">C.</param>
    /// <param name="targets">The label sequences.</param>
    /// <param name="values">Receives the losses, [N].</param>
    /// <param name="gradient">Receives the gradient, [T, N, C]; default where it is not needed.</param>
    public static void Run(Elements logs, int classes, CtcTargets targets, Elements values, Elements gradient) =>
        LaneLoop.Run(new Loop(logs, classes, targets, values, gradient), logs.DType);

    readonly struct Loop(Elements logs, int classes, CtcTargets targets, Elements values, Elements gradient) : ILaneLoop
    {
        public int Chunks => targets.Count;

        void ILaneLoop.Run<S, L, D>(int chunk) => new Sample<S>(logs, classes, targets, values, gradient).Run(chunk);
    }

    /// <summary>Computes ln(eᵃ + e^b + e^c).</summary>
    static double LogSum(double a, double b, double c)
    {
        double peak = Math.Max(a, Math.Max(b, c));
        return double.IsNegativeInfinity(peak) ? peak : peak + Math.Log(Math.Exp(a - peak) + Math.Exp(b - peak) + Math.Exp(c - peak));
    }

    /// <summary>
    /// Returns ln α of all predecessors of a place: itself, the place before, and, over a blank between different labels, the one before
    /// that.
    /// </summary>
    static double Arriving(ReadOnlySpan<double> from, int place, CtcTargets targets, int sample) => LogSum(
        from[place],
        place > 0 ? from[place - 1] : double.NegativeInfinity,
        targets.MaySkip(sample, place) ? from[place - 2] : double.NegativeInfinity);

    readonly struct Sample<S>(Elements logs, int classes, CtcTargets targets, Elements values, Elements gradient)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        public void Run(int index)
        {
            int steps = targets.InputLengths[index];
            int places = targets.Places(index);
            Memory<double> scratch = BufferPool<double>.Rent(((steps + 2L) * places) + classes);
            Span<double> alpha = scratch.Span[..(steps * places)];
            double total = Forward(index, alpha, steps, places);
            values.Span<S>()[index] = S.CreateTruncating(-total);
            Clear(index);
            if (!gradient.IsEmpty && !double.IsNegativeInfinity(total))
            {
                Span<double> rest = scratch.Span[(steps * places)..];
                Backward(index, alpha, rest[..places], rest.Slice(places, places), rest.Slice(2 * places, classes), total);
            }

            BufferPool<double>.Return(scratch);
        }

        /// <summary>Computes ln α, of all paths that reach a place with a step, that step included.</summary>
        /// <returns>The logarithm of the sample's probability.</returns>
        double Forward(int index, Span<double> alpha, int steps, int places)
        {
            if (steps == 0)
            {
                return places == 1 ? 0 : double.NegativeInfinity;
            }

            for (int step = 0; step < steps; step++)
            {
                ReadOnlySpan<S> row = Row(logs, step, index);
                Span<double> here = alpha.Slice(step * places, places);
                for (int place = 0; place < places; place++)
                {
                    double arriving = step == 0
                        ? (place < 2 ? 0 : double.NegativeInfinity)
                        : Arriving(alpha.Slice((step - 1) * places, places), place, targets, index);
                    here[place] = arriving + double.CreateTruncating(row[targets.Label(index, place)]);
                }
            }

            ReadOnlySpan<double> last = alpha.Slice((steps - 1) * places, places);
            return LogSum(last[^1], places > 1 ? last[^2] : double.NegativeInfinity, double.NegativeInfinity);
        }

        /// <summary>
        /// Computes ln β, of all paths from a place after a step to the end, that step excluded. −e^(α + β) / p, summed over the places of
        /// a class, is the derivative by its log-probability.
        /// </summary>
        void Backward(int index, ReadOnlySpan<double> alpha, Span<double> beta, Span<double> next, Span<double> sums, double total)
        {
            int places = beta.Length;
            int steps = alpha.Length / places;
            for (int step = steps - 1; step >= 0; step--)
            {
                for (int place = 0; place < places; place++)
                {
                    beta[place] = step == steps - 1
                        ? (place >= places - 2 ? 0 : double.NegativeInfinity)
                        : LogSum(
                            next[place],
                            place + 1 < places ? next[place + 1] : double.NegativeInfinity,
                            place + 2 < places && targets.MaySkip(index, place + 2) ? next[place + 2] : double.NegativeInfinity);
                }

                Write(index, step, alpha.Slice(step * places, places), beta, sums, total);
                ReadOnlySpan<S> row = Row(logs, step, index);
                for (int place = 0; place < places; place++)
                {
                    next[place] = beta[place] + double.CreateTruncating(row[targets.Label(index, place)]);
                }
            }
        }

        void Write(int index, int step, ReadOnlySpan<double> alpha, ReadOnlySpan<double> beta, Span<double> sums, double total)
        {
            sums.Clear();
            for (int place = 0; place < alpha.Length; place++)
            {
                sums[targets.Label(index, place)] -= Math.Exp(alpha[place] + beta[place] - total);
            }

            Span<S> row = Row(gradient, step, index);
            for (int c = 0; c < sums.Length; c++)
            {
                row[c] = S.CreateTruncating(sums[c]);
            }
        }

        void Clear(int index)
        {
            for (int step = 0; !gradient.IsEmpty && step < logs.Count / (targets.Count * classes); step++)
            {
                Row(gradient, step, index).Clear();
            }
        }

        Span<S> Row(Elements matrix, int step, int index)
        {
            int row = (step * targets.Count) + index;
            return matrix.Rows<S>(row, row + 1, classes);
        }
    }
}
