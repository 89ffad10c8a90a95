namespace Criterion.Training;

/// <summary>A small square matrix of a transform in homogeneous coordinates, row by row.</summary>
/// <param name="Side">The number of rows.</param>
/// <param name="Values">The values, row by row.</param>
internal readonly record struct SquareMatrix(int Side, double[] Values)
{
    /// <summary>Gets the value of a row and a column.</summary>
    public double this[int row, int column] => Values[(row * Side) + column];

    /// <summary>Returns the matrix that applies <paramref name="b"/> first.</summary>
    public static SquareMatrix operator *(SquareMatrix a, SquareMatrix b) => Of(a.Side, (i, j) =>
        Enumerable.Range(0, a.Side).Sum(k => a[i, k] * b[k, j]));

    /// <summary>Creates the matrix of a function of row and column.</summary>
    public static SquareMatrix Of(int side, Func<int, int, double> value) =>
        new(side, [.. Enumerable.Range(0, side * side).Select(i => value(i / side, i % side))]);

    /// <summary>Creates the matrix that scales the axes.</summary>
    public static SquareMatrix Scale(params double[] factors) =>
        Of(factors.Length + 1, (i, j) => i != j ? 0 : i < factors.Length ? factors[i] : 1);

    /// <summary>Creates the matrix that moves along the axes.</summary>
    public static SquareMatrix Translate(params double[] by) =>
        Of(by.Length + 1, (i, j) => i == j ? 1 : j == by.Length ? by[i] : 0);

    /// <summary>Creates the matrix of a plane that rotates the first axis towards the second.</summary>
    public static SquareMatrix Rotate(double angle) =>
        new(3, [Math.Cos(angle), -Math.Sin(angle), 0, Math.Sin(angle), Math.Cos(angle), 0, 0, 0, 1]);

    /// <summary>
    /// Creates the matrix of a space that rotates around the axis of greys, (1, 1, 1): Rodrigues' formula. Along the axis values are
    /// scaled by <paramref name="along"/>, and across it by <paramref name="across"/>.
    /// </summary>
    public static SquareMatrix AroundGrey(double angle = 0, double along = 1, double across = 1)
    {
        double cosine = across * Math.Cos(angle);
        double sine = across * Math.Sin(angle) / Math.Sqrt(3);
        return Of(4, (i, j) => (i == 3 || j == 3) ? (i == j ? 1 : 0)
            : ((along - cosine) / 3) + (i == j ? cosine : (j - i + 3) % 3 == 1 ? -sine : sine));
    }
}
