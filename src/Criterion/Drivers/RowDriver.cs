using System.Numerics;
using System.Runtime.Intrinsics;
using Criterion.Formulas;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>The losses of rows, with the gradients that are needed.</summary>
/// <param name="Formula">The formula.</param>
/// <param name="A">The first matrix, [rows, length].</param>
/// <param name="B">The second matrix; the first again where the formula takes one.</param>
/// <param name="C">The third matrix; another one again where the formula takes fewer than three.</param>
/// <param name="PerRow">One number for each row, or default for 0.</param>
/// <param name="Values">Receives the loss of each row, in double precision.</param>
/// <param name="Scale">A factor for the gradients.</param>
internal readonly record struct RowLosses<TFormula>(
    TFormula Formula, Elements A, Elements B, Elements C, Elements PerRow, Elements Values, double Scale)
    where TFormula : struct, IRowFormula
{
    /// <summary>Receives the gradient by the first matrix; default where it is not needed.</summary>
    public Elements GradientA { get; init; }

    /// <summary>Receives the gradient by the second matrix; default where it is not needed.</summary>
    public Elements GradientB { get; init; }

    /// <summary>Receives the gradient by the third matrix; default where it is not needed.</summary>
    public Elements GradientC { get; init; }

    /// <summary>The number of elements in a row.</summary>
    public int Length => A.Count / Math.Max(1, Values.Count);

    public bool NeedsGradient => !GradientA.IsEmpty || !GradientB.IsEmpty || !GradientC.IsEmpty;
}

/// <summary>
/// Runs a row formula over matrices [rows, length]: one pass for the statistics, the formula once for each row in double
/// precision, and a second pass, over a row that is still in the cache, for the gradients. A row whose sums leave the range of a double
/// is computed again in <see cref="UnboundedReal"/>.
/// </summary>
internal static class RowDriver
{
    // Sums and derivatives within these bounds can be multiplied with one another and with the elements.
    const double LeastOfDouble = 1e-140;
    const double MostOfDouble = 1e140;
    const double LeastOfSingle = 1e-18;
    const double MostOfSingle = 1e18;

    // Of sums of squares of floats outside of these bounds some squares have lost digits, or all.
    const double LeastSumOfSingle = 1e-24;
    const double MostSumOfSingle = 1e37;

    /// <summary>Writes the loss of each row, in double precision, and its gradients times the scale.</summary>
    public static void Run<TFormula>(in RowLosses<TFormula> losses)
        where TFormula : struct, IRowFormula => LaneLoop.Run(new Loop<TFormula>(losses), losses.A.DType);

