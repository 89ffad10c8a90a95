namespace Criterion.Cli;

/// <summary>An invalid command line: the message describes the error and the fix.</summary>
internal sealed class ToolException : Exception
{
    /// <summary>Initializes an error with a message.</summary>
    public ToolException(string message)
        : base(message)
    {
    }

    /// <summary>Initializes an error with a message and its cause.</summary>
    public ToolException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
