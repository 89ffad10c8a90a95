using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// Writes and reads trained encoders: safetensors with the names and layouts of PyTorch, from which the network is rebuilt.
/// </summary>
public static class EncoderFile
{
    /// <summary>The name of the file in a run folder.</summary>
    public const string Name = "encoder.safetensors";

    const string Architecture = "architecture";
    const string EmbeddingName = "embedding";

    /// <summary>Writes weights and running statistics.</summary>
    public static void Write(string path, Module encoder)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        Safetensors.Write(path, encoder.StateDict(), new OrderedDictionary<string, string> { [Architecture] = EmbeddingName });
    }

    /// <summary>Rebuilds an encoder in evaluation mode: <c>[N, C, H, W]</c> in [−1, 1] to embeddings <c>[N, D]</c> of length 1.</summary>
    /// <param name="path">The folder of a finished or stopped run, or the file.</param>
    /// <exception cref="TrainingException">The file is missing or has no encoder of Criterion.</exception>
    /// <exception cref="DataFormatException">The file is damaged or not safetensors.</exception>
    public static Sequential Read(string path)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, Name) : path;
        SafetensorsFile read = File.Exists(file)
            ? Safetensors.Read(file)
            : throw new TrainingException(
                $"There is no '{file}'. Give the folder of a finished or stopped run of a Siamese network, or its {Name}.");
        bool isEncoder = read.Metadata.GetValueOrDefault(Architecture) == EmbeddingName;
        EmbeddingNetwork network = isEncoder && EmbeddingNetwork.Of(read.Tensors) is { } found
            ? found
            : throw new TrainingException(
                $"'{file}' is not an encoder of Criterion. Give the folder of a training of embeddings, or its {Name}.");
        Sequential encoder = network.Build(new RandomStream(0));
        encoder.LoadStateDict(read.Tensors);
        encoder.Eval();
        return encoder;
    }
}
