using System.Text.Json.Serialization;

namespace Criterion.Training;

/// <summary>What is compared, and what is the same for all.</summary>
/// <remarks>
/// The budget is the number of generator steps with a batch of the same size, whatever they cost in time: a recipe with five
/// discriminator steps sees five times the data. For one seed all start from the same weights of the generator and draw latents and
/// data from the same streams. Each has the published settings of its recipe: learning rates, optimizer, penalties, discriminator
/// steps, what normalises the discriminator, and the average of the generator. An objective that is no recipe has the settings of
/// <c>dcgan</c>. A step that is no number is left out and counted.
/// </remarks>
public sealed record ComparisonOptions
{
    /// <summary>Names of recipes, or of objectives as <see cref="GanNames"/> has them.</summary>
    [JsonConverter(typeof(ValueListConverter<string>))]
    public required ValueList<string> Objectives { get; init; }

    /// <summary>Runs of each, with the seeds 0, 1, …</summary>
    public int Seeds { get; init; } = 3;

    /// <summary>Generator steps of each run.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>Images or points in a batch.</summary>
    public int BatchSize { get; init; } = new GanOptions().BatchSize;

    /// <summary>The networks' width; by the data if not given.</summary>
    public int? Width { get; init; }

    /// <summary>When samples are measured; pictures are written then too.</summary>
    public MeasureOptions Measure { get; init; } = new(250);

    /// <summary>How the data were loaded.</summary>
    public DataArguments Data { get; init; } = new([ImageDataset.FashionMnistName], null, null);

    /// <summary>Every run, seed by seed, so that what there is early is of all.</summary>
    internal IEnumerable<(string Name, ulong Seed)> Runs =>
        from seed in Enumerable.Range(0, Seeds)
        from name in Objectives
        select (name, (ulong)seed);

    /// <summary>The recipe of a name with these options.</summary>
    /// <exception cref="TrainingException">There is neither a recipe nor an objective of that name.</exception>
    internal GanRecipe Recipe(string name, ulong seed, Dataset data)
    {
        GanRecipe recipe = Competitor(name).For(data);
        return recipe with { Options = recipe.Options with { Steps = Steps, BatchSize = BatchSize, Seed = seed, OnNan = NanPolicy.Skip } };
    }

    // A recipe, or an objective in the place of that of the first one.
    static GanRecipe Competitor(string name) => GanRecipe.All.FirstOrDefault(recipe => recipe.Name == name)
        ?? new GanRecipe(name, "", GanRecipe.All[0].Options with { Objective = GanNames.ParseObjective(name) });

    /// <summary>Refuses what can't be compared.</summary>
    /// <exception cref="TrainingException">A number is out of range, a name unknown or twice there.</exception>
    internal void Check()
    {
        if (Objectives.Count == 0 || Seeds < 1)
        {
            throw new TrainingException($"A comparison needs at least one objective and one seed, and has {Objectives.Count} and {Seeds}.");
        }

        // Their runs would share a folder.
        if (Objectives.GroupBy(Html.Id).FirstOrDefault(static group => group.Count() > 1) is { } twice)
        {
            throw new TrainingException($"'{twice.First()}' is named twice; name each objective once.");
        }
    }
}
