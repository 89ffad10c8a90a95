using System.Collections.Frozen;

namespace Criterion.Training;

/// <summary>The images in a folder and its subfolders.</summary>
/// <param name="Files">The PNG files, ordered by name.</param>
/// <param name="Notes">Sentences about the other files.</param>
internal sealed record ImageFolder(IReadOnlyList<string> Files, IReadOnlyList<string> Notes)
{
    const int Shown = 5;

    static readonly FrozenSet<string> OtherPictures = FrozenSet.ToFrozenSet(
        [
            ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".bmp", ".dib", ".webp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".jp2", ".jxl",
            ".ppm", ".pgm", ".pbm", ".pnm", ".tga", ".ico", ".exr", ".hdr", ".psd", ".svg",
        ],
        StringComparer.OrdinalIgnoreCase);

    // Files that file managers create in every folder.
    static readonly FrozenSet<string> Leftovers = FrozenSet.ToFrozenSet(
        ["Thumbs.db", "ehthumbs.db", "desktop.ini", "__MACOSX"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Returns whether a file has the extension of a picture format that is not supported.</summary>
    public static bool IsOtherPicture(string file) => OtherPictures.Contains(Path.GetExtension(file));

    /// <summary>Lists a folder.</summary>
    /// <exception cref="TrainingException">The folder has no PNG or pictures of other formats, or is that of a run.</exception>
    public static ImageFolder Of(string folder)
    {
        string[] files = Listed(folder);
        foreach (string place in files.Select(static file => Path.GetDirectoryName(file)!).Append(folder).Distinct())
        {
            RefuseRun(place);
        }

        string[] images = [.. files.Where(IsPng)];
        string[] others = [.. files.Where(static file => !IsPng(file))];
        RefuseOthers(folder, images, [.. others.Where(IsOtherPicture)]);
        return new ImageFolder(images, [.. NotesOn(folder, images, others)]);
    }

    /// <summary>Returns whether a file has the extension of a PNG.</summary>
    public static bool IsPng(string file) => Path.GetExtension(file).Equals(".png", StringComparison.OrdinalIgnoreCase);

    static string[] Listed(string folder)
    {
        // Without the permission to read a part of it, the folder would appear smaller than it is.
        EnumerationOptions everywhere = new() { RecurseSubdirectories = true, IgnoreInaccessible = false };
        try
        {
            string[] files = [.. Directory.GetFiles(folder, "*", everywhere).Where(file => !IsHidden(Path.GetRelativePath(folder, file)))];
            Array.Sort(files, StringComparer.Ordinal);
            return files;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(
                $"The folder '{folder}' cannot be read: {e.Message} Obtain the permission to read all of it, or give another folder.", e);
        }
    }

    /// <summary>
    /// Returns whether a path is hidden on some system: Windows shows names with a dot, and macOS adds many next to pictures.
    /// </summary>
    static bool IsHidden(string path) =>
        path.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar)
            .Any(static part => part.StartsWith('.') || Leftovers.Contains(part));

    /// <summary>Refuses the folder of a run and that of its pictures.</summary>
    /// <exception cref="TrainingException">The folder is one of these.</exception>
    public static void RefuseRun(string place)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(place));
        string run = Path.GetFileName(full) == RunFolder.SamplesName ? Path.GetDirectoryName(full) ?? full : full;
        bool hasLosses = File.Exists(Path.Combine(run, RunFolder.LossesName));
        bool isUnfinished = hasLosses && Directory.Exists(Path.Combine(run, RunFolder.SamplesName));
        if ((RunFolder.Holds(run) ?? (isUnfinished ? "run" : null)) is { } what)
        {
            throw new TrainingException(
                $"'{run}' is the folder of a {what}, whose pictures are grids of many samples and not data. "
                + "Give the images themselves, or a file of samples drawn from a generator.");
        }
    }

    static void RefuseOthers(string folder, string[] images, string[] others)
    {
        if (others.Length > 0)
        {
            string counts = string.Join(
                ", ", others.CountBy(static file => Path.GetExtension(file)).Select(static kind => $"{kind.Value} {kind.Key}"));
            throw new TrainingException(
                $"The folder '{folder}' has {images.Length} PNG images and {others.Length} of unsupported formats: {counts}. "
                + "Convert these to PNG, or move them elsewhere.");
        }

        if (images.Length == 0)
        {
            throw new TrainingException(
                $"The folder '{folder}' has no PNG images. Give .npy and IDX files themselves, not their folder.");
        }
    }

    static IEnumerable<string> NotesOn(string folder, string[] images, string[] others)
    {
        int folders = images.Select(Path.GetDirectoryName).Distinct().Count();
        if (folders > 1)
        {
            yield return $"The images of '{folder}' come from {folders} folders, which are not used as classes.";
        }

        if (others.Length > 0)
        {
            string names = string.Join(", ", others.Take(Shown).Select(file => Path.GetRelativePath(folder, file)));
            string what = others.Length == 1
                ? $"1 file of '{folder}' is not an image and was"
                : $"{others.Length} files of '{folder}' are not images and were";
            yield return $"{what} ignored: {names}{(others.Length > Shown ? ", …" : "")}.";
        }
    }
}
