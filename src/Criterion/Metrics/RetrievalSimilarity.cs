namespace Criterion.Metrics;

/// <summary>Specifies how <see cref="RetrievalEvaluator"/> compares two embeddings.</summary>
public enum RetrievalSimilarity
{
    /// <summary>The cosine of the angle between them. A row of zeros has a cosine of 0 with every other row.</summary>
    Cosine,

    /// <summary>The dot product.</summary>
    DotProduct,

    /// <summary>The Euclidean distance; the nearest is the most similar.</summary>
    Euclidean,
}

/// <summary>Specifies how <see cref="RetrievalEvaluator"/> treats a query without a relevant item in the gallery.</summary>
public enum UnmatchedQueries
{
    /// <summary>Throws, with the number of such queries.</summary>
    Throw,

    /// <summary>Leaves the query out of all means and counts it in <see cref="RetrievalResult.Unmatched"/>.</summary>
    Exclude,

    /// <summary>Scores the query 0 in every measure and counts it in <see cref="RetrievalResult.Unmatched"/>.</summary>
    Zero,
}
