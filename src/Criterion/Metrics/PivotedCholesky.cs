using System.Numerics.Tensors;

namespace Criterion.Metrics;

/// <summary>
/// The Cholesky decomposition of positive semi-definite matrices with diagonal pivoting, which ends at the numerical rank. Source: Higham,
/// Accuracy and stability of numerical algorithms, 2002, section 10.3.
/// </summary>
/// <remarks>Far cheaper than eigenvectors: a third of D³ multiplications at most, and D · rank² for few samples.</remarks>
internal static class PivotedCholesky
{
    const double Rounding = 2.220446049250313e-16;
    const double Taken = double.NegativeInfinity;

    /// <summary>Returns a matrix R <c>[D, rank]</c> with R · Rᵀ = <paramref name="covariance"/> up to rounding.</summary>
    public static Tensor Root(Tensor covariance)
    {
        (double[] rows, int rank) = Decompose(covariance);
        int d = covariance.Shape[0];
        return Tensor.From(rows, [d, d]).Narrow(1, 0, rank).Contiguous();
    }

    /// <summary>Counts the pivots above the rounding error of 0.</summary>
    public static int Rank(Tensor covariance) => Decompose(covariance).Rank;

    /// <summary>Returns the columns of the root in rows of length D, of which the first <c>Rank</c> elements are used.</summary>
    static (double[] Rows, int Rank) Decompose(Tensor covariance)
    {
        int d = covariance.Shape[0];
        Tensor contiguous = covariance.Contiguous();
        ReadOnlySpan<double> matrix = contiguous.AsReadOnlySpan<double>();
        double[] rows = new double[d * d];
        double[] remaining = new double[d];
        for (int i = 0; i < d; i++)
        {
            remaining[i] = matrix[(i * d) + i];
        }

        double least = TensorPrimitives.Max<double>(remaining) * d * Rounding;
        for (int rank = 0; rank < d; rank++)
        {
            int pivot = TensorPrimitives.IndexOfMax<double>(remaining);
            if (remaining[pivot] <= least)
            {
                return (rows, rank);
            }

            AddColumn(matrix.Slice(pivot * d, d), rows, remaining, pivot, rank);
        }

        return (rows, d);
    }

    /// <summary>
    /// Computes the column of a pivot, and subtracts its squares from the remaining diagonal. It is 0 in the rows of earlier pivots.
    /// </summary>
    static void AddColumn(ReadOnlySpan<double> row, double[] rows, double[] remaining, int pivot, int rank)
    {
        int d = remaining.Length;
        double root = Math.Sqrt(remaining[pivot]);
        ReadOnlySpan<double> own = rows.AsSpan(pivot * d, rank);
        for (int i = 0; i < d; i++)
        {
            Span<double> other = rows.AsSpan(i * d, rank + 1);
            if (remaining[i] != Taken)
            {
                double value = (row[i] - TensorPrimitives.Dot(own, other[..rank])) / root;
                other[rank] = value;
                remaining[i] -= value * value;
            }
        }

        rows[(pivot * d) + rank] = root;
        remaining[pivot] = Taken;
    }
}
