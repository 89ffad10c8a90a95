using System.Reflection;
using System.Text.Json.Serialization;
using Criterion.Losses;

namespace Criterion.Training.Tests;

/// <summary>The contract of every declared option: one declaration names, describes, parses, checks and applies it.</summary>
public class TrainingOptionTests
{
    // Properties that are not options, and why.
    static readonly Dictionary<string, string> Excluded = new()
    {
        ["GanOptions.Equilibrium"] = "its gamma is an option; the paper fixes the other two",
        ["GanOptions.LatentShape"] = "the networks of recipes have latents of one shape",
        ["GanOptions.Schedule"] = "a function of the step, set in code",
        ["GanOptions.DiscriminatorOutput"] = "it follows from the objective",
        ["CycleGanOptions.Cycle"] = "a loss of its own, set in code",
        ["CycleGanOptions.Identity"] = "a loss of its own, set in code",
    };

    static readonly TrainingOptions[] Defaults =
        [new GanOptions(), new CycleGanOptions(), new CutOptions(), new PairedOptions(), EmbeddingOptions.Siamese];

    public static TheoryData<string> Names { get; } =
        [.. Defaults.SelectMany(static options => options.List.Select(option => $"{options.GetType().Name}.{option.Property}"))];

    public static TheoryData<string> Formatted { get; } =
    [
        .. Names.Select(static row => (string)row.Data)
            .Except(["GanOptions.DiscriminatorNorm", "CycleGanOptions.Objective", "CutOptions.Objective", "PairedOptions.HeldOut"]),
    ];

    [Fact]
    public void Every_property_is_an_option_or_has_a_reason_not_to_be_one()
    {
        IEnumerable<string> undeclared =
            from options in Defaults
            from property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            where property.SetMethod is not null && options.List.All(option => option.Property != property.Name)
            select $"{options.GetType().Name}.{property.Name}";

        Assert.Equal(Excluded.Keys.Order(), undeclared.Order());
    }

    [Fact]
    public void Names_are_unique_in_kebab_case_and_described() => Assert.All(Defaults, static options =>
    {
        Assert.Equal(options.List.Count, options.List.Select(static option => option.Name).Distinct().Count());
        Assert.All(options.List, static option =>
        {
            Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", option.Name);
            Assert.Matches(@"^\p{Lu}.*[^.]$", option.Declaration.Description);
            Assert.NotEmpty(option.Expected);
        });
    });

    [Fact]
    public void Defaults_are_in_their_ranges() => Assert.All(Defaults, static options => options.Check());

