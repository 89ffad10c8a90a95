namespace Criterion.Cli;

/// <summary>Files below a folder that are reached without a symbolic link, so that no path leaves the folder.</summary>
/// <param name="root">The full path of the folder, which may itself be reached by a link.</param>
internal sealed class PlainFiles(string root)
{
    static readonly EnumerationOptions NoLinks = new() { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };

    /// <summary>Gets the full path of the folder.</summary>
    public string Root => root;

    /// <summary>Returns the folders that have a file of a name, at most some levels below.</summary>
    public IEnumerable<string> FoldersWith(string file, int levels)
    {
        EnumerationOptions options = new()
        {
            AttributesToSkip = FileAttributes.ReparsePoint,
            IgnoreInaccessible = true,
            RecurseSubdirectories = true,
            MaxRecursionDepth = levels,
        };
        return Directory.Exists(root)
            ? Directory.EnumerateFiles(root, file, options).Select(static path => Path.GetDirectoryName(path)!)
            : [];
    }

    /// <summary>Returns the names of the files in a folder that match a pattern; none if the folder is missing or a link.</summary>
    public IEnumerable<string> Names(string folder, string pattern) => IsPlain(folder) && Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, pattern, NoLinks).Select(static path => Path.GetFileName(path))
        : [];

    /// <summary>Opens a file that may be written meanwhile; null if it is missing, a link, or cannot be read.</summary>
    public FileStream? Open(string path)
    {
        try
        {
            return IsPlain(path) ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    bool IsPlain(string path)
    {
        string full = Path.GetFullPath(path);
        if (full == root)
        {
            return true;
        }

        return full.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            && new FileInfo(full).LinkTarget is null && IsPlain(Path.GetDirectoryName(full)!);
    }
}
