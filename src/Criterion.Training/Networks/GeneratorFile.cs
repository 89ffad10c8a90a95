using System.Globalization;
using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>A trained generator on disk: safetensors with PyTorch's names and layouts, from which the network can be rebuilt.</summary>
public static class GeneratorFile
{
    /// <summary>The name of the file in a run folder.</summary>
    public const string Name = "generator.safetensors";

    const string Architecture = "architecture";
    const string DcganName = "dcgan";
    const string ClassCount = "classes";

    /// <summary>Writes weights and running statistics; what the network was is in the metadata.</summary>
    public static void Write(string path, Dcgan network, Module generator)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(generator);
        Safetensors.Write(path, generator.StateDict(), new OrderedDictionary<string, string>
        {
            [Architecture] = DcganName,
            ["size"] = network.Size.ToString(CultureInfo.InvariantCulture),
            ["channels"] = network.Channels.ToString(CultureInfo.InvariantCulture),
            ["width"] = network.Width.ToString(CultureInfo.InvariantCulture),
            ["latent"] = network.Latent.ToString(CultureInfo.InvariantCulture),
            [ClassCount] = network.Classes.ToString(CultureInfo.InvariantCulture),
        });
    }

    /// <summary>Rebuilds a generator, ready to draw from.</summary>
    /// <exception cref="TrainingException">The file holds no generator of Criterion.</exception>
    /// <exception cref="DataFormatException">The file is damaged or no safetensors.</exception>
    public static (Dcgan Network, Sequential Generator) Read(string path)
    {
        SafetensorsFile file = Safetensors.Read(path);
        Dcgan network = file.Metadata.GetValueOrDefault(Architecture) == DcganName && Describe(file.Tensors, Classes(file)) is { } found
            ? found
            : throw new TrainingException($"'{path}' holds no generator that Criterion made. Give the folder of a run, or its {Name}.");
        Sequential generator = network.Generator(new RandomStream(0));
        generator.LoadStateDict(file.Tensors);
        return (network, generator);
    }

    // Files from before there were classes do not say.
    static int Classes(SafetensorsFile file) => int.TryParse(file.Metadata.GetValueOrDefault(ClassCount, "0"), CultureInfo.InvariantCulture, out int classes) ? classes : -1;

    /// <summary>The network that these weights are of, from their shapes, so that a file can't ask for more memory than it has.</summary>
    static Dcgan? Describe(IReadOnlyDictionary<string, Tensor> tensors, int classes)
    {
        Shape[] kernels = [.. tensors.Values.Where(static tensor => tensor.Rank == 4).Select(static tensor => tensor.Shape)];
        if (kernels.Length is < 2 or > 7 || kernels.Any(static shape => shape.Count == 0) || classes < 0 || classes >= kernels[0][0])
        {
            return null;
        }

        Dcgan network = new(4 << (kernels.Length - 1), kernels[^1][1], kernels[^1][0], kernels[0][0] - classes) { Classes = classes };
        int[] chain = [kernels[0][0], .. network.Widths, network.Channels];
        return kernels.Select((shape, i) => shape == new Shape(chain[i], chain[i + 1], 4, 4)).All(static fits => fits) ? network : null;
    }
}
