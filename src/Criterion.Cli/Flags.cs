using System.Text.RegularExpressions;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>Translates library messages, which name properties of options, to the flags of the command line.</summary>
internal static partial class Flags
{
    static readonly Dictionary<string, string> ByName = new(
        from list in (TrainingOptionList[])
            [GanOptions.Declared, CycleGanOptions.Declared, CutOptions.Declared, PairedOptions.Declared, EmbeddingOptions.Declared]
        from option in list
        select KeyValuePair.Create(option.QualifiedName, DeclaredOptions.Flag(option)) into pair
        group pair by pair.Key into same
        select same.First());

    /// <summary>Replaces the names of declared options, such as <c>GanOptions.Beta1</c>, by their flags.</summary>
    public static string InPlaceOfNames(string message) => QualifiedName().Replace(
        message
            .Replace(ImageDataset.SizeParameter, "--size", StringComparison.Ordinal)
            .Replace(ImageDataset.RangeParameter, "--range", StringComparison.Ordinal)
            .Replace(ImageDataset.DamagedParameter, "--damaged skip", StringComparison.Ordinal),
        static name => ByName.GetValueOrDefault(name.Value, name.Value));

    [GeneratedRegex(@"\b\w*Options\.\w+\b")]
    private static partial Regex QualifiedName();
}
