namespace Criterion.Losses;

/// <summary>
/// Specifies how per-element losses are reduced. The elements of a loss of rows are rows, those of a loss of images are images.
/// </summary>
public enum Reduction
{
    /// <summary>The mean, a scalar.</summary>
    Mean,

    /// <summary>The sum, a scalar.</summary>
    Sum,

    /// <summary>No reduction.</summary>
    None,

    /// <summary>The sum divided by the batch size (dimension 0), a scalar: the mean divergence. Available for divergences only.</summary>
    BatchMean,
}

/// <summary>Specifies the loss of an empty batch, or of a batch without a pair to compare.</summary>
public enum OnEmpty
{
    /// <summary>Throws: an empty batch is most often a mistake.</summary>
    Throw,

    /// <summary>The loss is 0.</summary>
    Zero,
}