    // Excepted are a norm and a number that follow from other options or data, and an objective with settings that its name does not tell.
    [Theory]
    [MemberData(nameof(Formatted))]
    public void A_value_that_is_formatted_is_parsed_and_applied(string name)
    {
        (TrainingOptions options, TrainingOption option) = Find(name);
        string[] texts = option.IsList ? option.Format(options).Split(", ", StringSplitOptions.RemoveEmptyEntries)
            : [option.Format(options)];

        Assert.Equal(options, option.Apply(options, texts));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_given_changes_the_property_and_nothing_in_the_original(string name)
    {
        (TrainingOptions options, TrainingOption option) = Find(name);
        string[] given = [.. Other(option, options)];
        string before = option.Format(options);

        TrainingOptions changed = option.Apply(options, given);

        Assert.NotEqual(options, changed);
        Assert.NotEqual(before, option.Format(changed));
        Assert.Equal(before, option.Format(options));
    }

    [Theory]
    [InlineData("GanOptions.Latent", "0", "Invalid value '0' for GanOptions.Latent. Expected a whole number from 1 to 65536.")]
    [InlineData("GanOptions.Beta1", "1", "Expected a number from 0 to below 1.")]
    [InlineData("GanOptions.Gamma", "0", "Expected a number above 0 and up to 1.")]
    [InlineData("GanOptions.ClassWeight", "-1", "Expected a number of at least 0.")]
    [InlineData("GanOptions.LearningRate", "1,5", "Use a point for decimals")]
    [InlineData("GanOptions.OnNan", "go", "Expected stop or skip.")]
    [InlineData("GanOptions.Objective", "hing", "There is no objective 'hing'. Did you mean hinge?")]
    [InlineData("GanOptions.Clip", "-1", "for GanOptions.Clip. Expected a positive number, or none.")]
    [InlineData("EmbeddingOptions.Margin", "2", "CosineEmbeddingLoss: Margin must be in [−1, 1]")]
    [InlineData("EmbeddingOptions.Loss", "arc-fase", "There is no loss of embeddings 'arc-fase'. Did you mean arc-face?")]
    [InlineData("EmbeddingOptions.Loss", "cosine-embedding:margin=3", "Margin must be in [−1, 1]")]
    [InlineData("EmbeddingOptions.Augmentation", "crop=2", "ViewAugmentation.Crop: the value must be in (0, 1], but is 2.")]
    [InlineData("EmbeddingOptions.Augmentation", "crob=0.5", "There is no change 'crob'. Did you mean crop?")]
    [InlineData("EmbeddingOptions.Augmentation", "flip=2", "Invalid value '2' for flip. Expected true or false.")]
    public void Values_out_of_range_are_refused(string name, string text, string message)
    {
        (TrainingOptions options, TrainingOption option) = Find(name);

        Assert.Contains(message, Assert.Throws<TrainingException>(() => option.Apply(options, text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ranges_are_checked_before_a_training_and_by_the_networks()
    {
        Assert.Contains(
            "GanOptions.Beta1: the value must be a number from 0 to below 1, but is 1.5.",
            Assert.Throws<TrainingException>(
                () => Tiny.Trainer(Tiny.Recipe().Options with { Beta1 = 1.5 })).Message, StringComparison.Ordinal);
        Assert.Contains(
            "GanNetworks.Latent: the value must be a whole number from 1 to 65536, but is 0.",
            Assert.Throws<TrainingException>(static () => new Dcgan(latent: 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Both_learning_rates_are_set_at_once()
    {
        GanOptions options = new() { LearningRate = 1e-3 };

        Assert.Equal((1e-3, 1e-3), (options.DiscriminatorLearningRate, options.GeneratorLearningRate));
        Assert.Null((options with { GeneratorLearningRate = 1 }).LearningRate);
    }

    [Fact]
    public void Lists_are_replaced_and_none_empties_them()
    {
        TrainingOption option = GanOptions.Declared[nameof(GanOptions.Regularizers)];
        GanOptions two = option.Apply(new GanOptions(), "r1=5@2", "drift=0.01");

        Assert.Equal([new(new R1Penalty(5), 2), new DriftPenalty(0.01)], two.Regularizers);
        Assert.Empty(option.Apply(two, "none").Regularizers);
        Assert.Throws<TrainingException>(() => option.Apply(two, "none", "r1"));
    }

    [Theory]
    [InlineData("[1, 3]", 1, true)]
    [InlineData("[1, 3]", 3, true)]
    [InlineData("[1, 3)", 3, false)]
    [InlineData("(1, 3]", 1, false)]
    [InlineData("(-∞, ∞)", -1e300, true)]
    [InlineData("(-∞, ∞)", double.NaN, false)]
    [InlineData("[0, ∞)", double.PositiveInfinity, false)]
    public void Ranges_are_intervals(string range, double value, bool isInside) =>
        Assert.Equal(isInside, ValueRange.Parse(range).Contains(value));

    // What JSON leaves out must be a view of a property that it keeps.
    [Fact]
    public void Only_options_that_set_others_are_left_out_of_run_json() => Assert.Equal(
        ["EmbeddingOptions.Margin", "GanOptions.Gamma", "GanOptions.LearningRate"],
        (from options in Defaults
         from property in options.GetType().GetProperties()
         where property.IsDefined(typeof(JsonIgnoreAttribute))
         select $"{options.GetType().Name}.{property.Name}").Order());

    static (TrainingOptions Options, TrainingOption Option) Find(string name)
    {
        TrainingOptions options = Defaults.First(options => name.StartsWith($"{options.GetType().Name}.", StringComparison.Ordinal));
        return (options, options.List[name.Split('.')[1]]);
    }

    static IEnumerable<string> Other(TrainingOption option, TrainingOptions options) => option.ValueType switch
    {
        var type when type == typeof(double) => ["0.25"],
        var type when option.IsList && type == typeof(int) => ["1", "2"],
        var type when type == typeof(int) || type == typeof(ulong) => ["7"],
        { IsEnum: true } => [option.Words[^1]],
        var type when type == typeof(GanLoss) => ["hinge"],
        var type when type == typeof(IEmbeddingLoss) => ["triplet"],
        var type when type == typeof(ViewAugmentation) => ["crop=0.6,flip=false"],
        var type when type == typeof(bool) => [option.Format(options) == "true" ? "false" : "true"],
        var type when type == typeof(Regularizer) => ["r1"],
        var type when type == typeof(Augmentation) => ["colour,flip"],
        _ => ["0.5"],
    };
}
