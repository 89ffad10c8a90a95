using System.Collections.Frozen;

namespace Criterion.Training;

/// <summary>The images in a folder and its subfolders.</summary>
/// <param name="Files">
/// The pictures that can be read, ordered by name, each with the subfolder that is its class; null in a folder without classes.
/// </param>
/// <param name="Notes">Sentences about the other files.</param>
internal sealed record ImageFolder(IReadOnlyList<(string Path, string? Class)> Files, IReadOnlyList<string> Notes)
{
    const int Shown = 5;

    // Files that file managers create in every folder.
    static readonly FrozenSet<string> Leftovers = FrozenSet.ToFrozenSet(
        ["Thumbs.db", "ehthumbs.db", "desktop.ini", "__MACOSX"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Lists a folder. If its images are in subfolders, each subfolder is a class, with everything in it.</summary>
    /// <exception cref="TrainingException">
    /// The folder has no picture, pictures of formats that cannot be read, images beside subfolders of images, or a class without images;
    /// or it is the folder of a run.
    /// </exception>
    public static ImageFolder Of(string folder)
    {
        string[] files = FilesIn(folder);
        foreach (string place in files.Select(static file => Path.GetDirectoryName(file)!).Append(folder).Distinct())
        {
            RefuseRun(place);
        }

        string[] images = [.. files.Where(IsImage)];
        string[] others = [.. files.Except(images)];
        string[] hidden = HiddenIn(folder);
        RefuseOthers(folder, images, [.. others.Where(ImageFormats.IsPicture)], hidden);
        (string, string?)[] classed = [.. images.Select(file => (file, ClassOf(folder, file)))];
        RefuseMixture(folder, classed);
        return new ImageFolder(classed, [.. NotesOn(folder, others, hidden)]);
    }

    /// <summary>
    /// Returns whether a file is a picture that can be read, by its extension; by its content, if it has the extension of another picture.
    /// </summary>
    static bool IsImage(string file) => ImageFormats.IsReadable(file) || (ImageFormats.IsPicture(file) && ImageFormats.CanReadFile(file));

    static string[] FilesIn(string folder)
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

    // These are only counted, so that those without permission do not matter.
    static string[] HiddenIn(string folder)
    {
        EnumerationOptions everywhere = new()
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.None,
        };
        return [.. Directory.GetFiles(folder, "*", everywhere).Where(file => IsInHiddenFolder(Path.GetRelativePath(folder, file)))];
    }

    /// <summary>
    /// Returns whether a path is hidden on some system: Windows shows names with a dot, and macOS adds many next to pictures.
    /// </summary>
    static bool IsHidden(string path) =>
        path.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar)
            .Any(static part => part.StartsWith('.') || Leftovers.Contains(part));

    /// <summary>Returns whether a picture that is not hidden itself is in a folder whose name begins with a dot.</summary>
    static bool IsInHiddenFolder(string path) =>
        ImageFormats.IsReadable(path) && !IsHidden(Path.GetFileName(path))
        && path.Split(Path.DirectorySeparatorChar)[..^1].Any(static part => part[0] == '.');

    /// <summary>Returns the first subfolder on the way to a file; null for a file of the folder itself.</summary>
    static string? ClassOf(string folder, string file) =>
        Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar) is [var name, _, ..] ? name : null;

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

    static void RefuseOthers(string folder, string[] images, string[] others, string[] hidden)
    {
        if (others.Length > 0)
        {
            string counts = string.Join(
                ", ", others.CountBy(static file => Path.GetExtension(file)).Select(static kind => $"{kind.Value} {kind.Key}"));
            throw new TrainingException(
                $"The folder '{folder}' has {Counted.Of(images.Length, $"{ImageFormats.Readable} image")} and {others.Length} of "
                + $"unsupported formats: {counts} ({Names(folder, others)}). Convert these to PNG{Hint(others)}, or move them elsewhere.");
        }

        if (images.Length == 0)
        {
            string passed = hidden.Length == 0 ? "" : $", except {hidden.Length} in hidden folders ({Names(folder, hidden)})";
            throw new TrainingException(
                $"The folder '{folder}' has no {ImageFormats.Readable} images{passed}. Give .npy and IDX files themselves, not "
                + "their folder.");
        }
    }

    static string Hint(string[] others) => PictureFile.RegisterHint(
        others.Select(ImageFormats.OfExtension).FirstOrDefault(static format => format is not null));

    static void RefuseMixture(string folder, (string Path, string? Class)[] images)
    {
        string[] loose = [.. images.Where(static image => image.Class is null).Select(static image => image.Path)];
        string[] classes = [.. images.Select(static image => image.Class).OfType<string>().Distinct()];
        if (loose.Length > 0 && classes.Length > 0)
        {
            throw new TrainingException(
                $"The folder '{folder}' has {Counted.Of(loose.Length, "image")} directly in it ({Names(folder, loose)}) beside "
                + $"{Counted.Of(classes.Length, "subfolder")} of images ({Listed(classes)}), so it is unclear whether the subfolders are "
                + "classes. Move the loose images into a subfolder for each class, or give each folder separately for images without "
                + "classes.");
        }

        if (classes.Length > 0 && Subfolders(folder).Except(classes).ToArray() is { Length: > 0 } empty)
        {
            throw new TrainingException(
                $"The folder '{folder}' has a subfolder for each class, and {Listed(empty)} {(empty.Length == 1 ? "has" : "have")} no "
                + $"{ImageFormats.Readable} images. Add images, or delete the empty class.");
        }
    }

    static IEnumerable<string> Subfolders(string folder) =>
        Directory.GetDirectories(folder).Select(static place => Path.GetFileName(place)).Where(static name => !IsHidden(name));

    static IEnumerable<string> NotesOn(string folder, string[] others, string[] hidden)
    {
        if (others.Length > 0)
        {
            string what = others.Length == 1
                ? $"1 file of '{folder}' is not an image and was"
                : $"{others.Length} files of '{folder}' are not images and were";
            yield return $"{what} ignored: {Names(folder, others)}.";
        }

        if (hidden.Length > 0)
        {
            string what = $"{Counted.Of(hidden.Length, "image")} in hidden folders of '{folder}' {(hidden.Length == 1 ? "was" : "were")}";
            yield return $"{what} ignored: {Names(folder, hidden)}.";
        }
    }

    static string Names(string folder, string[] files) => Listed([.. files.Select(file => Path.GetRelativePath(folder, file))]);

    static string Listed(string[] names) => $"{string.Join(", ", names.Order(StringComparer.Ordinal).Take(Shown))}"
        + $"{(names.Length > Shown ? ", …" : "")}";
}
