namespace Criterion.Training;

/// <summary>Formats counts with their nouns: "1 image", "2 images", "1 class", "2 classes".</summary>
internal static class Counted
{
    /// <summary>Returns a count with its noun in the singular or plural.</summary>
    /// <param name="count">The count.</param>
    /// <param name="noun">The noun in the singular.</param>
    public static string Of(long count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}{(noun.EndsWith('s') ? "es" : "s")}";
}
