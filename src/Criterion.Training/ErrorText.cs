namespace Criterion.Training;

/// <summary>Formats exceptions of the library as part of a message.</summary>
internal static class ErrorText
{
    /// <summary>Returns the message on one line, without the parameter name that .NET appends.</summary>
    public static string Of(Exception e) => e is ArgumentException { ParamName: { } name }
        ? e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal).ReplaceLineEndings(" ")
        : e.Message;
}
