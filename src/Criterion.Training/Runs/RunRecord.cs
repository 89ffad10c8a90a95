using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Criterion.Formats;

namespace Criterion.Training;

/// <summary>The status of a run.</summary>
public enum RunStatus
{
    /// <summary>The run is training, or was killed.</summary>
    Running,

    /// <summary>All steps are done.</summary>
    Finished,

    /// <summary>The run was stopped before its end; its results are written.</summary>
    Stopped,

    /// <summary>An error ended the run.</summary>
    Failed,
}

/// <summary>The content of <c>run.json</c>: everything that is needed to understand, resume or repeat a run.</summary>
[JsonDerivedType(typeof(GanRunRecord), "gan")]
[JsonDerivedType(typeof(CycleGanRunRecord), "cyclegan")]
[JsonDerivedType(typeof(CutRunRecord), "cut")]
[JsonDerivedType(typeof(EmbeddingRunRecord), "embedding")]
[JsonDerivedType(typeof(PairedRunRecord), "paired")]
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
public abstract record RunRecord
{
    /// <summary>Gets the name of the recipe.</summary>
    public required string Recipe { get; init; }

    /// <summary>Gets the status.</summary>
    public RunStatus Status { get; init; }

    /// <summary>Gets the error that ended the run, or null.</summary>
    public string? Error { get; init; }

    /// <summary>Gets the number of steps that are done.</summary>
    public long StepsDone { get; init; }

    /// <summary>Gets the time of the start.</summary>
    public DateTimeOffset Started { get; init; }

    /// <summary>Gets the time of the end; null before.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>
    /// Gets the duration in seconds, measuring and writing included; the pause between a stop and a resumption does not count. Null for
    /// runs of versions that did not record it.
    /// </summary>
    public double? TrainingSeconds { get; init; }

    /// <summary>Gets the number of steps in total.</summary>
    [JsonIgnore]
    public abstract int Steps { get; }

    /// <summary>Gets the steps between two pictures.</summary>
    public int SampleEvery { get; init; }

    /// <summary>Gets the steps between two checkpoints.</summary>
    public int CheckpointEvery { get; init; }

    /// <summary>Gets the event files for TensorBoard that the run writes; null for none.</summary>
    public TensorBoardOptions? TensorBoard { get; init; }

    /// <summary>Gets the machine and the versions.</summary>
    public required MachineRecord Machine { get; init; }

    /// <summary>Gets the data sets that the run uses.</summary>
    [JsonIgnore]
    public abstract IReadOnlyList<DataRecord> Datasets { get; }

    /// <summary>Gets the columns of <c>losses.csv</c>.</summary>
    internal abstract StepColumns Columns { get; }
}

/// <summary>The identity of a data set.</summary>
public sealed record DataRecord
{
    // Stored bytes are hashed as the floats that a training uses, so many items at a time.
    const int PerBlock = 256;

    /// <summary>Initializes the record.</summary>
    /// <param name="source">The name, file or folder.</param>
    /// <param name="count">The number of items.</param>
    /// <param name="shape">The shape of an item, such as [1, 32, 32] for a grey image and [2] for a point.</param>
    /// <param name="checksum">The first 16 hexadecimal digits of a SHA-256 over the values and labels.</param>
    public DataRecord(string source, int count, ValueList<int> shape, string checksum) =>
        (Source, Count, Shape, Checksum) = (source, count, shape, checksum);

    /// <summary><inheritdoc cref="DataRecord(string, int, ValueList{int}, string)" path="/param[@name='source']/node()"/></summary>
    public string Source { get; init; }

    /// <summary><inheritdoc cref="DataRecord(string, int, ValueList{int}, string)" path="/param[@name='count']/node()"/></summary>
    public int Count { get; init; }

    /// <summary><inheritdoc cref="DataRecord(string, int, ValueList{int}, string)" path="/param[@name='shape']/node()"/></summary>
    [JsonConverter(typeof(ValueListConverter<int>))]
    public ValueList<int> Shape { get; init; }

    /// <summary><inheritdoc cref="DataRecord(string, int, ValueList{int}, string)" path="/param[@name='checksum']/node()"/></summary>
    public string Checksum { get; init; }

    /// <summary>Gets the changes that loading made; see <see cref="Dataset.Notes"/>.</summary>
    [JsonConverter(typeof(ValueListConverter<string>))]
    public ValueList<string> Notes { get; init; } = [];

    /// <summary>Gets the names of the classes by their number; see <see cref="ImageDataset.ClassNames"/>.</summary>
    [JsonConverter(typeof(ValueListConverter<string>))]
    public ValueList<string> Classes { get; init; } = [];

