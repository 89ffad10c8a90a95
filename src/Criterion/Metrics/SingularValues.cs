using MathNet.Numerics.LinearAlgebra;

namespace Criterion.Metrics;

/// <summary>Singular values of real matrices, by MathNet.Numerics.</summary>
internal static class SingularValues
{
    /// <summary>Returns the singular values in descending order; none of an empty matrix.</summary>
    public static double[] Of(Tensor matrix)
    {
        (int rows, int columns) = (matrix.Shape[0], matrix.Shape[1]);
        if (Math.Min(rows, columns) == 0)
        {
            return [];
        }

        // MathNet squares the elements.
        double peak = matrix.Abs().Max().Item();
        double scale = peak == 0 ? 1 : Math.ScaleB(1, Math.Max(-1000, Math.ILogB(peak)));

        // By columns or by rows: the transpose has the same singular values.
        Matrix<double> scaled = Matrix<double>.Build.Dense(columns, rows, (matrix / scale).ToArray<double>());
        return [.. scaled.Svd(computeVectors: false).S.Select(value => value * scale)];
    }
}
