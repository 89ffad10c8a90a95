using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Criterion.Formats;

namespace Criterion.Training;

/// <summary>The state of a training after a step.</summary>
/// <remarks>
/// On disk it is a <c>.safetensors</c> file whose metadata holds the version of the layout, the step, the record of the run, and a SHA-256
/// over all of these with names, shapes and values. It is written under another name, flushed to disk and renamed, so it is either complete
/// or absent.
/// </remarks>
public sealed record Checkpoint
{
    const string Version = "2";

    /// <summary>Initializes the checkpoint.</summary>
    /// <param name="step">The number of steps that are done.</param>
    /// <param name="state">Everything that steps change, as tensors by name.</param>
    public Checkpoint(long step, IReadOnlyDictionary<string, Tensor> state) => (Step, State) = (step, state);

    /// <summary><inheritdoc cref="Checkpoint(long, IReadOnlyDictionary{string, Tensor})" path="/param[@name='step']/node()"/></summary>
    public long Step { get; init; }

    /// <summary><inheritdoc cref="Checkpoint(long, IReadOnlyDictionary{string, Tensor})" path="/param[@name='state']/node()"/></summary>
    public IReadOnlyDictionary<string, Tensor> State { get; init; }

    /// <summary>Gets the record of the run with all options, as <see cref="RunJson"/> writes it; empty for none.</summary>
    public string Run { get; init; } = "";

    /// <summary>Writes the checkpoint.</summary>
    public void Write(string path) => Safetensors.Write(path, State, new OrderedDictionary<string, string>
    {
        ["criterion_checkpoint"] = Version,
        ["step"] = Step.ToString(CultureInfo.InvariantCulture),
        ["run"] = Run,
        ["sha256"] = Checksum(),
    });

    /// <summary>Reads and verifies a checkpoint.</summary>
    /// <exception cref="CheckpointException">The file is incomplete, altered, of another version, or not a checkpoint.</exception>
    public static Checkpoint Read(string path)
    {
        SafetensorsFile file = ReadFile(path);
        string? version = file.Metadata.GetValueOrDefault("criterion_checkpoint");
        if (version != Version)
        {
            throw new CheckpointException(version is null
                ? $"'{path}' is not a checkpoint. Give a file that a training wrote."
                : $"The checkpoint '{path}' has version {version}, but this program reads version {Version}. "
                    + "Resume with the program that wrote it.");
        }

        bool hasStep = long.TryParse(file.Metadata.GetValueOrDefault("step"), CultureInfo.InvariantCulture, out long step);
        Checkpoint checkpoint = new(step, file.Tensors) { Run = file.Metadata.GetValueOrDefault("run", "") };
        return hasStep && checkpoint.Checksum() == file.Metadata.GetValueOrDefault("sha256")
            ? checkpoint
            : throw new CheckpointException($"The checkpoint '{path}' was altered or damaged: its checksum differs. "
                + "Resume from an earlier checkpoint.");
    }

    static SafetensorsFile ReadFile(string path)
    {
        try
        {
            return Safetensors.Read(path);
        }
        catch (Exception e) when (e is DataFormatException or IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"The checkpoint '{path}' cannot be read: {e.Message}", e);
        }
    }

    string Checksum()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{Version} {Step} {Run}"));
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
