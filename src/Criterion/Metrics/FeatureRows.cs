namespace Criterion.Metrics;

/// <summary>Checks of feature vectors, for all metrics.</summary>
internal static class FeatureRows
{
    /// <summary>Returns the features as contiguous Float64 <c>[N, D]</c>, detached.</summary>
    public static Tensor Of(string metric, Tensor features, string name)
    {
        ArgumentNullException.ThrowIfNull(features, name);
        if (features.Rank != 2 || features.Shape[1] == 0)
        {
            throw new ShapeException(
                $"{metric}: {name} must be [N, D], one feature vector per row, but is {features.Shape}. "
                + "Flatten or pool the dimensions after 1.");
        }

        if (!features.DType.IsFloat())
        {
            throw new DTypeException(
                $"{metric}: {name} must be Float32 or Float64, but is {features.DType}. Convert it with .To(DType.Float64).");
        }

        Tensor rows = features.Detach().To(DType.Float64).Contiguous();
        CheckFinite(metric, rows, name);
        return rows;
    }

    /// <summary>Returns two sets of the same dimension, each with at least <paramref name="least"/> rows.</summary>
    public static (Tensor Real, Tensor Fake) Pair(string metric, Tensor real, Tensor fake, int least)
    {
        (Tensor x, Tensor y) = (Of(metric, real, nameof(real)), Of(metric, fake, nameof(fake)));
        CheckSameDimensions(metric, x.Shape[1], y.Shape[1]);
        CheckCount(metric, nameof(real), x.Shape[0], least);
        CheckCount(metric, nameof(fake), y.Shape[0], least);
        return (x, y);
    }

    public static void CheckSameDimensions(string metric, int real, int fake)
    {
        if (real != fake)
        {
            throw new ShapeException(
                $"{metric}: real features have {real} dimensions and fake ones {fake}. Use the same layer of the same network for both.");
        }
    }

    public static void CheckCount(string metric, string name, long count, int least)
    {
        if (count < least)
        {
            throw new MetricException($"{metric}: {name} has {count} sample(s), but at least {least} are needed. Pass more samples.");
        }
    }

    /// <summary>Throws if sums of squares of the features overflow.</summary>
    public static void CheckSquares(string metric, Tensor rows, string name)
    {
        const double largest = 1e150;
        double peak = rows.Abs().Max().Item();
        if (peak > largest)
        {
            throw new MetricException(
                $"{metric}: {name} has values up to {peak}, whose squares overflow. Divide all features of both sets by {peak}.");
        }
    }

    static void CheckFinite(string metric, Tensor rows, string name)
    {
        ReadOnlySpan<double> values = rows.AsReadOnlySpan<double>();
        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]))
            {
                (int row, int column) = Math.DivRem(i, rows.Shape[1]);
                throw new MetricException($"{metric}: {name} is {values[i]} in row {row}, column {column}. "
                    + "Fix the features of that sample; metrics never skip one.");
            }
        }
    }
}
