namespace Criterion.Tests.Repository;

/// <summary>Where the sources lie, found from the tests' folder upwards.</summary>
static class RepositoryRoot
{
    public static string Path { get; } = Find(AppContext.BaseDirectory);

    public static string File(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    public static string Read(params string[] parts) => System.IO.File.ReadAllText(File(parts)).ReplaceLineEndings("\n");

    /// <summary>A file's path from the root, with slashes.</summary>
    public static string Relative(string file) => System.IO.Path.GetRelativePath(Path, file).Replace('\\', '/');

    static string Find(string folder)
    {
        string? at = folder;
        while (at is not null && !System.IO.File.Exists(System.IO.Path.Combine(at, "Criterion.slnx")))
        {
            at = Directory.GetParent(at)?.FullName;
        }

        return at ?? Find(Directory.GetCurrentDirectory(), folder);
    }

    // Built into another folder: the tests are then started from within the repository.
    static string Find(string current, string given) =>
        current != given && System.IO.File.Exists(System.IO.Path.Combine(current, "Criterion.slnx"))
        ? current
        : throw new DirectoryNotFoundException(
        $"Criterion.slnx lies neither above {given} nor in {current}; start the tests in the repository.");
}
