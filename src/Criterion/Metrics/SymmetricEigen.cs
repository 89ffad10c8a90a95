using MathNet.Numerics.LinearAlgebra;

namespace Criterion.Metrics;

/// <summary>Eigenvalues and eigenvectors of real symmetric matrices, by MathNet.Numerics.</summary>
internal static class SymmetricEigen
{
    const double Rounding = 2.220446049250313e-16;

    /// <summary>Returns the eigenvalues in ascending order, and the eigenvectors as columns of <c>[D, D]</c>.</summary>
    public static (double[] Values, Tensor Vectors) Decompose(Tensor matrix)
    {
        int d = matrix.Shape[0];

        // MathNet squares the elements.
        double peak = matrix.Abs().Max().Item();
        double scale = peak == 0 ? 1 : Math.ScaleB(1, Math.Max(-1000, Math.ILogB(peak)));

        // By columns or by rows is the same in a symmetric matrix.
        var decomposition = Matrix<double>.Build.Dense(d, d, (matrix / scale).ToArray<double>()).Evd(Symmetricity.Symmetric);
        return ([.. decomposition.EigenValues.Select(value => value.Real * scale)], Tensor.From(
            decomposition.EigenVectors.ToRowMajorArray(), [d, d]));
    }

    /// <summary>
    /// Returns a matrix R with R · Rᵀ = <paramref name="covariance"/>; eigenvalues that are negative by rounding count as 0.
    /// </summary>
    public static Tensor Root(Tensor covariance)
    {
        (double[] values, Tensor vectors) = Decompose(covariance);
        return vectors * Tensor.From(values.Select(static value => Math.Sqrt(Math.Max(0, value))).ToArray(), [1, values.Length]);
    }

    /// <summary>Counts the eigenvalues above the rounding error of 0.</summary>
    public static int Rank(Tensor covariance)
    {
        double[] values = Decompose(covariance).Values;
        double least = values.Max(Math.Abs) * values.Length * Rounding;
        return values.Count(value => value > least);
    }
}
