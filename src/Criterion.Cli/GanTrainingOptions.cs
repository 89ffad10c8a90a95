using System.CommandLine;
using System.Globalization;
using Criterion.Losses;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The options of <c>criterion train</c> that change a recipe. Options that are not given keep the value of the recipe.</summary>
internal sealed class GanTrainingOptions
{
    readonly DeclaredOptions _options = new(GanOptions.Declared, new GanOptions(), Help);

    /// <summary>Gets all options.</summary>
    public IEnumerable<Option> All => _options.All;

    /// <summary>Gets the only option that may change when a run is resumed.</summary>
    public Option<int?> Steps => (Option<int?>)_options[nameof(GanOptions.Steps)];

    /// <summary>Returns the options of a recipe in which the given values replace those of the recipe.</summary>
    /// <exception cref="TrainingException">Values are incompatible with one another.</exception>
    /// <exception cref="ToolException">An option was given that has no effect.</exception>
    public GanOptions Change(GanOptions options, ParseResult parsed)
    {
        GanOptions changed = _options.Apply(options, parsed);
        CheckUse(parsed, changed);
        return changed;
    }

    /// <summary>Parses a text and names the option in the error.</summary>
    /// <exception cref="ToolException">The text cannot be parsed.</exception>
    internal static T Named<T>(Option option, string text, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (TrainingException e)
        {
            throw new ToolException($"{option.Name} {UsageErrors.Shorten(text)}: {Flags.InPlaceOfNames(e.Message)}", e);
        }
    }

    void CheckUse(ParseResult parsed, GanOptions options)
    {
        string rates = $"{this[nameof(GanOptions.DiscriminatorLearningRate)].Name} and "
            + $"{this[nameof(GanOptions.GeneratorLearningRate)].Name}";
        bool hasBoth = parsed.IsGiven(this[nameof(GanOptions.DiscriminatorLearningRate)])
            && parsed.IsGiven(this[nameof(GanOptions.GeneratorLearningRate)]);
        (string Property, bool IsUsed, string Why)[] uses =
        [
            (nameof(GanOptions.LearningRate), !hasBoth, $"{rates} are given for both networks"),
            (nameof(GanOptions.Beta1), options.Optimizer == GanOptimizer.Adam, "RMSprop has no beta1"),
            (nameof(GanOptions.Beta2), options.Optimizer == GanOptimizer.Adam, "RMSprop has no beta2"),
            (nameof(GanOptions.ClassifyFakes), options.ClassWeight > 0, "there is no class loss; only acgan has one by default"),
            (nameof(GanOptions.Gamma), options.Objective is BoundaryEquilibriumGanLoss, "only the objective of began has a controller"),
        ];
        if (uses.FirstOrDefault(use => !use.IsUsed && parsed.IsGiven(this[use.Property])) is { Property: { } unused, Why: var why })
        {
            throw new ToolException($"{this[unused].Name} has no effect here: {why}. Remove it.");
        }
    }

    Option this[string property] => _options[property];

    static (string? More, string? Default) Help(string property) => property switch
    {
        nameof(GanOptions.Objective) => (
            $": {string.Join(", ", GanNames.Objectives)}, or a recipe's name for its objective. "
                + "Options follow a colon: least-squares:a=-1,c=0", null),
        nameof(GanOptions.Regularizers) => (
            $": {string.Join(", ", GanNames.Penalties)}, or none. gradient-penalty=10 sets the weight; "
            + "r1=10@16 evaluates it in every 16th step; gradient-penalty:at=DraganNoise sets an option", null),
        nameof(GanOptions.Steps) => (null, $"{PerRecipe(static options => $"{options.Steps}")}; 5000 for points"),
        nameof(GanOptions.BatchSize) => (null, PerRecipe(static options => $"{options.BatchSize}")),
        nameof(GanOptions.LearningRate) => (
            null, $"{PerRecipe(static options => options.GeneratorLearningRate.ToString("0.##e-0", CultureInfo.InvariantCulture))}; five "
                + "times that for points, for which dcgan-tuned has the options of dcgan"),
        _ => default,
    };

    static string PerRecipe(Func<GanOptions, string> value) => string.Join(
        "; ",
        GanRecipe.All.GroupBy(recipe => value(recipe.Options), static recipe => recipe.Name).Select(static group => $"{group.Key} for "
            + $"{string.Join(", ", group)}"));
}
