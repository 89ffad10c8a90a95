using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

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

/// <summary>What <c>run.json</c> says: everything that is needed to understand a run, to go on with it, or to repeat it.</summary>
[JsonDerivedType(typeof(GanRunRecord), "gan")]
[JsonDerivedType(typeof(CycleGanRunRecord), "cyclegan")]
[JsonDerivedType(typeof(SiameseRunRecord), "siamese")]
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
public abstract record RunRecord
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

    /// <summary>
    /// The time spent training, measuring and writing included, in seconds; the pause between a stop and a resumption is not part of it.
    /// Null for runs of versions that did not record it.
    /// </summary>
    public double? TrainingSeconds { get; init; }

    /// <summary>Steps to do in all.</summary>
    [JsonIgnore]
    public abstract int Steps { get; }

    /// <summary>Steps between two pictures.</summary>
    public int SampleEvery { get; init; }

    /// <summary>Steps between two checkpoints.</summary>
    public int CheckpointEvery { get; init; }

    /// <summary>The machine and the versions.</summary>
    public required MachineRecord Machine { get; init; }

    /// <summary>All data that it uses.</summary>
    [JsonIgnore]
    public abstract IReadOnlyList<DataRecord> Datasets { get; }

    /// <summary>Gets the columns of <c>losses.csv</c>.</summary>
    internal abstract StepColumns Columns { get; }
}

/// <summary>Which data a run used.</summary>
/// <param name="Source">The name, file or folder.</param>
/// <param name="Count">The number of items.</param>
/// <param name="Shape">The shape of one, such as [1, 32, 32] for a grey image and [2] for a point.</param>
/// <param name="Checksum">The beginning of a SHA-256 over the numbers.</param>
public sealed record DataRecord(
    string Source, int Count, [property: JsonConverter(typeof(ValueListConverter<int>))] ValueList<int> Shape, string Checksum)
{
    /// <summary>What was changed or passed over when they were loaded; see <see cref="Dataset.Notes"/>.</summary>
    [JsonConverter(typeof(ValueListConverter<string>))]
    public ValueList<string> Notes { get; init; } = [];

    /// <summary>The record of a data set.</summary>
    public static DataRecord Of(Dataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        ValueList<int> shape = [.. Enumerable.Range(1, data.Items.Rank - 1).Select(i => data.Items.Shape[i])];
        return new DataRecord(data.Source, data.Count, shape, Sum(data.Items)) { Notes = [.. data.Notes] };
    }

    /// <summary>Refuses other data than those of a run that goes on.</summary>
    /// <exception cref="TrainingException">They are other data.</exception>
    public void CheckSame(Dataset data)
    {
        // Notes may differ, as where a file was added that is no image.
        if (Of(data) is var given && (given with { Notes = Notes }) != this)
        {
            throw new TrainingException($"The run was trained on {this}, and this is {given}. Bring the data back, or start a new run.");
        }
    }

    /// <summary>The data in words.</summary>
    public override string ToString() => $"{Count} items of shape {Shape} of '{Source}' (checksum {Checksum})";

    static string Sum(Tensor items)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.Append(items.Contiguous().AsReadOnlySpan<float>());
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}

/// <summary>How data were loaded: the arguments of <see cref="ImageDataset.Load"/>, or <c>ring</c> for a <see cref="GaussianRing"/>.</summary>
/// <param name="Sources">Names, files and folders, by their full paths.</param>
/// <param name="Size">The size that they were resized to.</param>
/// <param name="Range">What the numbers in files of floats mean.</param>
public sealed record DataArguments(
    [property: JsonConverter(typeof(ValueListConverter<string>))] ValueList<string> Sources, int? Size, ImageRange? Range)
{
    /// <summary>The grey on which transparent pixels are laid, from 0 for black to 1 for white.</summary>
    public double Background { get; init; } = 1;

    /// <summary>The arguments, with paths that hold from anywhere.</summary>
    /// <inheritdoc cref="ImageDataset.Load" path="/param"/>
    public static DataArguments Of(IReadOnlyList<string> sources, int? size, ImageRange? range, double background = 1) =>
        new([.. sources.Select(static source => !IsBuiltIn(source) && Path.Exists(source) ? Path.GetFullPath(source) : source)], size, range)
        {
            Background = background,
        };

    /// <summary>Whether a source is a name of data that Criterion brings along, which no file or folder replaces.</summary>
    internal static bool IsBuiltIn(string source) => source is ImageDataset.FashionMnistName or GaussianRing.Name;

    /// <summary>Loads images, for what takes no points.</summary>
    /// <inheritdoc cref="ImageDataset.Load" path="/exception"/>
    public ImageDataset LoadImages() => ImageDataset.Load(Sources, Size, Range, Background);

    /// <summary>Loads them.</summary>
    /// <inheritdoc cref="ImageDataset.Load" path="/exception"/>
    public Dataset Load() => Sources is not [GaussianRing.Name] ? LoadImages()
        : Size is null && Range is null && Background == 1 ? new GaussianRing().Draw()
        : throw new TrainingException($"'{GaussianRing.Name}' is points, which have no size in pixels, no range and no background. Leave these out.");
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
