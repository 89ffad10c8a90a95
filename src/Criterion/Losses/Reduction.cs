namespace Criterion.Losses;

/// <summary>What becomes of the losses of single elements or rows.</summary>
public enum Reduction
{
    /// <summary>Their mean, a scalar.</summary>
    Mean,

    /// <summary>Their sum, a scalar.</summary>
    Sum,

    /// <summary>They are given as they are.</summary>
    None,

    /// <summary>Their sum divided by the size of the batch, dimension 0: PyTorch's batchmean.</summary>
    BatchMean,
}

/// <summary>What a loss of nothing is: an empty batch, or no pair to compare.</summary>
public enum OnEmpty
{
    /// <summary>An error: a batch that teaches nothing is most often a mistake.</summary>
    Throw,

    /// <summary>Zero.</summary>
    Zero,
}
