using System.Text.Json.Serialization;

namespace Criterion.Training;

/// <summary>The options of a comparison.</summary>
/// <remarks>
/// The budget is the number of generator steps with the same batch size, whatever they cost in time: a recipe with five discriminator steps
/// sees five times the data. For one seed all start from the same weights of the generator and draw latents and data from the same streams.
/// Each objective has the published settings of its recipe: learning rates, optimizer, penalties, discriminator steps, normalisation of the
/// discriminator, and average of the generator. An objective that is not a recipe has the settings of <c>dcgan</c>. Steps that are not
/// finite are skipped and counted.
/// </remarks>
public sealed record ComparisonOptions
{
    /// <summary>Gets the names of recipes, or of objectives as <see cref="GanNames"/> parses them.</summary>
    [JsonConverter(typeof(ValueListConverter<string>))]
    public required ValueList<string> Objectives { get; init; }

    /// <summary>Gets the number of runs of each objective, with the seeds 0, 1, … Default: 3.</summary>
    public int Seeds { get; init; } = 3;

    /// <summary>Gets the generator steps of each run. Default: 1,000.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>Gets the samples in a batch. Default: 64.</summary>
    public int BatchSize { get; init; } = new GanOptions().BatchSize;

    /// <summary>Gets the width of the networks; null for the default of the data.</summary>
    public int? Width { get; init; }

    /// <summary>Gets the measurements; pictures are written at the same steps. Default: every 250 steps.</summary>
    public MeasureOptions Measure { get; init; } = new(250);

    /// <summary>Gets the arguments that the data are loaded with. Default: Fashion-MNIST.</summary>
    public DataArguments Data { get; init; } = new([ImageDataset.FashionMnistName], null, null);

    /// <summary>Gets all runs, seed by seed, so that early results cover all objectives.</summary>
    internal IEnumerable<(string Name, ulong Seed)> Runs =>
        from seed in Enumerable.Range(0, Seeds)
        from name in Objectives
        select (name, (ulong)seed);

    /// <summary>Returns the recipe of a name with these options.</summary>
    /// <exception cref="TrainingException">The name is neither a recipe nor an objective.</exception>
    internal GanRecipe Recipe(string name, ulong seed, Dataset data)
    {
        GanRecipe recipe = Competitor(name).For(data);
        return recipe with { Options = Shared(recipe.Options, seed) };
    }

    /// <summary>Returns the options of a competitor with those that all competitors share.</summary>
    internal GanOptions Shared(GanOptions options, ulong seed) =>
        options with { Steps = Steps, BatchSize = BatchSize, Seed = seed, OnNan = NanPolicy.Skip };

    // A recipe, or the dcgan recipe with another objective.
    static GanRecipe Competitor(string name) => GanRecipe.All.FirstOrDefault(recipe => recipe.Name == name)
        ?? new GanRecipe(name, "", GanRecipe.Find("dcgan").Options with { Objective = GanNames.ParseObjective(name) });

    /// <summary>Refuses options that cannot be compared.</summary>
    /// <exception cref="TrainingException">A number is out of range, or a name is repeated.</exception>
    internal void Check()
    {
        if (Objectives.Count == 0 || Seeds < 1)
        {
            throw new TrainingException(
                $"{nameof(ComparisonOptions)}: at least one objective and one seed are needed, "
                    + $"but there are {Objectives.Count} and {Seeds}. Give more.");
        }

        // The runs would share a folder.
        if (Objectives.GroupBy(Html.Id).FirstOrDefault(static group => group.Count() > 1) is { } twice)
        {
            throw new TrainingException($"{nameof(ComparisonOptions)}: '{twice.First()}' is given twice. Give each objective once.");
        }
    }
}
