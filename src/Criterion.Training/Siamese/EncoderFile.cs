using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>A trained encoder on disk: safetensors with PyTorch's names and layouts, from which the network can be rebuilt.</summary>
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

    /// <summary>Rebuilds an encoder, ready to use: <c>[N, C, H, W]</c> in [−1, 1] to embeddings <c>[N, D]</c> of length 1.</summary>
    /// <param name="path">The folder of a finished or stopped run, or the file.</param>
    /// <exception cref="TrainingException">There is no encoder of Criterion.</exception>
    /// <exception cref="DataFormatException">The file is damaged or no safetensors.</exception>
    public static Sequential Read(string path)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, Name) : path;
        SafetensorsFile read = File.Exists(file)
            ? Safetensors.Read(file)
            : throw new TrainingException($"There is no '{file}'. Give the folder of a finished or stopped run of train siamese, or its "
                + $"{Name}.");
        EmbeddingNetwork network = read.Metadata.GetValueOrDefault(Architecture) == EmbeddingName && EmbeddingNetwork.Of(read.Tensors) is { } found
            ? found
            : throw new TrainingException($"'{file}' holds no encoder that Criterion made. "
                + $"Give the folder of a run of train siamese, or its {Name}.");
        Sequential encoder = network.Build(new RandomStream(0));
        encoder.LoadStateDict(read.Tensors);
        encoder.Eval();
        return encoder;
    }
}
