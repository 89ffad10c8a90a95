using System.Globalization;
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
    public static IReadOnlyList<string> Objectives { get; } = Named<AdversarialObjective>();

    /// <summary>The penalties of discriminators, by name.</summary>
    public static IReadOnlyList<string> Penalties { get; } = Named<Penalty>();

    /// <summary>An objective: <c>NAME</c>, <c>NAME:option=value,…</c>, or a recipe's.</summary>
    /// <exception cref="TrainingException">There is none of that name, it has no such option, or the value is none for it.</exception>
    public static AdversarialObjective Objective(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        (string name, string options) = Cut(text, ':');
        return GanRecipe.All.FirstOrDefault(recipe => recipe.Name == text)?.Options.Objective
            ?? Create<AdversarialObjective>("objective", name, Settings(options), Objectives);
    }

    /// <summary>A penalty: <c>NAME</c>, <c>NAME=WEIGHT</c>, with <c>:option=value,…</c> and <c>@STEPS</c> behind it where wanted.</summary>
    /// <inheritdoc cref="Objective" path="/exception"/>
    public static Regularizer Penalty(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        (string penalty, string every) = Cut(text, '@');
        (string head, string options) = Cut(penalty, ':');
        (string name, string weight) = Cut(head, '=');
        IEnumerable<(string, string)> settings = weight.Length > 0 ? Settings(options).Prepend(("weight", weight)) : Settings(options);
        int interval = every.Length == 0 ? 1 : int.TryParse(every, CultureInfo.InvariantCulture, out int steps) && steps > 0
            ? steps
            : throw new TrainingException($"'{every}' in '{text}' is no number of steps: it takes a whole number from 1 on, such as r1=10@16.");
        return new Regularizer(Create<Penalty>("penalty", name, settings, Penalties), interval);
    }

    static string[] Named<T>() => [.. Kinds<T>().Select(static kind => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.Name))];

    // As JSON names them, of penalties those for discriminators.
    static IEnumerable<Type> Kinds<T>() =>
        from kind in typeof(T).GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false)
        where typeof(T) != typeof(Penalty) || Regularizer.Takes(kind.DerivedType)
        select kind.DerivedType;

    static T Create<T>(string what, string name, IEnumerable<(string Key, string Value)> settings, IReadOnlyList<string> names)
    {
        Type kind = Kinds<T>().FirstOrDefault(kind => Same(kind.Name, name))
            ?? throw new TrainingException($"There is no {what} '{name}'. There are: {string.Join(", ", names)}.");
        JsonTypeInfo type = RunJsonContext.Default.GetTypeInfo(kind)!;
        JsonObject json = [];
        foreach ((string key, string value) in settings)
        {
            JsonPropertyInfo option = type.Properties.FirstOrDefault(option => Same(option.Name, key)) ?? throw new TrainingException(
                $"The {what} {name} has no option '{key}'; it has {(type.Properties.Count == 0 ? "none" : string.Join(", ", type.Properties.Select(static option => option.Name)))}.");
            json[option.Name] = Value(option, value) ?? throw new TrainingException($"'{value}' is no value for {option.Name} of {name}.");
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
            throw new TrainingException($"{name} can't be made with {json.ToJsonString()}: {(e.InnerException ?? e).Message}", e);
        }
    }

    static JsonValue? Value(JsonPropertyInfo option, string text) =>
        option.PropertyType == typeof(bool) ? bool.TryParse(text, out bool flag) ? JsonValue.Create(flag) : null
        : option.PropertyType == typeof(double) ? double.TryParse(text, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? JsonValue.Create(number) : null
        : JsonValue.Create(text);

    static IEnumerable<(string Key, string Value)> Settings(string options) =>
        options.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static option => Cut(option, '='));

    static (string Before, string After) Cut(string text, char at) =>
        text.Split(at, 2, StringSplitOptions.TrimEntries) is [var before, var after] ? (before, after) : (text.Trim(), "");

    static bool Same(string a, string b) => Plain(a).Equals(Plain(b), StringComparison.OrdinalIgnoreCase);

    static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal);
}
