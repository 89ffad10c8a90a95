namespace Criterion.Training;

/// <summary>Suggests the name that was probably meant.</summary>
internal static class Suggestion
{
    const int LongestText = 100;

    /// <summary>Returns " Did you mean …?" for the nearest name, or nothing if none is near.</summary>
    public static string For(string text, IEnumerable<string> names) =>
        text.Length <= LongestText && names.MinBy(name => Distance(text, name)) is { } best
        && Distance(text, best) is var distance && distance <= Math.Max(2, best.Length / 3) && distance < text.Length
            ? $" Did you mean {best}?"
            : "";

    /// <summary>Computes the Levenshtein distance: the insertions, deletions and replacements that turn one text into the other.</summary>
    static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
