namespace Criterion.Metrics;

/// <summary>Squared distances from one row to some columns, of which <paramref name="first"/> is the first.</summary>
internal delegate void DistanceRow(int row, int first, ReadOnlySpan<double> squared);

/// <summary>Distances between all pairs of feature vectors, a tile at a time: the memory does not grow with the number of pairs.</summary>
internal static class Neighbours
{
    const int TileRows = 512;
    const int TileColumns = 4096;

    // What rounding leaves of the distance between equal vectors, as a share of their squared lengths.
    const double Rounding = 1e-12;

    /// <summary>The squared distance of each row to its k-th nearest other row.</summary>
    public static double[] SquaredRadii(Tensor rows, int k)
    {
        double[] nearest = new double[rows.Shape[0] * k];
        nearest.AsSpan().Fill(double.PositiveInfinity);
        ForEachRow(rows, rows, (row, first, squared) =>
        {
            Span<double> own = nearest.AsSpan(row * k, k);
            for (int j = 0; j < squared.Length; j++)
            {
                if (squared[j] < own[^1] && first + j != row)
                {
                    Insert(own, squared[j]);
                }
            }
        });
        return [.. Enumerable.Range(1, rows.Shape[0]).Select(i => nearest[(i * k) - 1])];
    }

    /// <summary>Calls <paramref name="visit"/> with every squared distance, in order.</summary>
    public static void ForEachRow(Tensor rows, Tensor columns, DistanceRow visit)
    {
        for (int row = 0; row < rows.Shape[0]; row += TileRows)
        {
            for (int column = 0; column < columns.Shape[0]; column += TileColumns)
            {
                ForTile(rows, columns, row, column, visit);
            }
        }
    }

    static void ForTile(Tensor rows, Tensor columns, int row, int column, DistanceRow visit)
    {
        using TensorScope scope = new();
        Tensor x = rows.Narrow(0, row, Math.Min(TileRows, rows.Shape[0] - row));
        Tensor y = columns.Narrow(0, column, Math.Min(TileColumns, columns.Shape[0] - column));
        Tensor products = x.MatMul(y.Transpose());
        Span<double> values = products.AsSpan<double>();
        ReadOnlySpan<double> ofX = (x * x).Sum(1).AsReadOnlySpan<double>();
        ReadOnlySpan<double> ofY = (y * y).Sum(1).AsReadOnlySpan<double>();
        for (int i = 0; i < ofX.Length; i++)
        {
            Span<double> own = values.Slice(i * ofY.Length, ofY.Length);
            ToSquaredDistances(own, ofX[i], ofY);
            visit(row + i, column, own);
        }
    }

    // ‖x − y‖² = ‖x‖² + ‖y‖² − 2·xᵀy.
    static void ToSquaredDistances(Span<double> products, double ofX, ReadOnlySpan<double> ofY)
    {
        for (int j = 0; j < products.Length; j++)
        {
            double lengths = ofX + ofY[j];
            double squared = lengths - (2 * products[j]);
            products[j] = squared > Rounding * lengths ? squared : 0;
        }
    }

    /// <summary>Puts a value into its place among rising ones; the largest falls out.</summary>
    static void Insert(Span<double> rising, double value)
    {
        int place = rising.Length - 1;
        for (; place > 0 && rising[place - 1] > value; place--)
        {
            rising[place] = rising[place - 1];
        }

        rising[place] = value;
    }

    /// <summary>Both sets, checked, about the mean of the real ones: short vectors lose fewer digits in their distances.</summary>
    public static (Tensor Real, Tensor Fake) Centred(string metric, Tensor real, Tensor fake, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        (Tensor x, Tensor y) = FeatureRows.Pair(metric, real, fake, k + 1);
        Tensor mean = x.Mean(0);
        return (x - mean, y - mean);
    }
}
