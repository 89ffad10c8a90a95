using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Criterion.Losses;
using Criterion.Schedules;

namespace Criterion.Training;

/// <summary>
/// Writes objects of a base type as JSON, those of types that a program defines included: these by the name of the type, its assembly and
/// the options that are numbers, flags or text. They are read back as a record of themselves, which cannot be trained with.
/// </summary>
/// <typeparam name="T">The base type, whose known derived types are declared for JSON.</typeparam>
internal abstract class CustomKindConverter<T> : JsonConverter<T>
    where T : class
{
    static readonly Type[] Known =
        [.. typeof(T).GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false).Select(static kind => kind.DerivedType)];

    /// <inheritdoc/>
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        Utf8JsonReader ahead = reader;
        return JsonElement.TryParseValue(ref ahead, out JsonElement? value) && CustomKind.Read(value.Value) is { } custom
            ? Skip(ref reader, custom)
            : JsonSerializer.Deserialize(ref reader, Declared(options));
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (CustomOf(value) is { } custom)
        {
            custom.Write(writer);
        }
        else
        {
            JsonSerializer.Serialize(writer, value, Declared(options));
        }
    }

    /// <summary>Returns whether JSON knows the type of an object, so that any program can create it again.</summary>
    public static bool IsKnown(T value) => Known.Contains(value.GetType());

    /// <summary>Creates the record of an object that was read back.</summary>
    protected abstract T Recorded(CustomKind kind);

    /// <summary>Returns what a record of an object holds; null for other objects.</summary>
    protected abstract CustomKind? KindOf(T value);

    CustomKind? CustomOf(T value) => IsKnown(value) ? null : KindOf(value) ?? CustomKind.Of(value);

    T Skip(ref Utf8JsonReader reader, CustomKind custom)
    {
        reader.Skip();
        return Recorded(custom);
    }

    static JsonTypeInfo<T> Declared(JsonSerializerOptions options) => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
}

/// <summary>The name, the assembly and the options of an object whose type a program defines.</summary>
internal sealed record CustomKind(string Kind, string Assembly, ValueList<(string Name, string Json)> Options)
{
    const string KindName = "kind";
    const string AssemblyName = "assembly";

    /// <summary>Describes an object by its public properties.</summary>
    [UnconditionalSuppressMessage(
        "Trimming", "IL2075", Justification = "An option that trimming removed is used by no code, and is missing in the record only.")]
    public static CustomKind Of(object value)
    {
        Type type = value.GetType();
        return new CustomKind(
            type.Name,
            type.Assembly.GetName().Name ?? "",
            [
                .. from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                   where property.CanRead && property.GetIndexParameters().Length == 0
                       && !property.IsDefined(typeof(JsonIgnoreAttribute), inherit: true)
                   let json = Json(property.GetValue(value))
                   where json is not null
                   select (JsonNamingPolicy.CamelCase.ConvertName(property.Name), json),
            ]);
    }

    /// <summary>Reads a description; null for JSON of a known type.</summary>
    public static CustomKind? Read(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(AssemblyName, out JsonElement assembly)
        && value.TryGetProperty(KindName, out JsonElement kind)
            ? new CustomKind(
                kind.ToString(),
                assembly.ToString(),
                [
                    .. value.EnumerateObject().Where(static option => option.Name is not (KindName or AssemblyName))
                        .Select(static option => (option.Name, option.Value.GetRawText())),
                ])
            : null;

    /// <summary>Writes the description.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString(KindName, Kind);
        writer.WriteString(AssemblyName, Assembly);
        foreach ((string name, string json) in Options)
        {
            writer.WritePropertyName(name);
            writer.WriteRawValue(json);
        }

        writer.WriteEndObject();
    }

    /// <summary>Formats the description for messages, such as <c>SGD (learningRate 0.1)</c>.</summary>
    public override string ToString() =>
        Options.Count == 0 ? Kind : $"{Kind} ({string.Join(", ", Options.Select(static option => $"{option.Name} {option.Json}"))})";

