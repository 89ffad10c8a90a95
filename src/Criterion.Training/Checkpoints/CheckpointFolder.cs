using System.Globalization;

namespace Criterion.Training;

/// <summary>The checkpoints of a run: the last two are kept, so that one is whole whatever happens to the other.</summary>
/// <param name="path">The folder; it is made with the first checkpoint.</param>
public sealed class CheckpointFolder(string path)
{
    const int Kept = 2;
    const string Pattern = "step-*.safetensors";

    /// <summary>Writes a checkpoint, and then removes those that are older than the last two.</summary>
    /// <exception cref="IOException">The disk is full, or the folder is gone; the checkpoints before are untouched.</exception>
    public void Write(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        Directory.CreateDirectory(path);
        checkpoint.Write(Path.Combine(path, $"step-{checkpoint.Step.ToString("D9", CultureInfo.InvariantCulture)}.safetensors"));
        // A process that was killed while it wrote leaves a file without a name of its own.
        foreach (string old in Newest().Skip(Kept).Concat(Directory.GetFiles(path, ".*.tmp")))
        {
            TryDelete(old);
        }
    }

    // On Windows a file that another program is reading stays; the next checkpoint tries again.
    static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>The newest checkpoint that is whole.</summary>
    /// <param name="warn">Told of each one that can't be used.</param>
    /// <exception cref="CheckpointException">There is none.</exception>
    public Checkpoint Latest(Action<string>? warn = null)
    {
        foreach (string file in Newest())
        {
            try
            {
                return Checkpoint.Read(file);
            }
            catch (CheckpointException e)
            {
                warn?.Invoke($"{e.Message} Trying the one before.");
            }
        }

        throw new CheckpointException($"There is no checkpoint in '{path}' to go on from. Start again in a new folder.");
    }

    /// <summary>Whether no checkpoint was ever written.</summary>
    internal bool IsEmpty => !Newest().Any();

    IEnumerable<string> Newest() => Directory.Exists(path)
        ? Directory.GetFiles(path, Pattern).OrderDescending(StringComparer.Ordinal)
        : [];
}
