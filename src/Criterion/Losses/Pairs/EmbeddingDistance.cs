namespace Criterion.Losses;

/// <summary>Specifies the distance of two embeddings.</summary>
public enum EmbeddingDistance
{
    /// <summary>1 − cos(x, y), in [0, 2]. A row of zeros has a distance of 1 from every row.</summary>
    Cosine,

    /// <summary>‖x − y‖₂ of the rows as they are. Its gradient at a distance of 0 is 0.</summary>
    Euclidean,

    /// <summary>‖x − y‖₂ of rows scaled to length 1, in [0, 2]. Its gradient at a distance of 0 is 0.</summary>
    UnitEuclidean,
}

/// <summary>The terms of a loss of labeled rows: triplets, pairs or anchors.</summary>
public sealed record TermCounts
{
    /// <summary>Initializes the counts.</summary>
    /// <param name="terms">The number of terms.</param>
    /// <param name="active">The number of terms above 0: only these have a gradient.</param>
    public TermCounts(long terms, long active) => (Terms, Active) = (terms, active);

    /// <summary><inheritdoc cref="TermCounts(long, long)" path="/param[@name='terms']/node()"/></summary>
    public long Terms { get; init; }

    /// <summary><inheritdoc cref="TermCounts(long, long)" path="/param[@name='active']/node()"/></summary>
    public long Active { get; init; }
}
