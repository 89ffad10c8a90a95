namespace Criterion.Formats;

/// <summary>Writes files atomically: after a failure the previous content is unchanged.</summary>
public static class AtomicFile
{
    // About a second in all.
    const int WindowsAttempts = 10;
    const int MillisecondsBetween = 20;

    /// <summary>
    /// Writes a temporary file next to <paramref name="path"/>, flushes it to disk, and renames it to <paramref name="path"/>.
    /// </summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">The file cannot be written; the previous content is unchanged.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);

        // A link stays a link: its target is replaced.
        FileInfo file = new(path);
        string target = file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        if (IsDevice(target))
        {
            // A device such as /dev/null is written directly; renaming would replace it by a file.
            using FileStream device = File.OpenWrite(target);
            write(device);
            return;
        }

        string temporary = Path.Combine(Path.GetDirectoryName(target) ?? target, $".{Guid.NewGuid():N}.tmp");
        try
        {
            Fill(temporary, write);
            Retry(() => File.Move(temporary, target, overwrite: true), OperatingSystem.IsWindows() ? WindowsAttempts : 1);
        }
        catch (Exception e)
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }

            if (e.Message.Contains(temporary, StringComparison.Ordinal))
            {
                throw WithMessage(e, e.Message.Replace(temporary, path, StringComparison.Ordinal));
            }

            throw;
        }
    }

    /// <summary>Throws if a file exists that must not be overwritten.</summary>
    /// <param name="path">The file.</param>
    /// <param name="overwrite">Whether it may be overwritten.</param>
    /// <param name="operation">The operation in the error.</param>
    internal static void CheckNew(string path, bool overwrite, string operation)
    {
        if (!overwrite && File.Exists(path) && !IsDevice(Path.GetFullPath(path)))
        {
            throw new IOException(
                $"{operation}: '{path}' already exists. Choose another file, or pass overwrite: true to replace it.");
        }
    }

    /// <summary>
    /// Returns whether a full path is a device: below <c>/dev</c>, except for shared memory, or what Windows makes of names such as
    /// <c>NUL</c>.
    /// </summary>
    internal static bool IsDevice(string path) =>
        (path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/dev/shm/", StringComparison.Ordinal))
        || path.StartsWith(@"\\.\", StringComparison.Ordinal);

    /// <summary>
    /// Retries for about a second: on Windows a file cannot be replaced while another program, such as a virus scanner, reads it.
    /// </summary>
    internal static void Retry(Action action, int attempts)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                action();
                return;
            }
            catch (Exception e) when (attempt < attempts && (e is IOException or UnauthorizedAccessException))
            {
                Thread.Sleep(attempt * MillisecondsBetween);
            }
        }
    }

    // The caller does not know the temporary file, so the message names the final one.
    static Exception WithMessage(Exception e, string message) => e switch
    {
        DirectoryNotFoundException => new DirectoryNotFoundException(message, e),
        UnauthorizedAccessException => new UnauthorizedAccessException(message, e),
        _ => new IOException(message, e),
    };

    static void Fill(string temporary, Action<Stream> write)
    {
        using FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        write(stream);

        // Otherwise a power failure could keep the new name and lose the content.
        stream.Flush(flushToDisk: true);
    }
}
