namespace Criterion.Cli;

/// <summary>What paths on a command line must lead to; checked before anything is computed or written.</summary>
internal static class Paths
{
    /// <summary>The file to read.</summary>
    /// <param name="path">What was typed.</param>
    /// <param name="name">The option or argument.</param>
    /// <param name="expected">What it should be, such as "a .npy file".</param>
    /// <exception cref="ToolException">It is missing, a folder, or may not be read.</exception>
    public static string ToRead(string path, string name, string expected)
    {
        if (!File.Exists(path))
        {
            throw new ToolException($"{Mistakes.Invalid(path, name, expected)} {(Directory.Exists(path) ? "That is a folder." : "There is no such file.")}");
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

    /// <summary>A file that is not there yet, in a folder that is.</summary>
    /// <exception cref="ToolException">It exists: nothing is overwritten in silence; or its folder is missing.</exception>
    public static string ToCreate(string path, string name)
    {
        string? problem = File.Exists(path) ? "already exists. Choose another file, or delete it first."
            : Path.Exists(path) ? "already exists. Choose another file."
            : Path.EndsInDirectorySeparator(path) ? "names a folder. Choose a file."
            : null;
        return problem is null ? InFolder(path, name) : throw new ToolException($"{name}: '{path}' {problem}");
    }

    /// <summary>A file that may be there, in a folder that is.</summary>
    /// <exception cref="ToolException">It is a folder, or its folder is missing.</exception>
    public static string ToReplace(string path, string name) => Directory.Exists(path)
        ? throw new ToolException($"{Mistakes.Invalid(path, name, "a file")} That is a folder.")
        : InFolder(path, name);

    static string InFolder(string path, string name) => Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && Directory.Exists(folder)
        ? path
        : throw new ToolException($"{name}: '{path}' cannot be created, as its folder does not exist. Create the folder first, or choose another file.");
}
