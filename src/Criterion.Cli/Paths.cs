namespace Criterion.Cli;

/// <summary>Checks of paths on a command line, made before anything is computed or written.</summary>
internal static class Paths
{
    /// <summary>Returns the path of a file that exists and can be read.</summary>
    /// <param name="path">The path as it was typed.</param>
    /// <param name="name">The name of the option or argument.</param>
    /// <param name="expected">The expected kind of file, such as "a .npy file".</param>
    /// <exception cref="ToolException">The file does not exist, is a folder, or cannot be read.</exception>
    public static string ToRead(string path, string name, string expected)
    {
        if (!File.Exists(path))
        {
            throw new ToolException($"{UsageErrors.Invalid(path, name, expected)} "
                + $"{(Directory.Exists(path) ? "That is a folder." : "There is no such file.")}");
        }

        try
        {
            using FileStream stream = File.OpenRead(path);
            return path;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new ToolException($"The file '{path}' of {name} cannot be read. Check its permissions.", e);
        }
    }

    /// <summary>Returns the path of a new file in an existing folder.</summary>
    /// <exception cref="ToolException">The file exists, since nothing is overwritten silently, or its folder does not exist.</exception>
    public static string ToCreate(string path, string name)
    {
        string? problem = File.Exists(path) ? "already exists. Choose another file, or delete it first."
            : Path.Exists(path) ? "already exists. Choose another file."
            : Path.EndsInDirectorySeparator(path) ? "names a folder. Choose a file."
            : null;
        return problem is null ? InFolder(path, name) : throw new ToolException($"{name}: '{path}' {problem}");
    }

    /// <summary>Returns the path of a new or existing file in an existing folder.</summary>
    /// <exception cref="ToolException">The path is a folder, or its folder does not exist.</exception>
    public static string ToReplace(string path, string name) => Directory.Exists(path)
        ? throw new ToolException($"{UsageErrors.Invalid(path, name, "a file")} That is a folder.")
        : InFolder(path, name);

    static string InFolder(string path, string name) =>
        Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && Directory.Exists(folder)
        ? path
        : throw new ToolException($"{name}: '{path}' cannot be created, as its folder does not exist. Create the folder first, or choose "
            + "another file.");
}
