using System.Numerics.Tensors;

namespace Criterion.Metrics;

/// <summary>Receives the distances from one row to a block of columns that starts at <paramref name="first"/>.</summary>
internal delegate void DistanceRow(int row, int first, Distances distances);

/// <summary>Distances between all pairs of feature vectors, computed in tiles: memory does not grow with the number of pairs.</summary>
/// <remarks>
/// A matrix product gives ‖x − y‖² = ‖x‖² + ‖y‖² − 2·xᵀy of centered vectors, with a rounding error that is large relative to the distance
/// of close vectors far from the mean. Where that makes a comparison ambiguous, distances are computed from differences.
/// </remarks>
internal sealed class Neighbours
{
    const int TileRows = 512;
    const int TileColumns = 4096;

    Neighbours(Tensor features, Tensor centre)
    {
        Plain = features;
        Centred = features - centre;
    }

    /// <summary>Gets the vectors, scaled by a power of two so that no square overflows.</summary>
    public Tensor Plain { get; }

    /// <summary>Gets the centered vectors: shorter vectors lose less precision in their products.</summary>
    public Tensor Centred { get; }

    public int Count => Plain.Shape[0];

    /// <summary>Returns both sets, checked, scaled alike and centered on the mean of the real ones.</summary>
    public static (Neighbours Real, Neighbours Fake) Of(string metric, Tensor real, Tensor fake, int k)
    {
        Require.AtLeast(1, k, metric);
        (Tensor x, Tensor y) = FeatureRows.Pair(metric, real, fake, k + 1);
        double peak = Math.Max(x.Abs().Max().Item(), y.Abs().Max().Item());
        double scale = peak == 0 ? 1 : Math.ScaleB(1, Math.Max(-1000, Math.ILogB(peak)));
        (x, y) = (x / scale, y / scale);
        Tensor mean = x.Mean(0);
        return (new(x, mean), new(y, mean));
    }

    /// <summary>Computes the distance of each row to its k-th nearest other row.</summary>
    public double[] Radii(int k)
    {
        double[] nearest = new double[Count * k];
        nearest.AsSpan().Fill(double.PositiveInfinity);
        ForEachRow(this, (row, first, distances) =>
        {
            Span<double> own = nearest.AsSpan(row * k, k);
            for (int j = 0; j < distances.Count; j++)
            {
                if (first + j != row && distances.MayBeBelow(j, own[^1]))
                {
                    Insert(own, distances.Exact(j));
                }
            }
        });
        return [.. Enumerable.Range(1, Count).Select(i => nearest[(i * k) - 1])];
    }

    /// <summary>Calls <paramref name="visit"/> with the distances of every row to all columns, in order.</summary>
    public void ForEachRow(Neighbours columns, DistanceRow visit)
    {
        for (int row = 0; row < Count; row += TileRows)
        {
            for (int column = 0; column < columns.Count; column += TileColumns)
            {
                ForTile(columns, row, column, visit);
            }
        }
    }

    void ForTile(Neighbours columns, int row, int column, DistanceRow visit)
    {
        using TensorScope scope = new();
        (int rows, int count) = (Math.Min(TileRows, Count - row), Math.Min(TileColumns, columns.Count - column));
        (Tensor x, Tensor y) = (Centred.Narrow(0, row, rows), columns.Centred.Narrow(0, column, count));
        ReadOnlySpan<double> products = x.MatMul(y.Transpose()).AsReadOnlySpan<double>();
        ReadOnlySpan<double> ofX = (x * x).Sum(1).AsReadOnlySpan<double>();
        ReadOnlySpan<double> ofY = (y * y).Sum(1).AsReadOnlySpan<double>();
        int dimensions = Plain.Shape[1];
        ReadOnlySpan<double> plainX = Plain.AsReadOnlySpan<double>();
        ReadOnlySpan<double> plainY = columns.Plain.AsReadOnlySpan<double>()[(column * dimensions)..];
        for (int i = 0; i < rows; i++)
        {
            visit(row + i, column, new(
                products.Slice(i * count, count), ofX[i], ofY, plainX.Slice((row + i) * dimensions, dimensions), plainY));
        }
    }

    /// <summary>Inserts a value into a sorted span; the largest is dropped.</summary>
    static void Insert(Span<double> rising, double value)
    {
        if (value >= rising[^1])
        {
            return;
        }

        int place = rising.Length - 1;
        for (; place > 0 && rising[place - 1] > value; place--)
        {
            rising[place] = rising[place - 1];
        }

        rising[place] = value;
    }
}

/// <summary>The distances from one vector to others: a cheap estimate with its error bound, and the exact value.</summary>
internal readonly ref struct Distances(
    ReadOnlySpan<double> products, double lengthX, ReadOnlySpan<double> lengthsY, ReadOnlySpan<double> x, ReadOnlySpan<double> ys)
{
    const double Rounding = 2.220446049250313e-16;

    // The square of a number below this is denormal or 0.
    const double LeastRoot = 1e-140;

    readonly ReadOnlySpan<double> _products = products;
    readonly ReadOnlySpan<double> _lengthsY = lengthsY;
    readonly ReadOnlySpan<double> _x = x;
    readonly ReadOnlySpan<double> _ys = ys;

    // The rounding error of a squared distance, relative to the squared lengths.
    readonly double _error = (x.Length + 8) * Rounding;

    public int Count => _products.Length;

    /// <summary>Returns whether the distance may be below another, by the estimate.</summary>
    public bool MayBeBelow(int j, double other)
    {
        (double squared, double error) = Estimate(j);
        return squared - error < other * other || other < LeastRoot;
    }

    /// <summary>Returns whether the distance is at most another.</summary>
    public bool IsAtMost(int j, double other)
    {
        (double squared, double error) = Estimate(j);
        double bound = other * other;
        bool isClear = Math.Abs(squared - bound) > error + (4 * Rounding * bound) && other >= LeastRoot;
        return isClear ? squared < bound : MayBeBelow(j, Math.BitIncrement(other)) && Exact(j) <= other;
    }

    /// <summary>Computes the distance from differences.</summary>
    public double Exact(int j)
    {
        ReadOnlySpan<double> y = _ys.Slice(j * _x.Length, _x.Length);
        double distance = TensorPrimitives.Distance(_x, y);
        return distance >= LeastRoot ? distance : SmallDistance(y);
    }

    double SmallDistance(ReadOnlySpan<double> y)
    {
        double[] differences = new double[y.Length];
        TensorPrimitives.Subtract(_x, y, differences);
        double peak = TensorPrimitives.MaxMagnitude<double>(differences);
        if (peak == 0)
        {
            return 0;
        }

        TensorPrimitives.Divide(differences, peak, differences);
        return Math.Abs(peak) * TensorPrimitives.Norm<double>(differences);
    }

    (double Squared, double Error) Estimate(int j)
    {
        double lengths = lengthX + _lengthsY[j];
        return (lengths - (2 * _products[j]), _error * lengths);
    }
}
