namespace Criterion.Training;

/// <summary>Parses numbers, flags and words by their type, the same wherever a person types an option.</summary>
internal static class ValueText
{
    /// <summary>Parses a value of a type; null if the text has another form.</summary>
    public static object? Parse(Type type, string text) => type switch
    {
        _ when type == typeof(bool) => bool.TryParse(text, out bool flag) ? flag : null,
        _ when type == typeof(double) => NumberText.TryParse(text, out double number) ? number : null,
        _ when type == typeof(int) => NumberText.TryParse(text, out long whole) && whole == (int)whole ? (int)whole : null,
        _ when type == typeof(long) => NumberText.TryParse(text, out long whole) ? whole : null,
        _ when type == typeof(ulong) => NumberText.TryParse(text, out long whole) && whole >= 0 ? (ulong)whole : null,
        { IsEnum: true } => Enum.GetNames(type).FirstOrDefault(name => IsSame(name, text)) is { } name ? Enum.Parse(type, name) : null,
        _ => text,
    };

    /// <summary>Describes the values of a type.</summary>
    public static string Expected(Type type) => type switch
    {
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(int) || type == typeof(long) || type == typeof(ulong) => "a whole number",
        { IsEnum: true } => string.Join(", ", Enum.GetNames(type)),
        _ => "a number",
    };

    /// <summary>Returns the words of an enumeration in lower case.</summary>
    public static string[] Words(Type type) => [.. Enum.GetNames(type).Select(static name => name.ToLowerInvariant())];

    /// <summary>Returns the word of a value.</summary>
    public static string Word(Enum value) => value.ToString().ToLowerInvariant();

    /// <summary>Joins words to choose from: "a, b or c".</summary>
    public static string Choice(IReadOnlyList<string> words) =>
        words.Count > 1 ? $"{string.Join(", ", words.SkipLast(1))} or {words[^1]}" : words[0];

    /// <summary>Returns whether two names differ by nothing but case and hyphens.</summary>
    public static bool IsSame(string a, string b) => Letters(a).Equals(Letters(b), StringComparison.OrdinalIgnoreCase);

    static string Letters(string name) => name.Replace("-", "", StringComparison.Ordinal);
}