    // Tensors, functions and other objects have no JSON that could be compared.
    static string? Json(object? value) => value switch
    {
        bool flag => flag ? "true" : "false",
        double number when double.IsFinite(number) => number.ToString("R", CultureInfo.InvariantCulture),
        float number when float.IsFinite(number) => number.ToString("R", CultureInfo.InvariantCulture),
        byte or short or ushort or int or uint or long or ulong or decimal => Convert.ToString(value, CultureInfo.InvariantCulture),
        string or Enum or float or double => $"\"{JsonEncodedText.Encode(Convert.ToString(value, CultureInfo.InvariantCulture)!)}\"",
        _ => null,
    };
}

/// <summary>An objective that was read from a record and that only the program that defines it can create.</summary>
internal sealed record RecordedGanLoss(CustomKind Kind) : GanLoss
{
    /// <inheritdoc/>
    public override Tensor Discriminator(Tensor real, Tensor fake) => throw Missing();

    /// <inheritdoc/>
    public override Tensor Generator(Tensor fake, Tensor? real = null) => throw Missing();

    internal CustomPartException Missing() => CustomPartException.Of($"objective {Kind.Kind}", Kind.Assembly);
}

/// <summary>Writes and reads objectives.</summary>
internal sealed class GanLossConverter : CustomKindConverter<GanLoss>
{
    /// <inheritdoc/>
    protected override GanLoss Recorded(CustomKind kind) => new RecordedGanLoss(kind);

    /// <inheritdoc/>
    protected override CustomKind? KindOf(GanLoss value) => (value as RecordedGanLoss)?.Kind;

    /// <summary>Returns the recorded objective, or the one that the program supplies again.</summary>
    /// <exception cref="CustomPartException">A program defines the objective, and it is not supplied.</exception>
    /// <exception cref="TrainingException">It differs from the recorded one.</exception>
    public static GanLoss Supplied(GanLoss recorded, GanLoss? supplied)
    {
        if (supplied is null)
        {
            return recorded is RecordedGanLoss missing ? throw missing.Missing() : recorded;
        }

        bool isSame = recorded is RecordedGanLoss custom ? CustomKind.Of(supplied) == custom.Kind : supplied == recorded;
        return isSame ? supplied : throw new TrainingException(
            $"Resume: the objective was {(recorded as RecordedGanLoss)?.Kind.ToString() ?? recorded.ToString()}, and now is "
            + $"{CustomKind.Of(supplied)}. Give the same objective as before, or start a new run in another folder.");
    }
}

/// <summary>A penalty that was read from a record and that only the program that defines it can create.</summary>
internal sealed record RecordedPenalty(CustomKind Kind) : CustomPenalty(0)
{
    /// <inheritdoc/>
    public override Tensor Forward(Func<Tensor, Tensor> discriminator, Tensor real, Tensor fake, RandomStream random) => throw Missing();

    internal CustomPartException Missing() => CustomPartException.Of($"penalty {Kind.Kind}", Kind.Assembly);
}

/// <summary>Writes and reads penalties.</summary>
internal sealed class PenaltyConverter : CustomKindConverter<Penalty>
{
    /// <inheritdoc/>
    protected override Penalty Recorded(CustomKind kind) => new RecordedPenalty(kind);

    /// <inheritdoc/>
    protected override CustomKind? KindOf(Penalty value) => (value as RecordedPenalty)?.Kind;
}

/// <summary>Writes and reads schedules; the function of a <see cref="LambdaSchedule"/> has no JSON.</summary>
internal sealed class ScheduleConverter : CustomKindConverter<Schedule>
{
    /// <inheritdoc/>
    protected override Schedule Recorded(CustomKind kind) =>
        new LambdaSchedule(_ => throw CustomPartException.Of($"schedule {kind.Kind}", null));

    /// <inheritdoc/>
    protected override CustomKind? KindOf(Schedule value) => null;
}