    /// <summary>Creates the record of a data set.</summary>
    public static DataRecord Of(Dataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new DataRecord(data.Source, data.Count, data.ItemShape, Sum(data))
        {
            Notes = [.. data.Notes],
            Classes = data is ImageDataset images ? [.. images.ClassNames] : [],
        };
    }

    /// <summary>Refuses data that differ from those of a run that is resumed.</summary>
    /// <exception cref="TrainingException">They differ.</exception>
    public void CheckSame(Dataset data)
    {
        // Notes may differ, for example after a file that is not an image was added.
        if (Of(data) is var given && (given with { Notes = Notes }) != this)
        {
            throw new TrainingException($"The run was trained on {this}, but the data are now {given}. "
                + "Restore the data, or start a new run.");
        }
    }

    /// <summary>Formats the record for messages.</summary>
    public override string ToString() => $"{Counted.Of(Count, "item")} of shape {Shape} of '{Source}' "
        + $"({(Classes.Count == 0 ? "" : $"classes {string.Join(", ", Classes)}; ")}checksum {Checksum})";

    static string Sum(Dataset data)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Tensor part in data.Stored.Split(PerBlock))
        {
            using TensorScope scope = new();
            hash.Append(PixelValues.Signed(part).Contiguous().AsReadOnlySpan<float>());
        }

        if (data.Labels is { } labels)
        {
            hash.Append(labels.Contiguous().AsReadOnlySpan<long>());
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}

/// <summary>
/// The arguments that data are loaded with: those of <c>ImageDataset.Load</c>, or <c>ring</c> for a <see cref="GaussianRing"/>.
/// </summary>
public sealed record DataArguments
{
    /// <summary>Initializes the arguments.</summary>
    /// <param name="sources">The names, files and folders, with full paths.</param>
    /// <param name="size">The side that images are resized to, in pixels; null to keep theirs.</param>
    /// <param name="range">The values of black and white in files of floats.</param>
    public DataArguments(ValueList<string> sources, int? size, ImageRange? range) => (Sources, Size, Range) = (sources, size, range);

    /// <summary><inheritdoc cref="DataArguments(ValueList{string}, int?, ImageRange?)" path="/param[@name='sources']/node()"/></summary>
    [JsonConverter(typeof(ValueListConverter<string>))]
    public ValueList<string> Sources { get; init; }

    /// <summary><inheritdoc cref="DataArguments(ValueList{string}, int?, ImageRange?)" path="/param[@name='size']/node()"/></summary>
    public int? Size { get; init; }

    /// <summary><inheritdoc cref="DataArguments(ValueList{string}, int?, ImageRange?)" path="/param[@name='range']/node()"/></summary>
    public ImageRange? Range { get; init; }

    /// <summary>Gets the grey behind transparent pixels and of borders, from 0 for black to 1 for white. Default: 1.</summary>
    public double Background { get; init; } = 1;

    /// <summary>Gets how images that are not square are resized. Default: Stretch.</summary>
    public ImageFit Fit { get; init; }

    /// <summary>Gets how damaged pictures of a folder are treated. Default: Error.</summary>
    public DamagedImages Damaged { get; init; }

    /// <summary>
    /// Gets the file of the labels of the images, integers <c>[N]</c> in a .npy or IDX file; null for those of folders. Default: null.
    /// </summary>
    public string? Labels { get; init; }

    /// <summary>
    /// Gets the number of images to use, evenly spaced in the data, so that all classes are among them; at least 1. Null for all. Default:
    /// null.
    /// </summary>
    public int? Limit
    {
        get;
        init => field = value is null or >= 1
            ? value
            : throw new TrainingException(
                $"{nameof(DataArguments)}.{nameof(Limit)}: the number of images must be at least 1, but is {value}. Set a positive "
                + "number, or null for all.");
    }

    /// <summary>Creates the arguments, with full paths.</summary>
    /// <param name="sources">The names, files and folders.</param>
    /// <param name="size">The side to resize every image to, in pixels; null to keep its size.</param>
    /// <param name="range">The values of black and white in files of floats; ignored for bytes.</param>
    /// <param name="background">
    /// The grey behind transparent pixels and of borders, from 0 for black to 1 for white. Default: 1.
    /// </param>
    public static DataArguments Of(IReadOnlyList<string> sources, int? size, ImageRange? range, double background = 1) =>
        new([.. sources.Select(FullPath)], size, range)
        {
            Background = background,
        };

