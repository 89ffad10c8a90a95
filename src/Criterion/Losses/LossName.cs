using System.Reflection;
using System.Text.RegularExpressions;

namespace Criterion.Losses;

/// <summary>
/// The name of a loss on the command line: the type's name in kebab case without <c>Loss</c>, <c>GanLoss</c> or <c>Penalty</c>, such as
/// <c>bce-with-logits</c>, <c>hinge</c> or <c>r1</c>.
/// </summary>
public static partial class LossName
{
    /// <summary>Returns the name of a loss, a GAN loss or a penalty.</summary>
    /// <param name="type">The type of the loss.</param>
    public static string Of(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        string name = type.GetCustomAttribute<CatalogueAttribute>(inherit: false)?.Name ?? "";
        return name.Length > 0 ? name : WordStart().Replace(Suffix().Replace(type.Name, ""), "-").ToLowerInvariant();
    }

    /// <summary>Returns whether a text is the name of the type or its loss name, ignoring case and hyphens.</summary>
    /// <param name="type">The type of the loss.</param>
    /// <param name="text">The text.</param>
    public static bool Matches(Type type, string text)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(text);
        string letters = Letters(text);
        return letters.Length > 0 && (Is(Of(type)) || Is(type.Name));

        bool Is(string name) => Letters(name).Equals(letters, StringComparison.OrdinalIgnoreCase);
    }

    static string Letters(string name) => name.Replace("-", "", StringComparison.Ordinal);

    // A capital begins a word, and so does the last of several capitals before a small letter: BCEWithLogits, L1, MSE.
    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")]
    private static partial Regex WordStart();

    [GeneratedRegex("(GanLoss|Loss|Penalty)$")]
    private static partial Regex Suffix();
}
