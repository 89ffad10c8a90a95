using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Criterion.Losses;

namespace Criterion.Training;

/// <summary>
/// Objectives and penalties by name, as people type them: <c>least-squares:a=-1,c=0</c>, <c>r1=10@16</c>. Case and hyphens do not
/// count, and the options are those of the type.
/// </summary>
public static class GanNames
{
    /// <summary>The name for no penalty.</summary>
    public const string None = "none";

    /// <summary>The objectives, by name; the name of a recipe stands for its objective.</summary>
    public static IReadOnlyList<string> Objectives { get; } = Named<GanLoss>();

    /// <summary>The penalties of discriminators, by name.</summary>
    public static IReadOnlyList<string> Penalties { get; } = Named<Penalty>();

    /// <summary>An objective: <c>NAME</c>, <c>NAME:option=value,…</c>, or a recipe's.</summary>
    /// <exception cref="TrainingException">There is none of that name, it has no such option, or the value is none for it.</exception>
    public static GanLoss Objective(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        (string name, string options) = Cut(text, ':');
        return GanRecipe.All.FirstOrDefault(recipe => recipe.Name == text)?.Options.Objective
            ?? Create<GanLoss>("objective", name, Settings(options), Objectives);
    }

    /// <summary>A penalty: <c>NAME</c>, <c>NAME=WEIGHT</c>, with <c>:option=value,…</c> and <c>@STEPS</c> behind it where wanted.</summary>
    /// <inheritdoc cref="Objective" path="/exception"/>
    public static Regularizer Penalty(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        (string penalty, string every) = Cut(text, '@');
        (string head, string options) = Cut(penalty, ':');
        (string name, string weight) = Cut(head, '=');
        IEnumerable<(string, string)> settings = head.Contains('=', StringComparison.Ordinal) ? Settings(options).Prepend(("weight", weight)) : Settings(options);
        return new Regularizer(Create<Penalty>("penalty", name, settings, Penalties), Interval(every, text));
    }

    static int Interval(string every, string text) => !text.Contains('@', StringComparison.Ordinal) ? 1
        : NumberText.TryParse(every, out long steps) && steps is > 0 and <= int.MaxValue ? (int)steps
        : throw new TrainingException($"Invalid value '{every}' for the interval in '{text}'. Expected a whole number of steps from 1 on, such as r1=10@16.{NumberText.Hint(every)}");

    static string[] Named<T>() => [.. Kinds<T>().Select(LossName.Of)];

    // As JSON names them, of penalties those for discriminators.
    static IEnumerable<Type> Kinds<T>() =>
        from kind in typeof(T).GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false)
        where typeof(T) != typeof(Penalty) || Regularizer.Takes(kind.DerivedType)
        select kind.DerivedType;

    static T Create<T>(string what, string name, IEnumerable<(string Key, string Value)> settings, IReadOnlyList<string> names)
    {
        Type kind = Kinds<T>().FirstOrDefault(kind => LossName.Matches(kind, name))
            ?? throw new TrainingException($"There is no {what} '{name}'. There are: {string.Join(", ", names)}.{NumberText.Hint(name)}");
        JsonTypeInfo type = RunJsonContext.Default.GetTypeInfo(kind)!;
        JsonObject json = [];
        foreach ((string key, string value) in settings)
        {
            JsonPropertyInfo option = type.Properties.FirstOrDefault(option => Same(option.Name, key)) ?? throw new TrainingException(
                $"The {what} {name} has no option '{key}'; it has {(type.Properties.Count == 0 ? "none" : string.Join(", ", type.Properties.Select(static option => option.Name)))}.");
            JsonValue given = Value(option, value)
                ?? throw new TrainingException($"Invalid value '{value}' for {option.Name} of {name}. Expected {Expected(option)}.{NumberText.Hint(value)}");
            if (!json.TryAdd(option.Name, given))
            {
                throw new TrainingException($"{option.Name} of {name} is given twice. Give it once.");
            }
        }

        return Make<T>(json, type, name);
    }

    static T Make<T>(JsonObject json, JsonTypeInfo type, string name)
    {
        try
        {
            return (T)json.Deserialize(type)!;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or TargetInvocationException)
        {
            throw new TrainingException($"{name} cannot be made with {string.Join(", ", json.Select(static setting => $"{setting.Key}={setting.Value}"))}. {ErrorText.Of(e.InnerException ?? e)}", e);
        }
    }

    static JsonValue? Value(JsonPropertyInfo option, string text) => option.PropertyType switch
    {
        var type when type == typeof(bool) => bool.TryParse(text, out bool flag) ? JsonValue.Create(flag) : null,
        var type when type == typeof(double) => NumberText.TryParse(text, out double number) ? JsonValue.Create(number) : null,
        var type when type == typeof(int) => NumberText.TryParse(text, out long whole) && whole == (int)whole ? JsonValue.Create((int)whole) : null,
        { IsEnum: true } type => Enum.GetNames(type).FirstOrDefault(name => Same(name, text)) is { } name ? JsonValue.Create(name) : null,
        _ => JsonValue.Create(text),
    };

    static string Expected(JsonPropertyInfo option) => option.PropertyType switch
    {
        var type when type == typeof(bool) => "true or false",
        var type when type == typeof(int) => "a whole number",
        { IsEnum: true } type => string.Join(", ", Enum.GetNames(type)),
        _ => "a number",
    };

    // A comma separates options: one within a number leaves a part that is none.
    static IEnumerable<(string Key, string Value)> Settings(string options) =>
        options.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(option => option.Contains('=', StringComparison.Ordinal)
            ? Cut(option, '=')
            : throw new TrainingException($"'{option}' in '{options}' is not option=value.{NumberText.Hint(options)}"));

    static (string Before, string After) Cut(string text, char at) =>
        text.Split(at, 2, StringSplitOptions.TrimEntries) is [var before, var after] ? (before, after) : (text.Trim(), "");

    static bool Same(string a, string b) => Plain(a).Equals(Plain(b), StringComparison.OrdinalIgnoreCase);

    static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal);
}
