using System.CommandLine;

namespace Criterion.Cli.Tests;

/// <summary>Whatever a training declares can be given on its command line, and messages name flags in place of properties.</summary>
public class DeclaredOptionsTests
{
    public static TheoryData<string, TrainingOptionList> Trainings { get; } = new()
    {
        { "train", GanOptions.Declared },
        { "cyclegan", CycleGanOptions.Declared },
        { "cut", CutOptions.Declared },
        { "fastcut", CutOptions.Declared },
        { "pix2pix", PairedOptions.Declared },
        { "super-resolution", PairedOptions.Declared },
        { "siamese", EmbeddingOptions.Declared },
        { "embedding", EmbeddingOptions.Declared },
    };

    [Theory]
    [MemberData(nameof(Trainings))]
    public void Every_declared_option_is_on_the_command_line_with_its_default(string name, TrainingOptionList declared)
    {
        Dictionary<string, Option> options = Find(name).Options.ToDictionary(static option => option.Name);

        Assert.All(declared, one =>
        {
            Option option = Assert.Contains($"--{one.Name}", (IReadOnlyDictionary<string, Option>)options);
            Assert.StartsWith(one.Declaration.Description, option.Description, StringComparison.Ordinal);
            Assert.Contains(" [default: ", option.Description, StringComparison.Ordinal);
            Assert.Equal(one.ValueType == typeof(bool) ? null : one.Declaration.ValueName, option.HelpName);
        });
    }

    [Theory]
    [InlineData("Set GanOptions.Beta1 to 0.", "Set --beta1 to 0.")]
    [InlineData("Lower GanOptions.DiscriminatorLearningRate.", "Lower --d-lr.")]
    [InlineData("TrainingOptions.OnNan, CycleGanOptions.PoolSize, EmbeddingOptions.HeldOut", "--on-nan, --pool, --held-out")]
    [InlineData("UnpairedOptions.Augment, CutOptions.IdentityWeight", "--augment, --identity-weight")]
    [InlineData("TrainingOptions.OnNan, CycleGanOptions.PoolSize, PairedOptions.Perceptual", "--on-nan, --pool, --perceptual")]
    [InlineData("GanOptions.Equilibrium and MeasureOptions.Every stay.", "GanOptions.Equilibrium and MeasureOptions.Every stay.")]
    public void Properties_become_flags(string message, string expected) => Assert.Equal(expected, Flags.InPlaceOfNames(message));

    [Fact]
    public void No_message_of_the_library_names_a_flag() => Assert.All(
        GanAdvice.Warnings(GanRecipe.Find("dcgan").Options with { Clip = new() }), static warning =>
        {
            Assert.DoesNotContain("--", warning, StringComparison.Ordinal);
            Assert.Contains("--clip", Flags.InPlaceOfNames(warning), StringComparison.Ordinal);
        });

    static Command Find(string name)
    {
        Command root = Tool
            .Root(new ToolConsole(TextWriter.Null, TextWriter.Null, false), static () => CancellationToken.None,
                new Option<bool>("--debug"));
        Command train = root.Subcommands.Single(static command => command.Name == "train");
        return name == "train" ? train : train.Subcommands.Single(command => command.Name == name);
    }
}
