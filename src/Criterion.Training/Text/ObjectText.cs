using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Criterion.Losses;

namespace Criterion.Training;

/// <summary>
/// Lists the objects of a kind by name and creates them from text: <c>NAME</c> or <c>NAME:option=value,…</c>. Case and hyphens do not
/// matter; the options are those of the type, as JSON has them.
/// </summary>
/// <typeparam name="T">The base type, whose derived types are declared for JSON.</typeparam>
/// <param name="what">The kind in errors, such as <c>objective</c>.</param>
/// <param name="includes">Selects derived types. Default: all.</param>
/// <param name="name">Names a derived type. Default: <see cref="LossName.Of"/>.</param>
internal sealed class ObjectText<T>(string what, Func<Type, bool>? includes = null, Func<JsonDerivedTypeAttribute, string>? name = null)
    where T : class
{
    readonly (string Name, Type Type)[] _kinds =
    [
        .. from kind in typeof(T).GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false)
           where includes?.Invoke(kind.DerivedType) ?? true
           select (name?.Invoke(kind) ?? LossName.Of(kind.DerivedType), kind.DerivedType),
    ];

    /// <summary>Gets the names.</summary>
    public IReadOnlyList<string> Names => [.. _kinds.Select(static kind => kind.Name)];

    /// <summary>Creates the object of a text.</summary>
    /// <param name="text">The name, with options after a colon.</param>
    /// <exception cref="TrainingException">The name or an option is unknown, or the value of an option is invalid.</exception>
    public T Parse(string text)
    {
        (string kind, string options) = ObjectText.Cut(text, ':');
        return Create(kind, ObjectText.Settings(options));
    }

    /// <summary>Creates an object with given options.</summary>
    /// <inheritdoc cref="Parse" path="/exception"/>
    public T Create(string kind, IEnumerable<(string Key, string Value)> settings)
    {
        JsonTypeInfo type = RunJsonContext.Default.GetTypeInfo(Find(kind))!;
        JsonObject json = [];
        foreach ((string key, string value) in settings)
        {
            JsonPropertyInfo option = Option(type, kind, key);
            JsonNode given = ObjectText.Node(ValueText.Parse(option.PropertyType, value)) ?? throw new TrainingException(
                $"Invalid value '{value}' for {option.Name} of {kind}. "
                    + $"Expected {ValueText.Expected(option.PropertyType)}.{NumberText.Hint(value)}");
            if (!json.TryAdd(option.Name, given))
            {
                throw new TrainingException($"{option.Name} of {kind} is given twice. Give it once.");
            }
        }

        return Deserialize(json, type, kind);
    }

    Type Find(string kind)
    {
        (string Name, Type Type) found = _kinds.FirstOrDefault(one => ValueText.IsSame(one.Name, kind) || LossName.Matches(one.Type, kind));
        return found.Type ?? throw new TrainingException(
            $"There is no {what} '{kind}'.{Suggestion.For(kind, Names)} Choose one of: {string.Join(", ", Names)}.{NumberText.Hint(kind)}");
    }

    JsonPropertyInfo Option(JsonTypeInfo type, string kind, string key)
    {
        // Properties that JSON ignores have no getter.
        JsonPropertyInfo[] options = [.. type.Properties.Where(static option => option.Get is not null)];
        return options.FirstOrDefault(option => ValueText.IsSame(option.Name, key)) ?? throw new TrainingException(
            $"The {what} {kind} has no option '{key}'.{Suggestion.For(key, options.Select(static option => option.Name))} "
            + (options.Length == 0
                ? "It has none."
                : $"Choose one of: {string.Join(", ", options.Select(static option => option.Name))}."));
    }

    static T Deserialize(JsonObject json, JsonTypeInfo type, string kind)
    {
        try
        {
            return (T)json.Deserialize(type)!;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or TrainingException or TargetInvocationException)
        {
            string settings = string.Join(", ", json.Select(static setting => $"{setting.Key}={setting.Value}"));
            throw new TrainingException($"Invalid options {settings} for {kind}. {ErrorText.Of(e.InnerException ?? e)}", e);
        }
    }
}

/// <summary>The syntax that the texts of all objects share.</summary>
internal static class ObjectText
{
    /// <summary>Cuts a text at the first separator.</summary>
    public static (string Before, string After) Cut(string text, char at) =>
        text.Split(at, 2, StringSplitOptions.TrimEntries) is [var before, var after] ? (before, after) : (text.Trim(), "");

    /// <summary>Splits <c>option=value,…</c>.</summary>
    /// <exception cref="TrainingException">A part has another form, as where a comma is inside a number.</exception>
    public static IEnumerable<(string Key, string Value)> Settings(string options) =>
        options.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(option => option.Contains('=', StringComparison.Ordinal)
            ? Cut(option, '=')
            : throw new TrainingException($"Invalid option '{option}' in '{options}'. Expected option=value.{NumberText.Hint(options)}"));

    /// <summary>Returns a parsed value as JSON.</summary>
    public static JsonNode? Node(object? value) => value switch
    {
        null => null,
        bool flag => flag,
        int whole => whole,
        long whole => whole,
        double number => number,
        _ => value.ToString(),
    };
}
