namespace Criterion.Cli;

/// <summary>A command line asks for something that is not possible: the message says what, and what is.</summary>
internal sealed class ToolException : Exception
{
    /// <summary>An error with a message.</summary>
    public ToolException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and its cause.</summary>
    public ToolException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
