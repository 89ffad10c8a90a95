namespace Criterion.Training;

/// <summary>A picture that is still to be read, or images of an array in memory.</summary>
/// <param name="Name">The file or source.</param>
/// <param name="Array">The images in memory; null for a picture.</param>
internal sealed record ImageItem(string Name, ImagePart? Array = null)
{
    /// <summary>Gets the name of the class; null if unknown.</summary>
    public string? Class { get; init; }

    /// <summary>Gets whether the picture may be left out if it is damaged, as one of many in a folder.</summary>
    public bool MayBeSkipped { get; init; }

    /// <summary>Gets the number of images.</summary>
    public int Count => Array?.Count ?? 1;
}
