using System.Text;

namespace Criterion.Cli;

/// <summary>A writer over another one that may fail, such as a closed standard stream or a file on a full disk.</summary>
/// <param name="open">Opens the other writer at the first write, since opening may fail as well.</param>
/// <param name="onFailure">Called with the exception of a failed write.</param>
internal sealed class GuardedWriter(Func<TextWriter> open, Action<Exception> onFailure) : TextWriter
{
    TextWriter? _inner;

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Guard(inner => inner.Write(value));

    public override void Write(string? value) => Guard(inner => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Guard(inner => inner.Write(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    public override void WriteLine(string? value) => Guard(inner => inner.WriteLine(value));

    public override void Flush() => Guard(static inner => inner.Flush());

    void Guard(Action<TextWriter> write)
    {
        try
        {
            write(_inner ??= open());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            onFailure(e);
        }
    }
}
