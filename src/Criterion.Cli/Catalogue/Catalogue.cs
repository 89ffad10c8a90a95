using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Criterion.Losses;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The losses, GAN losses and penalties of the library, found by type.</summary>
internal static class Catalogue
{
    const string Rooted = "Criterion is a root of trimming: all its types are kept.";

    static readonly string[] Suffixes = ["Loss", "GanLoss", "Penalty", ""];

    static readonly Lazy<IReadOnlyList<CatalogueEntry>> All = new(static () =>
        [.. Scan().OrderBy(static entry => entry.About.Family).ThenBy(static entry => entry.Name, StringComparer.Ordinal)]);

    /// <summary>Gets all entries, sorted by family and name.</summary>
    public static IReadOnlyList<CatalogueEntry> Entries => All.Value;

    /// <summary>Returns the entry with a name, such as <c>huber</c> or <c>HuberLoss</c>.</summary>
    /// <exception cref="ToolException">There is none; the message suggests the nearest name.</exception>
    public static CatalogueEntry Find(string name) =>
        Lookup(name)
        ?? Entries.FirstOrDefault(entry => LossName.Matches(entry.Type, name))
        ?? throw new ToolException(
            $"There is no loss '{name}'.{Suggestion.For(name, Entries.Select(static entry => entry.Name))} See: criterion losses");

    /// <summary>Returns the entry of a name that its type has, or null. Loads that type only, where a scan loads all.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = Rooted)]
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = Rooted)]
    internal static CatalogueEntry? Lookup(string name)
    {
        string letters = name.Replace("-", "", StringComparison.Ordinal);
        Type? found = letters.All(char.IsAsciiLetterOrDigit)
            ? Suffixes
                .Select(suffix => $"{typeof(ICriterion).Namespace}.{letters}{suffix}")
                .Select(static type => typeof(ICriterion).Assembly.GetType(type, throwOnError: false, ignoreCase: true))
                .FirstOrDefault(type => type is not null && IsListed(type) && LossName.Matches(type, name))
            : null;
        return found is null ? null : new CatalogueEntry(found);
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = Rooted)]
    [UnconditionalSuppressMessage("Trimming", "IL2067", Justification = Rooted)]
    static IEnumerable<CatalogueEntry> Scan() =>
        typeof(ICriterion).Assembly.GetTypes().Where(IsListed).Select(static type => new CatalogueEntry(type));

    static bool IsListed(Type type) => type is { IsAbstract: false, IsPublic: true } && type.IsDefined(typeof(CatalogueAttribute));
}
