namespace Criterion.Training;

/// <summary>Errors of the library as part of a message.</summary>
internal static class ErrorText
{
    /// <summary>The message on one line, without the name of the parameter, which it has in its own words.</summary>
    public static string Of(Exception e) => e is ArgumentException { ParamName: { } name }
        ? e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal).ReplaceLineEndings(" ")
        : e.Message;
}
