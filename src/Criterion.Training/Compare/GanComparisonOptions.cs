using System.Text.Json.Serialization;

namespace Criterion.Training;

/// <summary>The options of a comparison of GANs.</summary>
/// <remarks>
/// The budget is the number of generator steps with the same batch size, whatever they cost in time: a recipe with five discriminator steps
/// sees five times the data. For one seed all start from the same weights of the generator and draw latents and data from the same streams.
/// Each objective has the published settings of its recipe: learning rates, optimizer, penalties, discriminator steps, normalisation of the
/// discriminator, and average of the generator. An objective that is not a recipe has the settings of <c>dcgan</c>. Steps that are not
/// finite are skipped and counted.
/// </remarks>
public sealed record GanComparisonOptions : ComparisonOptions
{
    /// <summary>Gets the names of recipes, or of objectives as <see cref="GanNames"/> parses them.</summary>
    [JsonConverter(typeof(ValueListConverter<string>))]
    public required ValueList<string> Objectives { get; init; }

    /// <summary>Gets the samples in a batch. Default: 64.</summary>
    public int BatchSize { get; init; } = new GanOptions().BatchSize;

    /// <summary>Gets the measurements; pictures are written at the same steps. Default: every 250 steps.</summary>
    public MeasureOptions Measure { get; init; } = new(250);

    internal override ValueList<string> Competitors => Objectives;

    internal override string CompetitorWord => "objective";

    internal override IEnumerable<(string What, object Value)> Compared() =>
        [("objectives", Objectives), .. base.Compared(), ("batch", BatchSize), ("measurement", Measure)];

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
}
