namespace Criterion.Formats;

/// <summary>
/// A file or stream is not what its format allows, or a tensor is not what a format can hold: the message names the file, the
/// values that are wrong, and the way out. Trouble with the disk itself stays an <see cref="IOException"/>.
/// </summary>
public sealed class DataFormatException : TensorException
{
    /// <summary>An error with a message.</summary>
    public DataFormatException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and its cause.</summary>
    public DataFormatException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
