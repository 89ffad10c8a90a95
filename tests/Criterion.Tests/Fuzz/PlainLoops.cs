namespace Criterion.Tests.Fuzz;

/// <summary>Reductions, matrix products and pooling one element after another, in double precision.</summary>
static class PlainLoops
{
    /// <summary>A value for each place of a shape, in row-major order.</summary>
    public static double[] Each(Shape shape, Func<int[], double> value)
    {
        double[] values = new double[shape.Count];
        int[] place = new int[shape.Rank];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = value(place);
            for (int dim = shape.Rank - 1; dim >= 0 && ++place[dim] == shape[dim]; dim--)
            {
                place[dim] = 0;
            }
        }

        return values;
    }

    public static double At(double[] values, Shape shape, params ReadOnlySpan<int> place)
    {
        int at = 0;
        for (int dim = 0; dim < shape.Rank; dim++)
        {
            at = (at * shape[dim]) + place[dim];
        }

        return values[at];
    }

    /// <summary>What is left of each line along the reduced dims, which stay with size 1.</summary>
    public static double[] Reduce(double[] values, Shape shape, bool[] over, Func<List<double>, double> reduce)
    {
        Shape kept = [.. shape.Select((size, dim) => over[dim] ? 1 : size)];
        Dictionary<string, List<double>> lines = [];
        foreach (string key in Places(kept))
        {
            lines[key] = [];
        }

        int next = 0;
        _ = Each(shape, place =>
        {
            lines[Key(place.Select((at, dim) => over[dim] ? 0 : at))].Add(values[next++]);
            return 0;
        });
        return [.. Places(kept).Select(key => reduce(lines[key]))];
    }

    /// <summary>[.., n, k] · [.., k, m], the leading dims broadcast.</summary>
    public static double[] MatMul(double[] a, Shape aShape, double[] b, Shape bShape, Shape result) => Each(result, place =>
    {
        double sum = 0;
        for (int k = 0; k < aShape[-1]; k++)
        {
            sum += At(a, aShape, [.. Met(aShape, place), place[^2], k]) * At(b, bShape, [.. Met(bShape, place), k, place[^1]]);
        }

        return sum;
    });

    /// <summary>The values of each window that lie on the image.</summary>
    public static double[] Pool(
        double[] x, Shape shape, Shape result, Size2 kernel, Size2 stride, Size2 padding, Func<List<double>, double> reduce) =>
            Each(result, place =>
    {
        List<double> window = [];
        for (int i = 0; i < kernel.Height * kernel.Width; i++)
        {
            int row = (place[2] * stride.Height) - padding.Height + (i / kernel.Width);
            int column = (place[3] * stride.Width) - padding.Width + (i % kernel.Width);
            if (row >= 0 && row < shape[2] && column >= 0 && column < shape[3])
            {
                window.Add(At(x, shape, place[0], place[1], row, column));
            }
        }

        return reduce(window);
    });

    static int[] Met(Shape shape, int[] place) =>
        [.. Enumerable.Range(0, shape.Rank - 2).Select(dim => shape[dim] == 1 ? 0 : place[place.Length - shape.Rank + dim])];

    static List<string> Places(Shape shape)
    {
        List<string> places = [];
        _ = Each(shape, place =>
        {
            places.Add(Key(place));
            return 0;
        });
        return places;
    }

    static string Key(IEnumerable<int> place) => string.Join(',', place);
}
