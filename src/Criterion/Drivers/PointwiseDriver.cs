using System.Numerics;
using Criterion.Formulas;
using Criterion.Memory;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>A sum of a formula over elements, with the gradients that are needed.</summary>
/// <param name="Formula">The formula.</param>
/// <param name="X">The first input.</param>
/// <param name="Y">The second input; the first again where the formula takes one.</param>
/// <param name="Z">The third input; the first again where the formula takes fewer than three.</param>
/// <param name="Scale">A factor for sum and gradients.</param>
internal readonly record struct PointwiseSum<TFormula>(TFormula Formula, Elements X, Elements Y, Elements Z, double Scale)
    where TFormula : struct, IPointwiseFormula
{
    /// <summary>Receives ∂f/∂x times the scale, plus <see cref="Offset"/>; default where it is not needed.</summary>
    public Elements GradientX { get; init; }

    /// <summary>Receives ∂f/∂y times the scale; default where it is not needed.</summary>
    public Elements GradientY { get; init; }

    /// <summary>Receives ∂f/∂z times the scale; default where it is not needed.</summary>
    public Elements GradientZ { get; init; }

    /// <summary>A number to add to the gradient by x.</summary>
    public double Offset { get; init; }

    /// <summary>Whether the sum of ∂f/∂x is needed, also where its elements are not.</summary>
    public bool NeedsSlope { get; init; }
}

/// <summary>The sum of a formula over elements, and of its derivative by the first input if that was computed.</summary>
internal readonly record struct PointwiseTotal(double Value, double Slope)
{
    public bool IsFinite => double.IsFinite(Value) && double.IsFinite(Slope);

    public static PointwiseTotal operator +(PointwiseTotal a, PointwiseTotal b) => new(a.Value + b.Value, a.Slope + b.Slope);
}

/// <summary>
/// Sums a formula over the elements of up to three inputs, with the gradients, in one pass over memory: the value comes from
/// the same numbers as the derivative. A second and third gradient are computed while a chunk is in the cache. Where the sums of a chunk
/// are not finite, each element whose value or derivative is not is computed again: floats in double precision, doubles in
/// <see cref="UnboundedReal"/>.
/// </summary>
internal static class PointwiseDriver
{
    public static PointwiseTotal Run<TFormula>(in PointwiseSum<TFormula> sum)
        where TFormula : struct, IPointwiseFormula
    {
        int chunks = LaneLoop.Chunks(sum.X.Count);
        Memory<double> totals = BufferPool<double>.Rent(2 * chunks);
        LaneLoop.Run(new Loop<TFormula>(sum, totals), sum.X.DType);
        PointwiseTotal total = default;
        for (int i = 0; i < chunks; i++)
        {
            total += new PointwiseTotal(totals.Span[2 * i], totals.Span[(2 * i) + 1]);
        }

        BufferPool<double>.Return(totals);
        return total;
    }

    readonly struct Loop<TFormula>(PointwiseSum<TFormula> sum, Memory<double> totals) : ILaneLoop
        where TFormula : struct, IPointwiseFormula
    {
        public int Chunks => LaneLoop.Chunks(sum.X.Count);

        void ILaneLoop.Run<S, L, D>(int chunk)
        {
            int start = chunk * LaneLoop.ChunkLength;
            int length = Math.Min(LaneLoop.ChunkLength, sum.X.Count - start);
            PointwiseLoops<TFormula, S, L> loops = new()
            {
                Formula = sum.Formula,
                X = sum.X.Span<S>().Slice(start, length),
                Y = sum.Y.Span<S>().Slice(start, length),
                Z = sum.Z.Span<S>().Slice(start, length),
                Scale = sum.Scale,
                Count = sum.X.Count,
            };
            PointwiseTotal? total = null;
            if (sum.NeedsSlope || !sum.GradientX.IsEmpty)
            {
                Span<S> gradient = Part<S>(sum.GradientX, start, length);
                total = loops.Finish<FirstInput, WithValue>(
                    loops.Gradients<FirstInput, WithValue>(gradient, sum.Offset), gradient, sum.Offset);
            }

            total = Differentiate<SecondInput, S, L>(loops, Part<S>(sum.GradientY, start, length), total);
            total = Differentiate<ThirdInput, S, L>(loops, Part<S>(sum.GradientZ, start, length), total);
            total ??= new(loops.Value(), 0);
            (totals.Span[2 * chunk], totals.Span[(2 * chunk) + 1]) = (total.Value.Value, total.Value.Slope);
        }

        static Span<S> Part<S>(Elements gradient, int start, int length)
            where S : unmanaged => gradient.IsEmpty ? default : gradient.Span<S>().Slice(start, length);

        /// <summary>Writes a further gradient, if it is needed; without one before, its pass returns the sum too.</summary>
        static PointwiseTotal? Differentiate<TInput, S, L>(in PointwiseLoops<TFormula, S, L> loops, Span<S> gradient, PointwiseTotal? total)
            where TInput : struct, IInput
            where S : unmanaged, IBinaryFloatingPointIeee754<S>
            where L : struct, ILane<L, S>
        {
            if (gradient.IsEmpty)
            {
                return total;
            }

            if (total is null)
            {
                return loops.Finish<TInput, WithValue>(loops.Gradients<TInput, WithValue>(gradient, 0), gradient, 0);
            }

            loops.Finish<TInput, GradientOnly>(loops.Gradients<TInput, GradientOnly>(gradient, 0), gradient, 0);
            return total;
        }
    }
}
