using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Criterion.Formats;

namespace Criterion.Training;

/// <summary>The whole state of a training after a step.</summary>
/// <param name="Step">Steps that were done.</param>
/// <param name="State">Everything that changes from step to step: tensors by name.</param>
/// <remarks>
/// On disk it is a <c>.safetensors</c> whose metadata holds the version of the layout, the step, the run's record, and a SHA-256 over all
/// of these with names, shapes and values. It is written under another name, flushed to the disk and renamed, so that it is whole or not there.
/// </remarks>
public sealed record Checkpoint(long Step, IReadOnlyDictionary<string, Tensor> State)
{
    const string Version = "2";

    /// <summary>The run that it is of, with all its options: <see cref="RunJson"/>; empty for none.</summary>
    public string Run { get; init; } = "";

    /// <summary>Writes the checkpoint.</summary>
    public void Write(string path) => Safetensors.Write(path, State, new OrderedDictionary<string, string>
    {
        ["criterion_checkpoint"] = Version,
        ["step"] = Step.ToString(CultureInfo.InvariantCulture),
        ["run"] = Run,
        ["sha256"] = Checksum(),
    });

    /// <summary>Reads a checkpoint and verifies it.</summary>
    /// <exception cref="CheckpointException">It is torn, was altered, is of another version, or is no checkpoint.</exception>
    public static Checkpoint Read(string path)
    {
        SafetensorsFile file = ReadFile(path);
        string? version = file.Metadata.GetValueOrDefault("criterion_checkpoint");
        if (version != Version)
        {
            throw new CheckpointException(version is null
                ? $"'{path}' is no checkpoint."
                : $"The checkpoint '{path}' is of version {version}, and this program reads {Version}. Go on with the program that wrote it.");
        }

        bool hasStep = long.TryParse(file.Metadata.GetValueOrDefault("step"), CultureInfo.InvariantCulture, out long step);
        Checkpoint checkpoint = new(step, file.Tensors) { Run = file.Metadata.GetValueOrDefault("run", "") };
        return hasStep && checkpoint.Checksum() == file.Metadata.GetValueOrDefault("sha256")
            ? checkpoint
            : throw new CheckpointException($"The checkpoint '{path}' is not as it was written: its checksum differs.");
    }

    static SafetensorsFile ReadFile(string path)
    {
        try
        {
            return Safetensors.Read(path);
        }
        catch (Exception e) when (e is DataFormatException or IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"The checkpoint '{path}' can't be read: {e.Message}", e);
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
