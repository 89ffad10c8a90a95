namespace Criterion.Losses;

/// <summary>Specifies which items of the anchor's label form triplets with it.</summary>
public enum PositiveMining
{
    /// <summary>All of them.</summary>
    All,

    /// <summary>The farthest.</summary>
    Hardest,

    /// <summary>The nearest: classes may keep several clusters.</summary>
    Easiest,
}

/// <summary>Specifies which items of other labels form triplets with an anchor and its positive.</summary>
public enum NegativeMining
{
    /// <summary>All of them.</summary>
    All,

    /// <summary>The nearest.</summary>
    Hardest,

    /// <summary>The nearest of those farther than the positive; the farthest of all where none is.</summary>
    SemiHard,
}
