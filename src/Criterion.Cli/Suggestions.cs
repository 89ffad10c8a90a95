namespace Criterion.Cli;

/// <summary>Suggests the name that was probably meant.</summary>
internal static class Suggestions
{
    const int MostTyped = 100;

    /// <summary>Returns " Did you mean …?" with the nearest name, or nothing where none is near.</summary>
    public static string For(string typed, IEnumerable<string> names) =>
        typed.Length <= MostTyped && names.MinBy(name => Distance(typed, name)) is { } nearest && IsNear(typed, nearest)
            ? $" Did you mean {nearest}?"
            : "";

    static bool IsNear(string typed, string name) =>
        Distance(typed, name) is var distance && distance <= Math.Max(2, name.Length / 3) && distance < typed.Length;

    /// <summary>Returns the Levenshtein distance: the insertions, deletions and replacements that turn one text into the other.</summary>
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
