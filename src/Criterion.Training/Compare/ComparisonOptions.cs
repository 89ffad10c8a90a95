using System.Text.Json.Serialization;

namespace Criterion.Training;

/// <summary>The options of a comparison: what is compared, and what all runs share.</summary>
[JsonDerivedType(typeof(GanComparisonOptions), "gan")]
[JsonDerivedType(typeof(EmbeddingComparisonOptions), "embedding")]
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
public abstract record ComparisonOptions
{
    /// <summary>Gets the number of runs of each competitor, with the seeds 0, 1, … Default: 3.</summary>
    public int Seeds { get; init; } = 3;

    /// <summary>Gets the steps of each run; of the generator for GANs. Default: 1,000 for GANs, 300 for embeddings.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>Gets the width of the networks; null for their default.</summary>
    public int? Width { get; init; }

    /// <summary>Gets the arguments that the data are loaded with. Default: Fashion-MNIST.</summary>
    public DataArguments Data { get; init; } = new([ImageDataset.FashionMnistName], null, null);

    /// <summary>Gets the names of what is compared.</summary>
    [JsonIgnore]
    internal abstract ValueList<string> Competitors { get; }

    /// <summary>Gets the word for one of the competitors.</summary>
    [JsonIgnore]
    internal abstract string CompetitorWord { get; }

    /// <summary>Gets all runs, seed by seed, so that early results cover all competitors.</summary>
    internal IEnumerable<(string Name, ulong Seed)> Runs =>
        from seed in Enumerable.Range(0, Seeds)
        from name in Competitors
        select (name, (ulong)seed);

    /// <summary>Returns the options that must be the same where a comparison is resumed, with their names.</summary>
    internal virtual IEnumerable<(string What, object Value)> Compared() =>
    [
        ("seeds", Seeds),
        ("steps", Steps),
        ("width", Width is { } width ? width : "by the data"),
        ("data", Data),
    ];

    /// <summary>Refuses options that cannot be compared.</summary>
    /// <exception cref="TrainingException">A number is out of range, or a name is repeated.</exception>
    internal void Check()
    {
        if (Competitors.Count == 0 || Seeds < 1)
        {
            throw new TrainingException(
                $"{GetType().Name}: at least one {CompetitorWord} and one seed are needed, but there are {Competitors.Count} and {Seeds}. "
                    + "Give more.");
        }

        // The runs would share a folder.
        if (Competitors.GroupBy(Html.Id).FirstOrDefault(static group => group.Count() > 1) is { } twice)
        {
            throw new TrainingException($"{GetType().Name}: '{twice.First()}' is given twice. Give each {CompetitorWord} once.");
        }
    }
}
