using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>A file with the weights of a network that is not part of Criterion: the user downloads it.</summary>
/// <param name="Network">The name of the network in errors.</param>
/// <param name="Name">The published name of the file.</param>
/// <param name="Size">The size of the file, with its unit.</param>
/// <param name="Origin">What the weights are and where the file is published.</param>
internal sealed record PretrainedFile(string Network, string Name, string Size, string Origin)
{
    /// <summary>Gets what to do without the file.</summary>
    public string HowToGet => $"The weights of {Network} are not part of Criterion: download {Name} ({Size}), {Origin}, and give its path.";

    /// <summary>Returns the file of a network of torchvision, trained on ImageNet.</summary>
    public static PretrainedFile OfTorchvision(string network, string name, string size, string weights) =>
        new(network, name, size, $"{weights} of torchvision, from download.pytorch.org/models");

    /// <summary>Loads the weights of a file, <c>.pth</c> or <c>.safetensors</c>, into a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="path">The file.</param>
    /// <param name="unused">The prefix of entries that the network does not have; null if there are none.</param>
    /// <param name="ignoreUnused">Whether to ignore these entries; otherwise they are an error.</param>
    /// <exception cref="TrainingException">The file is missing, or has entries that are not ignored.</exception>
    public T Load<T>(T network, string path, string? unused = null, bool ignoreUnused = false)
        where T : Module
    {
        CheckExists(path);
        List<string> found = [];
        IReadOnlyDictionary<string, Tensor> state = Read(path, name => IsUsed(name, unused, found));
        if (found.Count > 0 && !ignoreUnused)
        {
            throw new TrainingException(
                $"'{path}' also has the classifier of {Network} ({string.Join(", ", found)}), which features do not need. "
                + "Pass ignoreClassifier: true to ignore it.");
        }

        network.LoadStateDict(state);
        return network;
    }

    /// <summary>Throws, with the file to get, if there is no file.</summary>
    public void CheckExists(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
        {
            throw new TrainingException($"There is no file '{path}'. {HowToGet}");
        }
    }

    static IReadOnlyDictionary<string, Tensor> Read(string path, Func<string, bool> names) =>
        Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase)
            ? Safetensors.Read(path, names).Tensors
            : Pth.Read(path, names: names);

    static bool IsUsed(string name, string? unused, List<string> found)
    {
        bool isUsed = unused is null || !name.StartsWith(unused, StringComparison.Ordinal);
        if (!isUsed)
        {
            found.Add(name);
        }

        return isUsed;
    }
}
