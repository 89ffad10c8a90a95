using System.Numerics;
using Criterion.Formulas;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>
/// Runs a softmax formula over rows of logits. A row is copied into scratch memory that stays in the cache and is padded to whole
/// lanes. There its exponentials are computed once, and the gradient fₐ(aⱼ) − pⱼ Σₖ fₐ(aₖ) from them. Meanwhile the memory of the gradient
/// and of the next row is prefetched.
/// </summary>
internal static class SoftmaxDriver
{
    public static void Run<TFormula>(in SoftmaxLosses<TFormula> losses)
        where TFormula : struct, ISoftmaxFormula => LaneLoop.Run(new Loop<TFormula>(losses), losses.X.DType);

    readonly struct Loop<TFormula>(SoftmaxLosses<TFormula> losses) : ILaneLoop
        where TFormula : struct, ISoftmaxFormula
    {
        int RowsPerChunk => LaneLoop.RowsPerChunk(losses.Length);

        public int Chunks => LaneLoop.Chunks(losses.Values.Count, RowsPerChunk);

        void ILaneLoop.Run<S, L, D>(int chunk)
        {
            int end = Math.Min(losses.Values.Count, (chunk + 1) * RowsPerChunk);
            new SoftmaxChunk<TFormula, S, L>(losses).Run(chunk * RowsPerChunk, end);
        }
    }
}
