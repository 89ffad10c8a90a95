using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Rows at an angle, for the curves of cosine losses.</summary>
internal static class RowsAtAngle
{
    /// <summary>Returns the rows (1, 0) and (cos θ, sin θ) for each of [N] angles in radians.</summary>
    public static (Tensor X1, Tensor X2) Pair(Tensor angle)
    {
        Tensor fixedRow = Tensor.Stack([Tensor.OnesLike(angle), Tensor.ZerosLike(angle)], -1);
        return (fixedRow, Tensor.Stack([angle.Cos(), angle.Sin()], -1));
    }
}

/// <summary>Rows for which 1 minus their cosine cancels.</summary>
internal static class NearlyParallel
{
    /// <summary>Returns whether the cosine of rows with the sums (x·y, x², y²) is above 0.9.</summary>
    public static bool Are(Statistics<Real> sums) =>
        sums.First.Value > 0 && sums.First.Value * sums.First.Value > 0.81 * sums.Second.Value * sums.Third.Value;
}
