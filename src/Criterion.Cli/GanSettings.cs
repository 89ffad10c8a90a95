using System.CommandLine;
using System.Globalization;
using Criterion.Losses;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The options of <c>criterion train</c> that change a recipe; what is not given stays as the recipe has it.</summary>
internal sealed class GanSettings
{
    readonly Option<string?> _objective = new("--objective")
    {
        Description = $"What the players minimise, in place of the recipe's: {string.Join(", ", GanNames.Objectives)}, or a recipe's name for its objective. Options behind a colon: least-squares:a=-1,c=0",
        HelpName = "name",
    };

    readonly Option<string[]> _penalty = new("--penalty")
    {
        Description = $"What keeps the discriminator in check, in place of the recipe's; again for several. {string.Join(", ", GanNames.Penalties)}, or none. gradient-penalty=10 has that weight; r1=10@16 runs in every 16th step; gradient-penalty:at=DraganNoise has an option",
        HelpName = "name=weight@every",
    };

    readonly Option<string?> _featureMatching = new("--feature-matching")
    {
        Description = "Weight of feature matching in the generator's loss: mean features of the discriminator's last hidden layer, or of the layer of a name, such as 0.1@4 [default: 0]",
        HelpName = "weight@layer",
    };

    readonly Option<int?> _steps = new Option<int?>("--steps")
    {
        Description = $"Generator steps to train for [default: {PerRecipe(options => $"{options.Steps}")}; 5000 for points]",
        HelpName = "count",
    }.Within(1);

    readonly Option<int?> _discriminatorSteps = new Option<int?>("--d-steps")
    {
        Description = "Discriminator steps for one of the generator [default: the recipe's]",
        HelpName = "count",
    }.Within(1, 1000);

    readonly Option<int> _batch = new Option<int>("--batch")
    {
        Description = "Samples in a batch",
        DefaultValueFactory = _ => new GanOptions().BatchSize,
        HelpName = "count",
    }.Within(1, 65536);

    readonly Option<int?> _latent = new Option<int?>("--latent")
    {
        Description = $"Random numbers that make a sample [default: {new GanOptions().Latent}]",
        HelpName = "count",
    }.Within(1, 65536);

    readonly Option<string?> _optimizer = new Option<string?>("--optimizer")
    {
        Description = "What moves the weights: adam or rmsprop [default: the recipe's]",
        HelpName = "name",
    }.OneOf("adam", "rmsprop");

    readonly Option<double?> _rate = new Option<double?>("--lr")
    {
        Description = $"The learning rate, for both networks [default: {PerRecipe(options => options.GeneratorLearningRate.ToString("0e-0", CultureInfo.InvariantCulture))}; five times that for points]",
        HelpName = "rate",
    }.Positive();

    readonly Option<double?> _discriminatorRate = Rate("--d-lr", "discriminator");

    readonly Option<double?> _generatorRate = Rate("--g-lr", "generator");

    readonly Option<double?> _beta1 = Fraction("--beta1", "Adam's beta1: how much of the mean gradient each step keeps, 0 for none");

    readonly Option<double?> _beta2 = Fraction("--beta2", "Adam's beta2: how much of the mean square each step keeps");

    readonly Option<double?> _average = Fraction(
        "--ema", "How much of the running average of the generator's weights each step keeps, such as 0.999; samples are drawn from the average");

    readonly Option<string?> _norm = new Option<string?>("--d-norm")
    {
        Description = "What normalises the discriminator's layers: batch, none, layer, instance or spectral [default: the recipe's; batch, or none with a penalty on slopes]",
        HelpName = "name",
    }.OneOf("batch", "none", "layer", "instance", "spectral");

    readonly Option<string?> _clip = new Option<string?>("--clip")
    {
        Description = "The box in which the discriminator's weights are held, such as 0.01, or none [default: the recipe's]",
        HelpName = "limit",
    }.Must(static text => text == GanNames.None || (NumberText.TryParse(text, out double limit) && limit > 0), "a positive number, or none");

    readonly Option<double?> _classWeight = new Option<double?>("--class-weight")
    {
        Description = "Weight of the classes for data with labels, so that the generator is told which to make; 0 for none [default: the recipe's]",
        HelpName = "weight",
    }.That(static weight => weight >= 0, "a number from 0 on");

    readonly Option<double?> _gamma = new Option<double?>("--gamma")
    {
        Description = "The ratio of errors that began's controller aims at, up to 1: lower gives better images and less variety [default: the recipe's]",
        HelpName = "ratio",
    }.That(static ratio => ratio is > 0 and <= 1, "a number above 0, up to 1");

    readonly Option<string> _onNan = CommonOptions.OnNan();

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All =>
    [
        _steps, _batch, _latent, _objective, _penalty, _featureMatching, _discriminatorSteps, _rate, _discriminatorRate, _generatorRate,
        _optimizer, _beta1, _beta2, _average, _norm, _clip, _classWeight, _gamma, _onNan,
    ];

    /// <summary>The one that may change when a run goes on.</summary>
    public Option<int?> Steps => _steps;

    /// <summary>The recipe's options with what was given in their place.</summary>
    /// <exception cref="TrainingException">There is no objective or penalty of a name, or an option of it is wrong.</exception>
    /// <exception cref="ToolException">Something was given that would change nothing.</exception>
    public GanOptions Change(GanOptions options, ParseResult parsed, ulong seed)
    {
        GanOptions changed = Changed(options, parsed, seed);
        CheckUse(parsed, changed);
        return changed;
    }

