namespace Criterion.Training;

/// <summary>Specifies how images that are not square are resized to a square.</summary>
public enum ImageFit
{
    /// <summary>Both sides are resized, so that the proportions change.</summary>
    Stretch,

    /// <summary>The square at the centre is cut out and resized; ⌊(long − short) / 2⌋ pixels are cut off at the left or top.</summary>
    Crop,

    /// <summary>The long side is resized, and the borders at the short side are filled with the background.</summary>
    Pad,
}

/// <summary>Specifies how damaged pictures of a folder are treated.</summary>
public enum DamagedImages
{
    /// <summary>The first one is an error.</summary>
    Error,

    /// <summary>They are left out, and all of them are named in <see cref="Dataset.Notes"/>.</summary>
    Skip,
}

/// <summary>The number of pictures that were read so far.</summary>
public readonly record struct LoadProgress
{
    /// <summary>Gets the number of files that were read or skipped.</summary>
    public int Done { get; init; }

    /// <summary>Gets the number of files to read.</summary>
    public int All { get; init; }
}
