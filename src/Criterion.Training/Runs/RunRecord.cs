using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Criterion.Training;

/// <summary>How a run ended, or that it has not.</summary>
public enum RunStatus
{
    /// <summary>It goes on, or was killed.</summary>
    Running,

    /// <summary>It did all its steps.</summary>
    Finished,

    /// <summary>Someone stopped it; what there was is written.</summary>
    Stopped,

    /// <summary>An error ended it.</summary>
    Failed,
}

/// <summary>What <c>run.json</c> says: everything that is needed to understand a run, or to repeat it.</summary>
public sealed record RunRecord
{
    /// <summary>The recipe that the options started from.</summary>
    public required string Recipe { get; init; }

    /// <summary>How it ended.</summary>
    public RunStatus Status { get; init; }

    /// <summary>What went wrong, if anything.</summary>
    public string? Error { get; init; }

    /// <summary>Steps that were done.</summary>
    public long StepsDone { get; init; }

    /// <summary>When it started.</summary>
    public DateTimeOffset Started { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Every option of the training, the seed among them.</summary>
    public required GanOptions Options { get; init; }

    /// <summary>The networks.</summary>
    public required Dcgan Networks { get; init; }

    /// <summary>The data.</summary>
    public required DataRecord Data { get; init; }

    /// <summary>How the data were loaded, so that a run can go on; null for data that were made in memory.</summary>
    public DataArguments? Load { get; init; }

    /// <summary>Steps between two pictures.</summary>
    public int SampleEvery { get; init; }

    /// <summary>Steps between two checkpoints.</summary>
    public int CheckpointEvery { get; init; }

    /// <summary>The machine and the versions.</summary>
    public required MachineRecord Machine { get; init; }
}

/// <summary>Which data a run used.</summary>
/// <param name="Source">The name, file or folder.</param>
/// <param name="Count">The number of images.</param>
/// <param name="Channels">1 for grey, 3 for colour.</param>
/// <param name="Height">Their height.</param>
/// <param name="Width">Their width.</param>
/// <param name="Checksum">The beginning of a SHA-256 over the pixels.</param>
public sealed record DataRecord(string Source, int Count, int Channels, int Height, int Width, string Checksum)
{
    /// <summary>The record of a data set.</summary>
    public static DataRecord Of(ImageDataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new DataRecord(data.Source, data.Count, data.Channels, data.Size.Height, data.Size.Width, Sum(data.Images));
    }

    static string Sum(Tensor images) =>
        Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(images.Contiguous().AsReadOnlySpan<float>())))[..16];
}

/// <summary>How data were loaded: the arguments of <see cref="ImageDataset.Load"/>.</summary>
/// <param name="Sources">Names, files and folders, by their full paths.</param>
/// <param name="Size">The size that they were resized to.</param>
/// <param name="Range">What the numbers in files of floats mean.</param>
public sealed record DataArguments(IReadOnlyList<string> Sources, int? Size, ImageRange? Range)
{
    /// <summary>The arguments, with paths that hold from anywhere.</summary>
    public static DataArguments Of(IReadOnlyList<string> sources, int? size, ImageRange? range) =>
        new([.. sources.Select(static source => Path.Exists(source) ? Path.GetFullPath(source) : source)], size, range);
}

/// <summary>Where a run ran.</summary>
/// <param name="Criterion">The version of this library.</param>
/// <param name="DotNet">The version of .NET.</param>
/// <param name="Os">The operating system.</param>
/// <param name="Architecture">The processor's architecture.</param>
/// <param name="Cpus">Processors that the program may use.</param>
/// <param name="Threads">Threads that it used.</param>
/// <param name="VectorBits">The width of the processor's vectors, as .NET uses them.</param>
public sealed record MachineRecord(
    string Criterion, string DotNet, string Os, string Architecture, int Cpus, int Threads, int VectorBits)
{
    /// <summary>The record of this machine.</summary>
    public static MachineRecord Here() => new(
        typeof(Tensor).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
        RuntimeInformation.FrameworkDescription,
        RuntimeInformation.OSDescription,
        $"{RuntimeInformation.ProcessArchitecture}",
        Environment.ProcessorCount,
        Compute.Threads,
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128);
}
