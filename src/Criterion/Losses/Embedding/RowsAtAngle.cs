using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Rows at an angle, along which the pictures of cosine losses run.</summary>
internal static class RowsAtAngle
{
    /// <summary>The rows (1, 0) and (cos θ, sin θ) for each of [N] angles in radians.</summary>
    public static (Tensor X1, Tensor X2) Pair(Tensor angle)
    {
        Tensor fixedRow = Tensor.Stack([Tensor.OnesLike(angle), Tensor.ZerosLike(angle)], -1);
        return (fixedRow, Tensor.Stack([angle.Cos(), angle.Sin()], -1));
    }
}

/// <summary>Rows of which 1 less their cosine loses digits.</summary>
internal static class NearlyParallel
{
    /// <summary>Whether the cosine of rows with the sums (x·y, x², y²) is above 0.9.</summary>
    public static bool Are(Statistics<Real> sums) =>
        sums.First.Value > 0 && sums.First.Value * sums.First.Value > 0.81 * sums.Second.Value * sums.Third.Value;
}
