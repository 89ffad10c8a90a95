namespace Criterion.Losses;

/// <summary>Rows for losses that contrast the positives of a row with all other rows of a batch.</summary>
internal static class ContrastiveRows
{
    /// <summary>Checks rows of floats, [N, D] with D of at least 1.</summary>
    public static void Check(string owner, Tensor rows, string name)
    {
        ArgumentNullException.ThrowIfNull(rows, name);
        if (rows.Rank != 2 || rows.Shape[1] == 0)
        {
            throw new ShapeException($"{owner}: {name} must be [N, D], but are {rows.Shape}. Reshape them to rows by .Flatten(1).");
        }

        if (!rows.DType.IsFloat())
        {
            throw new DTypeException($"{owner}: {name} must be floats, but are {rows.DType}. Convert them with .To(DType.Float32).");
        }
    }

    /// <summary>Returns the rows in a type, with length 1 if asked.</summary>
    public static Tensor Prepare(Tensor rows, DType type, bool normalize) => normalize ? UnitRows.Of(rows.To(type)) : rows.To(type);

    /// <summary>
    /// Divides rows by a temperature that may learn. That of the loss is returned for its formula, which needs no copy of the rows.
    /// </summary>
    public static (Tensor Rows, double Temperature) Divide(string owner, Tensor rows, double temperature, Tensor? learned) =>
        learned is null
            ? (rows, temperature)
            : (rows / Scalar(owner, learned, nameof(temperature), isPositive: true, rows.DType), 1);

    /// <summary>Returns a tensor of one number as a scalar of a type.</summary>
    public static Tensor Scalar(string owner, Tensor number, string name, bool isPositive, DType type)
    {
        if (number.Count != 1 || !number.DType.IsFloat())
        {
            throw new ShapeException(
                $"{owner}: {name} must be one floating-point number, but is {number.DType} {number.Shape}. Create it by Tensor.Scalar.");
        }

        if (isPositive && number.Item() <= 0)
        {
            throw new LossException(
                $"{owner}: {name} must be positive, but is {number.Item()}. Learn its logarithm, and pass .Exp() of it.");
        }

        return number.Reshape([]).To(type);
    }
}
