namespace Criterion.Training;

/// <summary>What black and white are in images that are stored as floats: never guessed.</summary>
public enum ImageRange
{
    /// <summary>Black is −1, white is 1.</summary>
    MinusOneToOne,

    /// <summary>Black is 0, white is 1.</summary>
    ZeroToOne,
}
