using Criterion.Losses;

namespace Criterion.Training;

/// <summary>
/// Objectives and penalties of GANs by name, as a person types them: <c>least-squares:a=-1,c=0</c>, <c>r1=10@16</c>. Case and hyphens
/// do not matter.
/// </summary>
public static class GanNames
{
    /// <summary>The name for no penalty.</summary>
    public const string None = "none";

    static readonly ObjectText<GanLoss> ObjectiveText = new("objective");
    static readonly ObjectText<Penalty> PenaltyText = new("penalty", Regularizer.Takes);

    /// <summary>Gets the names of the objectives. The name of a recipe also means its objective.</summary>
    public static IReadOnlyList<string> Objectives => ObjectiveText.Names;

    /// <summary>Gets the names of the penalties of discriminators.</summary>
    public static IReadOnlyList<string> Penalties => PenaltyText.Names;

    /// <summary>Parses an objective: <c>NAME</c>, <c>NAME:option=value,…</c>, or the name of a recipe.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="TrainingException">The name or an option is unknown, or the value of an option is invalid.</exception>
    public static GanLoss ParseObjective(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return GanRecipe.All.FirstOrDefault(recipe => recipe.Name == text)?.Options.Objective ?? ObjectiveText.Parse(text);
    }

    /// <summary>
    /// Parses a penalty: <c>NAME</c> or <c>NAME=WEIGHT</c>, with <c>:option=value,…</c> and <c>@INTERVAL</c> behind it if wanted.
    /// </summary>
    /// <inheritdoc cref="ParseObjective"/>
    public static Regularizer ParsePenalty(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        (string penalty, string interval) = ObjectText.Cut(text, '@');
        (string head, string options) = ObjectText.Cut(penalty, ':');
        (string name, string weight) = ObjectText.Cut(head, '=');
        IEnumerable<(string, string)> settings = ObjectText.Settings(options);
        bool hasWeight = head.Contains('=', StringComparison.Ordinal);
        bool hasInterval = text.Contains('@', StringComparison.Ordinal);
        Penalty created = PenaltyText.Create(name, hasWeight ? settings.Prepend(("weight", weight)) : settings);
        return new Regularizer(created, hasInterval ? Interval(interval, text) : 1);
    }

    static int Interval(string interval, string text) => NumberText.TryParse(interval, out long steps) && steps is > 0 and <= int.MaxValue
        ? (int)steps
        : throw new TrainingException(
            $"Invalid value '{interval}' for the interval in '{text}'. "
                + $"Expected a whole number of steps of at least 1, such as r1=10@16.{NumberText.Hint(interval)}");
}
