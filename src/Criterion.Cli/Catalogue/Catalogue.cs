using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Criterion.Losses;

namespace Criterion.Cli;

/// <summary>Every criterion of the library, found by type.</summary>
internal static class Catalogue
{
    const string Rooted = "Criterion is a root of trimming: all its types are kept.";

    /// <summary>All of them, by family and name.</summary>
    public static IReadOnlyList<CatalogueEntry> Entries { get; } =
        [.. Found().OrderBy(static entry => entry.About.Family).ThenBy(static entry => entry.Name, StringComparer.Ordinal)];

    /// <summary>The criterion of a name, such as <c>huber</c> or <c>HuberLoss</c>.</summary>
    /// <exception cref="ToolException">There is none; the nearest name is given.</exception>
    public static CatalogueEntry Find(string name) =>
        Entries.FirstOrDefault(entry => LossName.Matches(entry.Type, name))
        ?? throw new ToolException(
            $"There is no loss '{name}'.{Mistakes.Suggest(name, Entries.Select(static entry => entry.Name))} See: criterion losses");

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = Rooted)]
    [UnconditionalSuppressMessage("Trimming", "IL2067", Justification = Rooted)]
    static IEnumerable<CatalogueEntry> Found() =>
        from type in typeof(ICriterion).Assembly.GetTypes()
        where type is { IsAbstract: false, IsPublic: true } && type.IsDefined(typeof(CatalogueAttribute))
        select new CatalogueEntry(type);
}