    readonly struct Loop<TFormula>(RowLosses<TFormula> losses) : ILaneLoop
        where TFormula : struct, IRowFormula
    {
        int RowsPerChunk => LaneLoop.RowsPerChunk(losses.Length);

        public int Chunks => LaneLoop.Chunks(losses.Values.Count, RowsPerChunk);

        void ILaneLoop.Run<S, L, D>(int chunk)
        {
            // NaN for each statistic that the formula uses.
            Statistics<Real> used = losses.Formula.Terms<Real>(double.NaN, double.NaN, double.NaN);
            int length = losses.Length;
            int start = chunk * RowsPerChunk;
            int end = Math.Min(losses.Values.Count, start + RowsPerChunk);
            RowLoops<TFormula, S, L, D> rows = new()
            {
                Formula = losses.Formula,
                A = losses.A.Rows<S>(start, end, length),
                B = losses.B.Rows<S>(start, end, length),
                C = losses.C.Rows<S>(start, end, length),
                GradientA = losses.GradientA.Rows<S>(start, end, length),
                GradientB = losses.GradientB.Rows<S>(start, end, length),
                GradientC = losses.GradientC.Rows<S>(start, end, length),
                Length = length,
                Count = losses.A.Count,
            };
            ReadOnlySpan<S> perRow = losses.PerRow.Rows<S>(start, end, 1);
            Span<double> values = losses.Values.Rows<double>(start, end, 1);
            for (int row = 0; row < values.Length; row++)
            {
                double t = perRow.IsEmpty ? 0 : double.CreateTruncating(perRow[row]);
                values[row] = RunRow(rows, row * length, t, used);
            }

            Streaming.End();
        }

        double RunRow<S, L, D>(in RowLoops<TFormula, S, L, D> rows, int at, double t, in Statistics<Real> used)
            where S : unmanaged, IBinaryFloatingPointIeee754<S>
            where L : struct, ILane<L, S>
            where D : struct, ILane<D, double>
        {
            bool isSingle = typeof(S) == typeof(float);
            Statistics<Real> sums = rows.Sum(at);
            if (isSingle && (LeavesRange(sums, used, LeastSumOfSingle, MostSumOfSingle) || TFormula.Cancels(sums)))
            {
                sums = rows.SumWidened(at);
            }

            // No square of a float underflows in double precision: a sum of 0 is one.
            if (isSingle ? !AreWithin(sums, LeastOfDouble, MostOfDouble) : LeavesRange(sums, used, LeastOfDouble, MostOfDouble))
            {
                return RunUnbounded(rows, at, t);
            }

            if (losses.NeedsGradient)
            {
                Statistics<Real> slopes = Slopes(sums, t);
                if (isSingle && !(AreWithin(slopes, LeastOfSingle, MostOfSingle) && AreWithin(sums, 0, MostOfSingle)))
                {
                    rows.DifferentiateOneByOne(at, slopes);
                }
                else
                {
                    rows.Differentiate(at, slopes);
                }
            }

            return losses.Formula.Value<Real>(sums, t).Value;
        }

        /// <summary>Computes a row in numbers of any size.</summary>
        double RunUnbounded<S, L, D>(in RowLoops<TFormula, S, L, D> rows, int at, double t)
            where S : unmanaged, IBinaryFloatingPointIeee754<S>
            where L : struct, ILane<L, S>
            where D : struct, ILane<D, double>
        {
            Statistics<UnboundedReal> sums = rows.SumOneByOne<UnboundedReal>(at);
            if (losses.NeedsGradient)
            {
                rows.DifferentiateOneByOne(at, new Statistics<UnboundedReal>(
                    Slope<FirstInput>(sums, t), Slope<SecondInput>(sums, t), Slope<ThirdInput>(sums, t), Slope<FourthInput>(sums, t)));
            }

            return losses.Formula.Value<UnboundedReal>(sums, t).Value;
        }

        /// <summary>Returns the scaled derivative of the row's loss by one of its sums.</summary>
        UnboundedReal Slope<TSum>(Statistics<UnboundedReal> sums, double t)
            where TSum : struct, IInput =>
            losses.Formula.Value(Statistics<UnboundedReal>.Seed<TSum>(sums), Dual<UnboundedReal>.Const(t)).Tangent * losses.Scale;

        /// <summary>Returns the scaled derivatives of the row's loss by its sums: four at once, each the tangent along one sum.</summary>
        Statistics<Real> Slopes(in Statistics<Real> sums, Real t)
        {
            static Dual<Lane256<double>> Along(Real sum, double first, double second, double third, double fourth) =>
                new(Lane256<double>.Const(sum.Value), new(Vector256.Create(first, second, third, fourth)));
            Statistics<Dual<Lane256<double>>> along = new(
                Along(sums.First, 1, 0, 0, 0),
                Along(sums.Second, 0, 1, 0, 0),
                Along(sums.Third, 0, 0, 1, 0),
                Along(sums.Fourth, 0, 0, 0, 1));
            Lane256<double> slopes =
                losses.Formula.Value(along, Dual<Lane256<double>>.Const(t.Value)).Tangent * Lane256<double>.Const(losses.Scale);
            Span<double> each = stackalloc double[4];
            slopes.Store(ref each[0], 0);
            return new(each[0], each[1], each[2], each[3]);
        }
    }

    /// <summary>Returns whether a sum is out of range: a sum of 0, too, may be one of squares that underflowed.</summary>
    static bool LeavesRange(in Statistics<Real> sums, in Statistics<Real> used, double least, double most) => !AreWithin(sums, least, most)
        || IsUsedZero(sums.First, used.First) || IsUsedZero(sums.Second, used.Second)
        || IsUsedZero(sums.Third, used.Third) || IsUsedZero(sums.Fourth, used.Fourth);

    static bool IsUsedZero(Real sum, Real used) => sum.Value == 0 && double.IsNaN(used.Value);

    static bool AreWithin(in Statistics<Real> numbers, double least, double most) =>
        IsWithin(numbers.First, least, most) && IsWithin(numbers.Second, least, most)
        && IsWithin(numbers.Third, least, most) && IsWithin(numbers.Fourth, least, most);

    static bool IsWithin(Real x, double least, double most) => x.Value == 0 || (Math.Abs(x.Value) >= least && Math.Abs(x.Value) <= most);
}
