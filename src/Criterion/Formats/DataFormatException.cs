namespace Criterion.Formats;

/// <summary>
/// The exception for a file or stream that violates its format, or a tensor that a format cannot store. The message names the file, the
/// invalid values, and the fix. Disk errors remain <see cref="IOException"/>.
/// </summary>
public sealed class DataFormatException : TensorException
{
    /// <summary>Initializes an error with a message.</summary>
    public DataFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Initializes an error with a message and its cause.</summary>
    public DataFormatException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
