using System.Numerics.Tensors;

namespace Criterion.Nn;

/// <summary>The singular vectors of the largest singular value of a matrix.</summary>
/// <remarks>
/// Lanczos iteration on the smaller of W · Wᵀ and Wᵀ · W, in double precision, with every vector orthogonalized against all previous ones
/// (Golub and Van Loan, Matrix Computations, 2013, section 10.1). The initial vector is random with a fixed seed, so that the result
/// depends on the matrix alone.
/// </remarks>
internal sealed class SingularVectors
{
    const int MostSteps = 160;
    const int StepsPerCheck = 8;
    const int MostRestarts = 20;
    const int Bisections = 60;
    const int InverseIterations = 3;

    // The relative residual; the error of the singular value is of the order of its square.
    const double Tolerance = 1e-9;
    const ulong Seed = 51800;

    readonly double[] _square;
    readonly int _size;

    SingularVectors(Tensor square) => (_square, _size) = (square.ToArray<double>(), square.Shape[0]);

    /// <summary>Returns u and v with u = Wv / |Wv| and v = Wᵀu / |Wᵀu|, Float64.</summary>
    /// <param name="matrix">W: finite, nonzero and of moderate size.</param>
    public static (Tensor U, Tensor V) Largest(Tensor matrix)
    {
        Tensor w = matrix.Detach().To(DType.Float64);
        bool isWide = w.Shape[0] <= w.Shape[1];
        Tensor rows = isWide ? w : w.Transpose();
        double[] vector = new SingularVectors(rows.MatMul(rows.Transpose())).Leading();
        Tensor first = Tensor.From(vector, [vector.Length]);
        Tensor second = rows.Transpose().MatMul(first);
        second = second / second.Norm();
        return isWide ? (first, second) : (second, first);
    }

    /// <summary>Computes the leading eigenvector of the square.</summary>
    double[] Leading()
    {
        double[] best = Tensor.Randn([_size], DType.Float64, new RandomStream(Seed)).ToArray<double>();
        bool isExact = false;
        for (int i = 0; i < MostRestarts && !isExact; i++)
        {
            Normalise(best);
            (best, isExact) = Iterate(best);
        }

        Normalise(best);
        return best;
    }

    (double[] Best, bool IsExact) Iterate(double[] start)
    {
        List<double[]> basis = [start];
        List<double> diagonal = [], coupling = [];
        while (true)
        {
            double[] next = Times(basis[^1]);
            diagonal.Add(TensorPrimitives.Dot<double>(next, basis[^1]));
            Orthogonalise(next, basis);
            coupling.Add(TensorPrimitives.Norm<double>(next));
            bool isClosed = coupling[^1] <= Tolerance * diagonal[0];
            if (isClosed || basis.Count == MostSteps || basis.Count % StepsPerCheck == 0)
            {
                (double value, double[] weights) = LargestOf(diagonal, coupling);
                bool isExact = isClosed || coupling[^1] * Math.Abs(weights[^1]) <= Tolerance * value;
                if (isExact || basis.Count == MostSteps)
                {
                    return (Combined(basis, weights), isExact);
                }
            }

            Normalise(next);
            basis.Add(next);
        }
    }

    /// <summary>
    /// Computes the largest eigenvalue of a tridiagonal matrix by bisection, and its eigenvector by inverse iteration from just above it.
    /// </summary>
    static (double Value, double[] Vector) LargestOf(List<double> diagonal, List<double> coupling)
    {
        double low = diagonal.Max();
        double high = low + (2 * coupling.Take(diagonal.Count - 1).Append(0).Max()) + (1e-14 * low);
        double[] pivots = new double[diagonal.Count];
        for (int i = 0; i < Bisections; i++)
        {
            double middle = (low + high) / 2;
            bool isAbove = Factorise(middle, diagonal, coupling, pivots);
            (low, high) = isAbove ? (low, middle) : (middle, high);
        }

        Factorise(high, diagonal, coupling, pivots);
        double[] vector = new double[pivots.Length];
        vector.AsSpan().Fill(1);
        for (int i = 0; i < InverseIterations; i++)
        {
            Solve(pivots, coupling, vector);
            Normalise(vector);
        }

        return (high, vector);
    }

    /// <summary>Computes the pivots of x · I − T.</summary>
    /// <returns>Whether all are positive: x is above every eigenvalue.</returns>
    static bool Factorise(double x, List<double> diagonal, List<double> coupling, double[] pivots)
    {
        bool isAbove = true;
        for (int i = 0; i < pivots.Length; i++)
        {
            double pivot = x - diagonal[i] - (i == 0 ? 0 : coupling[i - 1] * coupling[i - 1] / pivots[i - 1]);
            isAbove &= pivot > 0;
            pivots[i] = Math.Abs(pivot) < 1e-280 ? 1e-280 : pivot;
        }

        return isAbove;
    }

    /// <summary>Solves (x · I − T) y = vector in place.</summary>
    static void Solve(double[] pivots, List<double> coupling, double[] vector)
    {
        for (int i = 1; i < vector.Length; i++)
        {
            vector[i] += vector[i - 1] * coupling[i - 1] / pivots[i - 1];
        }

        vector[^1] /= pivots[^1];
        for (int i = vector.Length - 2; i >= 0; i--)
        {
            vector[i] = (vector[i] + (coupling[i] * vector[i + 1])) / pivots[i];
        }
    }

    double[] Combined(List<double[]> basis, double[] weights)
    {
        double[] sum = new double[_size];
        foreach ((int i, double[] vector) in basis.Index())
        {
            TensorPrimitives.MultiplyAdd(vector, weights[i], sum, sum);
        }

        return sum;
    }

    // Twice is enough (Giraud et al., 2005).
    static void Orthogonalise(double[] vector, List<double[]> basis)
    {
        foreach (double[] other in basis.Concat(basis))
        {
            TensorPrimitives.MultiplyAdd(other, -TensorPrimitives.Dot<double>(vector, other), vector, vector);
        }
    }

    double[] Times(double[] x)
    {
        double[] result = new double[_size];
        for (int i = 0; i < _size; i++)
        {
            result[i] = TensorPrimitives.Dot<double>(_square.AsSpan(i * _size, _size), x);
        }

        return result;
    }

    static void Normalise(double[] vector) => TensorPrimitives.Divide(vector, TensorPrimitives.Norm<double>(vector), vector);
}
