using System.Globalization;

namespace Criterion.Nn;

/// <summary>Formats the options of a layer for <see cref="Module.ToString"/>, as its constructor takes them.</summary>
internal static class OptionText
{
    /// <summary>Joins required options and those that differ from their defaults.</summary>
    /// <param name="required">The required options.</param>
    /// <param name="others">The other options with their defaults.</param>
    public static string Of(object?[] required, params ReadOnlySpan<(string Name, object? Value, object? Default)> others)
    {
        List<string> parts = [.. required.Select(Text)];
        foreach ((string name, object? value, object? usual) in others)
        {
            if (!Equals(value, usual))
            {
                parts.Add($"{name}: {Text(value)}");
            }
        }

        return string.Join(", ", parts);
    }

    static string Text(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        Size2 size => size.Height == size.Width ? Text(size.Height) : $"({Text(size.Height)}, {Text(size.Width)})",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => $"{value}",
    };
}