    static string FullPath(string source) => !IsBuiltIn(source) && Path.Exists(source) ? Path.GetFullPath(source) : source;

    /// <summary>Returns whether a source is a built-in name, which no file or folder replaces.</summary>
    internal static bool IsBuiltIn(string source) => source is ImageDataset.FashionMnistName or GaussianRing.Name;

    /// <summary>Loads images, where points cannot be used.</summary>
    /// <param name="onProgress">Called after every 32 files. Default: nothing.</param>
    /// <exception cref="TrainingException">
    /// A source is missing, empty or without images, sizes differ, or the labels do not fit the images.
    /// </exception>
    /// <exception cref="DataFormatException">A file is damaged or of another format.</exception>
    public ImageDataset LoadImages(Action<LoadProgress>? onProgress = null)
    {
        ImageDataset images = ImageDataset.Load(Sources, Size, Range, Background, Fit, Damaged, onProgress);
        ImageDataset labelled = Labels is null ? images : images.WithLabelsOf(Labels);
        return Limit is { } limit ? labelled.Evenly(limit) : labelled;
    }

    /// <summary>Loads the data.</summary>
    /// <param name="onProgress">Called after every 32 files. Default: nothing.</param>
    /// <exception cref="TrainingException">A source is missing, empty or without images, or sizes differ.</exception>
    /// <exception cref="DataFormatException">A file is damaged or of another format.</exception>
    public Dataset Load(Action<LoadProgress>? onProgress = null) => Sources is not [GaussianRing.Name] ? LoadImages(onProgress)
        : this == new DataArguments(Sources, null, null) ? new GaussianRing().Draw()
        : throw new TrainingException(
        $"'{GaussianRing.Name}' is a set of points, which have no size in pixels, no range, no background and no limit. Leave these out.");
}

/// <summary>The machine and the versions of a run.</summary>
public sealed record MachineRecord
{
    /// <summary>Initializes the record.</summary>
    /// <param name="criterion">The version of Criterion.</param>
    /// <param name="dotNet">The version of .NET.</param>
    /// <param name="os">The operating system.</param>
    /// <param name="architecture">The architecture of the processor.</param>
    /// <param name="cpus">The processors that the program may use.</param>
    /// <param name="threads">The threads that the run uses.</param>
    /// <param name="vectorBits">The width of SIMD vectors that .NET uses, in bits.</param>
    public MachineRecord(string criterion, string dotNet, string os, string architecture, int cpus, int threads, int vectorBits)
    {
        Criterion = criterion;
        DotNet = dotNet;
        Os = os;
        Architecture = architecture;
        Cpus = cpus;
        Threads = threads;
        VectorBits = vectorBits;
    }

    /// <summary>
    /// <inheritdoc cref="MachineRecord(string, string, string, string, int, int, int)" path="/param[@name='criterion']/node()"/>
    /// </summary>
    public string Criterion { get; init; }

    /// <summary>
    /// <inheritdoc cref="MachineRecord(string, string, string, string, int, int, int)" path="/param[@name='dotNet']/node()"/>
    /// </summary>
    public string DotNet { get; init; }

    /// <summary>
    /// <inheritdoc cref="MachineRecord(string, string, string, string, int, int, int)" path="/param[@name='os']/node()"/>
    /// </summary>
    public string Os { get; init; }

    /// <summary>
    /// <inheritdoc cref="MachineRecord(string, string, string, string, int, int, int)" path="/param[@name='architecture']/node()"/>
    /// </summary>
    public string Architecture { get; init; }

    /// <summary>
    /// <inheritdoc cref="MachineRecord(string, string, string, string, int, int, int)" path="/param[@name='cpus']/node()"/>
    /// </summary>
    public int Cpus { get; init; }

    /// <summary>
    /// <inheritdoc cref="MachineRecord(string, string, string, string, int, int, int)" path="/param[@name='threads']/node()"/>
    /// </summary>
    public int Threads { get; init; }

    /// <summary>
    /// <inheritdoc cref="MachineRecord(string, string, string, string, int, int, int)" path="/param[@name='vectorBits']/node()"/>
    /// </summary>
    public int VectorBits { get; init; }

    /// <summary>Creates the record of this machine.</summary>
    public static MachineRecord Here() => new(
        typeof(Tensor).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
        RuntimeInformation.FrameworkDescription,
        RuntimeInformation.OSDescription,
        $"{RuntimeInformation.ProcessArchitecture}",
        Environment.ProcessorCount,
        Compute.Threads,
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128);
}
