using System.Globalization;
using Criterion.Losses;

namespace Criterion.Training;

/// <summary>
/// The text forms of the types that options have: numbers and words by <see cref="ValueText"/>, objects by their own parsers.
/// </summary>
internal static class OptionText
{
    static readonly Dictionary<Type, (Func<string, object?> Parse, string Expected)> Objects = new()
    {
        [typeof(GanLoss)] = (GanNames.ParseObjective, "the name of an objective"),
        [typeof(Regularizer)] = (GanNames.ParsePenalty, "the name of a penalty"),
        [typeof(IEmbeddingLoss)] = (EmbeddingNames.Parse, "the name of a loss"),
        [typeof(ViewAugmentation)] = (
            static text => text == GanNames.None ? null : ViewAugmentation.Parse(text),
            "default, none, or changes such as crop=0.6,flip=false"),
        [typeof(FeatureMatchingOptions)] = (FeatureMatchingOptions.Parse, "a weight, such as 0.1, or a weight and a layer, such as 0.1@4"),
        [typeof(PerceptualOptions)] = (
            PerceptualOptions.Parse, $"{PerceptualOptions.Classifier}, a file of VGG19, or {GanNames.None}; layers follow an @"),
        [typeof(Augmentation)] = (Augmentation.Parse, DiffAugment.Expected),
        [typeof(WeightClip)] = (ParseClip, $"a positive number, or {GanNames.None}"),
    };

    /// <summary>Returns the type of the items of a list; null for other types.</summary>
    public static Type? ItemOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueList<>) ? type.GetGenericArguments()[0] : null;

    /// <summary>Returns whether a type is a number.</summary>
    public static bool IsNumber(Type type) => type == typeof(int) || type == typeof(double) || type == typeof(ulong);

    /// <summary>Returns the only words that a type accepts; none if it accepts others.</summary>
    public static IReadOnlyList<string> WordsOf(Type type) => type.IsEnum ? ValueText.Words(type) : [];

    /// <summary>Describes the values of a type.</summary>
    public static string Expected(Type type) => Objects.TryGetValue(type, out var known) ? known.Expected
        : WordsOf(type) is { Count: > 0 } words ? ValueText.Choice(words)
        : ValueText.Expected(type);

    /// <summary>Parses a value.</summary>
    public static object? Parse(Type type, string text, out bool isValid)
    {
        if (!Objects.TryGetValue(type, out var known))
        {
            object? value = ValueText.Parse(type, text);
            isValid = value is not null;
            return value;
        }

        isValid = true;
        return known.Parse(text);
    }

    /// <summary>Parses the items of a list; <c>none</c> alone is an empty list of objects.</summary>
    /// <exception cref="TrainingException">An item has another form, or there are items beside <c>none</c>.</exception>
    public static object List(TrainingOption option, IReadOnlyList<string> texts)
    {
        bool isNumbers = option.ValueType == typeof(int);
        return !texts.Contains(GanNames.None) ? isNumbers ? Items<int>(option, texts) : Items<Regularizer>(option, texts)
            : texts.Count == 1 ? isNumbers ? (ValueList<int>)[] : (ValueList<Regularizer>)[]
            : throw new TrainingException(
                $"{option.QualifiedName}: '{GanNames.None}' means an empty list, "
                    + $"and '{texts.First(static text => text != GanNames.None)}' is also given. "
                + "Leave out one of the two.");
    }

    static ValueList<T> Items<T>(TrainingOption option, IReadOnlyList<string> texts) => [.. texts.Select(text => (T)option.Parse(text)!)];

    /// <summary>Formats a value; null is <c>none</c>.</summary>
    public static string Format(object? value) => value switch
    {
        null => GanNames.None,
        double number => NumberText.Format(number),
        bool flag => flag ? "true" : "false",
        Enum word => ValueText.Word(word),
        WeightClip clip => NumberText.Format(clip.Limit),
        FeatureMatchingOptions matching => $"{NumberText.Format(matching.Weight)}{(matching.Layer is null ? "" : $"@{matching.Layer}")}",
        GanLoss or Penalty or IEmbeddingLoss => LossName.Of(value.GetType()),
        IEnumerable<Regularizer> items when !items.Any() => GanNames.None,
        IEnumerable<Regularizer> items => string.Join(", ", items.Select(static one => LossName.Of(one.Penalty.GetType()))),
        IEnumerable<int> items when !items.Any() => GanNames.None,
        IEnumerable<int> items => string.Join(", ", items),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    static WeightClip? ParseClip(string text) => text == GanNames.None ? null
        : NumberText.TryParse(text, out double limit) && limit > 0 ? new WeightClip(limit)
        : throw new TrainingException(
            $"Invalid value '{text}' for {nameof(GanOptions)}.{nameof(GanOptions.Clip)}. "
                + $"Expected a positive number, or {GanNames.None}.{NumberText.Hint(text)}");
}
