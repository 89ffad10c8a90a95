namespace Criterion;

/// <summary>Rows of length 1.</summary>
internal static class UnitRows
{
    /// <summary>Divides the vectors along the last dimension by their norms; a vector of zeros is left as it is.</summary>
    public static Tensor Of(Tensor x)
    {
        // A norm of 0 is replaced before the division: the gradient of a vector of zeros is then finite, whatever the loss is.
        Tensor norm = x.Norm(-1, keepDim: true);
        return x / norm.MaskedFill(norm.Detach().EqualTo(0), 1);
    }
}
