using System.Globalization;
using Criterion.Formats;

namespace Criterion.Training;

/// <summary>The checkpoints of a run. The last two are kept, so that a complete one remains if the newest is damaged.</summary>
/// <param name="path">The folder; the first checkpoint creates it.</param>
public sealed class CheckpointFolder(string path)
{
    const int Kept = 2;
    const string Pattern = "step-*.safetensors";

    /// <summary>Writes a checkpoint and deletes all but the last two.</summary>
    /// <exception cref="IOException">The disk is full or the folder no longer exists. Earlier checkpoints are untouched.</exception>
    public void Write(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        Directory.CreateDirectory(path);
        checkpoint.Write(Path.Combine(path, $"step-{checkpoint.Step.ToString("D9", CultureInfo.InvariantCulture)}.safetensors"));
        // A process that was killed while writing leaves a temporary file.
        foreach (string old in Newest().Skip(Kept).Concat(Directory.GetFiles(path, ".*.tmp")))
        {
            TryDelete(old);
        }
    }

    // On Windows a file that another program reads cannot be deleted; the next checkpoint tries again.
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

    /// <summary>Reads the newest checkpoint that is complete.</summary>
    /// <param name="warn">Called with a message for each checkpoint that cannot be used.</param>
    /// <exception cref="CheckpointException">There is no complete checkpoint.</exception>
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
                warn?.Invoke($"{e.Message} Trying the previous one.");
            }
        }

        throw new CheckpointException($"There is no checkpoint in '{path}' to resume from. Start again in a new folder.");
    }

    /// <summary>Gets whether no checkpoint was written yet.</summary>
    internal bool IsEmpty => !Newest().Any();

    IEnumerable<string> Newest() => Directory.Exists(path)
        ? Directory.GetFiles(path, Pattern).OrderDescending(StringComparer.Ordinal)
        : [];
}