    GanOptions Changed(GanOptions options, ParseResult parsed, ulong seed) => options with
    {
        Objective = parsed.GetValue(_objective) is { } objective ? Named(_objective, objective, GanNames.Objective) : options.Objective,
        Regularizers = parsed.GetValue(_penalty) is { Length: > 0 } penalties ? Penalties(penalties) : options.Regularizers,
        FeatureMatching = parsed.GetValue(_featureMatching) is { } matching ? Named(_featureMatching, matching, FeatureMatching.Parse) : options.FeatureMatching,
        Steps = parsed.GetValue(_steps) ?? options.Steps,
        DiscriminatorSteps = parsed.GetValue(_discriminatorSteps) ?? options.DiscriminatorSteps,
        BatchSize = parsed.GetValue(_batch),
        Latent = parsed.GetValue(_latent) ?? options.Latent,
        Optimizer = EnumOf<GanOptimizer>(parsed, _optimizer) ?? options.Optimizer,
        DiscriminatorLearningRate = parsed.GetValue(_discriminatorRate) ?? parsed.GetValue(_rate) ?? options.DiscriminatorLearningRate,
        GeneratorLearningRate = parsed.GetValue(_generatorRate) ?? parsed.GetValue(_rate) ?? options.GeneratorLearningRate,
        Beta1 = parsed.GetValue(_beta1) ?? options.Beta1,
        Beta2 = parsed.GetValue(_beta2) ?? options.Beta2,
        AverageDecay = parsed.GetValue(_average) ?? options.AverageDecay,
        DiscriminatorNorm = EnumOf<DiscriminatorNorm>(parsed, _norm) ?? options.DiscriminatorNorm,
        Clip = parsed.GetValue(_clip) is { } clip ? Clip(clip) : options.Clip,
        ClassWeight = parsed.GetValue(_classWeight) ?? options.ClassWeight,
        Equilibrium = parsed.GetValue(_gamma) is { } gamma ? options.Equilibrium with { Gamma = gamma } : options.Equilibrium,
        OnNan = CommonOptions.OnNanOf(parsed, _onNan),
        Seed = seed,
    };

    /// <summary>Refuses what was given and would change nothing.</summary>
    /// <exception cref="ToolException">Another option, or the objective, leaves it without effect.</exception>
    void CheckUse(ParseResult parsed, GanOptions options)
    {
        (Option Option, bool IsUsed, string Why)[] uses =
        [
            (_rate, !(parsed.IsGiven(_discriminatorRate) && parsed.IsGiven(_generatorRate)), $"{_discriminatorRate.Name} and {_generatorRate.Name} are given for both networks"),
            (_beta1, options.Optimizer == GanOptimizer.Adam, "RMSprop has no beta1"),
            (_beta2, options.Optimizer == GanOptimizer.Adam, "RMSprop has no beta2"),
            (_gamma, options.Objective is BoundaryEquilibriumGanLoss, "only the objective of began has a controller"),
        ];
        if (uses.FirstOrDefault(use => !use.IsUsed && parsed.IsGiven(use.Option)) is { Option: { } unused, Why: var why })
        {
            throw new ToolException($"{unused.Name} has no effect here: {why}. Leave it out.");
        }
    }

    /// <summary>Reads a name; what is wrong with it is known there, and where it was given here.</summary>
    /// <exception cref="ToolException">There is none of that name, or an option of it is wrong.</exception>
    internal static T Named<T>(Option option, string text, Func<string, T> read)
    {
        try
        {
            return read(text);
        }
        catch (TrainingException e)
        {
            throw new ToolException($"{option.Name} {UsageErrors.Shorten(text)}: {e.Message}", e);
        }
    }

    ValueList<Regularizer> Penalties(string[] penalties) => !penalties.Contains(GanNames.None) ? [.. penalties.Select(text => Named(_penalty, text, GanNames.Penalty))]
        : penalties.Length == 1 ? []
        : throw new ToolException($"{_penalty.Name} {GanNames.None} means no penalty at all, and {penalties.First(static penalty => penalty != GanNames.None)} is one. Leave out one of the two.");

    static WeightClip? Clip(string text) => NumberText.TryParse(text, out double limit) ? new WeightClip(limit) : null;

    static T? EnumOf<T>(ParseResult parsed, Option<string?> option)
        where T : struct, Enum => parsed.GetValue(option) is { } name ? Enum.Parse<T>(name, ignoreCase: true) : null;

    static Option<double?> Rate(string name, string whose) => new Option<double?>(name)
    {
        Description = $"The {whose}'s own learning rate [default: --lr]",
        HelpName = "rate",
    }.Positive();

    static Option<double?> Fraction(string name, string description) => new Option<double?>(name)
    {
        Description = $"{description} [default: the recipe's]",
        HelpName = "decay",
    }.That(static decay => decay is >= 0 and < 1, "a number from 0 up to, not including, 1");

    static string PerRecipe(Func<GanOptions, string> value) =>
        string.Join("; ", GanRecipe.All.GroupBy(recipe => value(recipe.Options), recipe => recipe.Name).Select(group => $"{group.Key} for {string.Join(", ", group)}"));
}
