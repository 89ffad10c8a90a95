using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Criterion.Formats;

namespace Criterion.Formats;

/// <summary>The state of a training after a step, from which it resumes with bit-identical results.</summary>
/// <remarks>
/// On disk it is a <c>.safetensors</c> file whose metadata holds the version of the layout, the step, the text about the run, the names of
/// the parts, and a SHA-256 over all of these with names, shapes and values. It is written under another name, flushed to disk and renamed,
/// so it is either complete or absent.
/// </remarks>
/// <example><code>
/// long step = File.Exists(path) ? Checkpoint.Read(path, ("model", model), ("optimizer", optimizer), ("random", RandomStream.Default)) : 0;
/// while (step &lt; 1000)
/// {
///     // … one step …
///     Checkpoint.Write(path, ++step, ("model", model), ("optimizer", optimizer), ("random", RandomStream.Default));
/// }
/// </code></example>
public sealed record Checkpoint
{
    const string Version = "3";
    const string VersionName = "criterion_checkpoint";

    /// <summary>Initializes a checkpoint.</summary>
    /// <param name="step">The number of steps that are done; must be 0 or more.</param>
    /// <param name="state">Everything that steps change, as tensors by name.</param>
    public Checkpoint(long step, IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        (Step, State) = (step, state);
    }

    /// <summary>Gets the number of steps that are done.</summary>
    public long Step
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(Step));
            field = value;
        }
    }

    /// <summary>Gets everything that steps change, as tensors by name: <c>model.0.weight</c> for the part <c>model</c>.</summary>
    public IReadOnlyDictionary<string, Tensor> State { get; init; }

    /// <summary>Gets a text about the run, such as its options as JSON. Default: empty.</summary>
    public string Run { get; init; } = "";

    string Parts => string.Join(", ", StateGroup.PartsOf(State.Keys));

    /// <summary>Writes the states of the parts of a training.</summary>
    /// <param name="path">
    /// The file. A checkpoint of the same parts is replaced, atomically: after a failure the old one is unchanged.
    /// </param>
    /// <param name="step">The number of steps that are done; must be 0 or more.</param>
    /// <param name="parts">The parts with their names, of which none is empty or the beginning of another, as in a and a.b.</param>
    /// <exception cref="ArgumentException">A name is empty, repeated, or the beginning of another.</exception>
    /// <exception cref="CheckpointException">The file exists and is not a checkpoint of the same parts; it is unchanged.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, long step, params ReadOnlySpan<(string Name, IStateful Part)> parts)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Checkpoint checkpoint = new(step, new StateGroup(parts).StateDict());
        checkpoint.CheckReplaced(path);
        checkpoint.Write(path);
    }

    /// <summary>Reads a checkpoint into the parts of a training; the values are copied.</summary>
    /// <remarks>
    /// To read one part alone, such as a model for evaluation, use
    /// <c>model.LoadStateDict(StateGroup.Part(Checkpoint.Read(path).State, "model"))</c>.
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <param name="parts">All parts that were saved, with their names.</param>
    /// <returns>The number of steps that are done.</returns>
    /// <exception cref="CheckpointException">
    /// The file is missing, incomplete, altered, of another version, or not a checkpoint; or parts are missing or unexpected, or a part
    /// refuses its state. Nothing was changed.
    /// </exception>
    public static long Read(string path, params ReadOnlySpan<(string Name, IStateful Part)> parts)
    {
        StateGroup group = new(parts);
        Checkpoint checkpoint = Read(path);
        try
        {
            group.LoadStateDict(checkpoint.State);
        }
        catch (StateDictException e)
        {
            throw new CheckpointException($"The checkpoint '{path}' does not match: {e.Message}", e);
        }

        return checkpoint.Step;
    }

    /// <summary>Writes the checkpoint; an existing file is replaced atomically, whatever it contains.</summary>
    /// <exception cref="IOException">The file cannot be written; the previous content is unchanged.</exception>
    public void Write(string path) => Safetensors.Write(path, State, new OrderedDictionary<string, string>
    {
        [VersionName] = Version,
        ["step"] = Step.ToString(CultureInfo.InvariantCulture),
        ["run"] = Run,
        ["parts"] = Parts,
        ["sha256"] = Checksum(),
    });

    /// <summary>Reads and verifies a checkpoint.</summary>
    /// <exception cref="CheckpointException">
    /// The file is missing, incomplete, altered, of another version, or not a checkpoint.
    /// </exception>
    public static Checkpoint Read(string path)
    {
        SafetensorsFile file = ReadFile(path);
        string? version = file.Metadata.GetValueOrDefault(VersionName);
        if (version != Version)
        {
            throw new CheckpointException(version is null
                ? $"'{path}' is not a checkpoint. Use a file that Checkpoint.Write wrote."
                : $"The checkpoint '{path}' has version {version}, but this program reads version {Version}. "
                    + "Resume with the program that wrote it.");
        }

        bool hasStep = long.TryParse(file.Metadata.GetValueOrDefault("step"), CultureInfo.InvariantCulture, out long step);
        Checkpoint checkpoint = new(Math.Max(0, step), file.Tensors) { Run = file.Metadata.GetValueOrDefault("run", "") };
        return hasStep && checkpoint.Checksum() == file.Metadata.GetValueOrDefault("sha256")
            ? checkpoint
            : throw new CheckpointException($"The checkpoint '{path}' was altered or damaged: its checksum differs. "
                + "Resume from an earlier checkpoint.");
    }

    /// <summary>Throws if a file exists and is not a checkpoint of the same parts.</summary>
    void CheckReplaced(string path)
    {
        if (File.Exists(path) && !AtomicFile.IsDevice(Path.GetFullPath(path)) && PartsIn(path) is var parts && parts != Parts)
        {
            string fault = parts is null ? "it is another kind of file, or damaged" : $"its parts are {parts}";
            throw new CheckpointException($"Checkpoint.Write: '{path}' already exists and is not a checkpoint of {Parts}: {fault}. "
                + "Choose another file, or delete it first.");
        }
    }

    /// <summary>Returns the parts of a checkpoint from its header alone; null for another kind of file.</summary>
    static string? PartsIn(string path)
    {
        try
        {
            IReadOnlyDictionary<string, string> metadata = ReadFile(path, static _ => false).Metadata;
            return metadata.ContainsKey(VersionName) ? metadata.GetValueOrDefault("parts") : null;
        }
        catch (CheckpointException e) when (e.InnerException is DataFormatException)
        {
            return null;
        }
    }

    static SafetensorsFile ReadFile(string path, Func<string, bool>? names = null)
    {
        try
        {
            return Safetensors.Read(path, names);
        }
        catch (Exception e) when (e is DataFormatException or IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"The checkpoint '{path}' cannot be read: {e.Message}", e);
        }
    }

    string Checksum()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{Version} {Step} {Run} {Parts}"));
        foreach ((string name, Tensor tensor) in State)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"|{name} {tensor.DType} {tensor.Shape}"));
            Append(hash, tensor.Detach().Contiguous());
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    static void Append(IncrementalHash hash, Tensor tensor)
    {
        switch (tensor.DType)
        {
            case DType.Float32:
                hash.Append(tensor.AsReadOnlySpan<float>());
                break;
            case DType.Float64:
                hash.Append(tensor.AsReadOnlySpan<double>());
                break;
            case DType.Int64:
                hash.Append(tensor.AsReadOnlySpan<long>());
                break;
            case DType.UInt8:
                hash.Append(tensor.AsReadOnlySpan<byte>());
                break;
            default:
                hash.Append(tensor.AsReadOnlySpan<bool>());
                break;
        }
    }
}
