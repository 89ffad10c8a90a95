using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>The weights of a trained translator in the folder of a run.</summary>
internal static class TranslatorFile
{
    /// <summary>The file of a translator that learns from pairs.</summary>
    public const string OfPairs = "translator.safetensors";

    /// <summary>The file of the translator of images of domain A.</summary>
    public const string AToB = "a-to-b.safetensors";

    /// <summary>The file of the translator of images of domain B.</summary>
    public const string BToA = "b-to-a.safetensors";

    /// <summary>Writes a translator.</summary>
    public static void Write(RunFolder folder, string name, Module translator) =>
        folder.WriteFile(name, path => Safetensors.Write(path, translator.StateDict()));

    /// <summary>Reads a translator, in evaluation mode.</summary>
    /// <param name="folder">The folder of a run.</param>
    /// <param name="name">The name of the file.</param>
    /// <param name="translator">A translator of the same architecture, which gets the weights.</param>
    /// <exception cref="TrainingException">The file is missing.</exception>
    /// <exception cref="DataFormatException">The file is damaged.</exception>
    public static Sequential Read(string folder, string name, Sequential translator)
    {
        string file = Path.Combine(folder, name);
        translator.LoadStateDict(File.Exists(file)
            ? Safetensors.Read(file).Tensors
            : throw new TrainingException($"There is no '{file}': the run is unfinished. Resume it first."));
        return translator.Eval();
    }
}
