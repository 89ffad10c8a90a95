using System.Collections.Concurrent;
using System.Text.Json;

namespace Criterion.Tests.Golden;

/// <summary>The cases of one file of tests/golden/data, found by operation and name.</summary>
public static class GoldenFile
{
    static readonly ConcurrentDictionary<string, Lazy<IReadOnlyList<GoldenCase>>> Files = new();

    /// <summary>All cases of a file, such as "regression".</summary>
    public static IReadOnlyList<GoldenCase> Cases(string file) =>
        Files.GetOrAdd(file, static name => new Lazy<IReadOnlyList<GoldenCase>>(() => Read(name))).Value;

    /// <summary>One case.</summary>
    public static GoldenCase Find(string file, string op, string name) => Cases(file).Single(c => c.Op == op && c.Name == name);

    /// <summary>A theory row (op, name) for each case of a file, or for those of some operations.</summary>
    public static IEnumerable<TheoryDataRow<string, string>> Rows(string file, params string[] ops) =>
        from c in Cases(file)
        where ops.Length == 0 || ops.Contains(c.Op)
        select new TheoryDataRow<string, string>(c.Op, c.Name) { TestDisplayName = $"{c.Op} {c.Name}" };

    static List<GoldenCase> Read(string file)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "golden", file + ".json");
        using FileStream stream = File.OpenRead(path);
        JsonElement cases = JsonDocument.Parse(stream).RootElement.GetProperty("cases");
        return [.. cases.EnumerateArray().Select(static json => new GoldenCase(json))];
    }
}
