using System.Reflection;
using PublicApiGenerator;

namespace Criterion.Tests.Repository;

/// <summary>
/// The public API of a library as text, by PublicApiGenerator: parameter names, defaults, nullability, accessors, base types and protected
/// members. A change of it is seen in review.
/// </summary>
static class ApiSnapshot
{
    const int MostShown = 40;

    // Attributes of the compiler and the trimmer, which a caller does not see, and the texts of docs/losses.md.
    static readonly string[] Hidden =
    [
        "Criterion.Losses.CatalogueAttribute",
        "System.Runtime.CompilerServices.AsyncStateMachineAttribute",
        "System.Runtime.CompilerServices.CompilerGeneratedAttribute",
        "System.Runtime.CompilerServices.IteratorStateMachineAttribute",
        "System.Diagnostics.CodeAnalysis.UnconditionalSuppressMessageAttribute",
    ];

    /// <summary>Compares the API of an assembly with an approved file, and writes a file beside it where they differ.</summary>
    public static void Check(Assembly assembly, string approved)
    {
        string received = Path.ChangeExtension(approved, ".received.txt");
        string actual = assembly
            .GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false, ExcludeAttributes = Hidden })
            .ReplaceLineEndings("\n") + "\n";
        string expected = File.Exists(approved) ? File.ReadAllText(approved).ReplaceLineEndings("\n") : "";
        if (actual == expected)
        {
            return;
        }

        File.WriteAllText(received, actual);
        Assert.Fail($"""
            The public API of {assembly.GetName().Name} changed. If that is intended, move {received} over {approved}.
            {Differences("+", actual, expected)}
            {Differences("-", expected, actual)}
            """);
    }

    // Lines are counted, since the same member occurs in many types.
    static string Differences(string sign, string of, string than)
    {
        Dictionary<string, int> others = than.Split('\n').CountBy(static line => line).ToDictionary();
        IEnumerable<string> lines = of.Split('\n').Where(line => (others[line] = others.GetValueOrDefault(line) - 1) < 0);
        return string.Join('\n', lines.Take(MostShown).Select(line => $"{sign} {line.Trim()}"));
    }
}
