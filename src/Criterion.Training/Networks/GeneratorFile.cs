using System.Globalization;
using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// Writes and reads trained generators: safetensors with the names and layouts of PyTorch, from which the network is rebuilt.
/// </summary>
public static class GeneratorFile
{
    /// <summary>The name of the file in a run folder.</summary>
    public const string Name = "generator.safetensors";

    const string Architecture = "architecture";
    const string DcganName = "dcgan";
    const string StyleGan2Name = "stylegan2";
    const string R3GanName = "r3gan";
    const string PointsName = "points";
    const string CustomName = "custom";
    const string ProgramName = "program";
    const string SizeName = "size";
    const string ChannelsName = "channels";
    const string WidthName = "width";
    const string LatentName = "latent";
    const string ClassCount = "classes";
    const string ConditioningName = "conditioning";

    /// <summary>
    /// Writes weights and running statistics. The metadata describe the network. Where the shapes of the weights do as well, those are read
    /// back.
    /// </summary>
    public static void Write(string path, GanNetworks network, Module generator)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(generator);
        OrderedDictionary<string, string> metadata = new() { [Architecture] = NameOf(network) };
        if (network is CustomNetworks { Program: { } program })
        {
            metadata[ProgramName] = program;
        }

        if (network is ImageNetworks images)
        {
            Note(SizeName, images.Size);
            Note(ChannelsName, images.Channels);
        }

        if (network is RecipeNetworks recipe)
        {
            Note(WidthName, recipe.Width);
            if (recipe.Conditioning != ClassConditioning.None)
            {
                metadata[ConditioningName] = ValueText.Word(recipe.Conditioning);
            }
        }

        Note(LatentName, network.Latent);
        Note(ClassCount, network.Classes);
        Safetensors.Write(path, generator.StateDict(), metadata);

        void Note(string name, int value) => metadata[name] = value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Rebuilds a generator of a recipe.</summary>
    /// <exception cref="TrainingException">The file is not a generator of Criterion.</exception>
    /// <exception cref="CustomPartException">A program defines the network: load the weights into it there.</exception>
    /// <exception cref="DataFormatException">The file is damaged or not safetensors.</exception>
    public static (GanNetworks Network, Sequential Generator) Read(string path)
    {
        SafetensorsFile file = Safetensors.Read(path);
        if (file.Metadata.GetValueOrDefault(Architecture) == CustomName)
        {
            throw CustomPartException.Of("networks", file.Metadata.GetValueOrDefault(ProgramName));
        }

        RecipeNetworks network = Describe(file) ?? throw new TrainingException(
            $"'{path}' is not a generator of Criterion. Give the folder of a run of a GAN, or its {Name}.");
        Sequential generator = network.Generator(new RandomStream(0));
        generator.LoadStateDict(file.Tensors);
        return (network, generator);
    }

    static string NameOf(GanNetworks network) => network switch
    {
        Dcgan => DcganName,
        StyleGan2 => StyleGan2Name,
        R3Gan => R3GanName,
        PointNetworks => PointsName,
        _ => CustomName,
    };

    /// <summary>
    /// Returns the networks of given weights. The sizes come from the shapes, so a file cannot ask for more memory than it has.
    /// </summary>
    static RecipeNetworks? Describe(SafetensorsFile file)
    {
        // Files of versions without classes lack this entry.
        string text = file.Metadata.GetValueOrDefault(ClassCount, "0");
        int classes = int.TryParse(text, CultureInfo.InvariantCulture, out int count) ? count : -1;
        return classes < 0 ? null : file.Metadata.GetValueOrDefault(Architecture) switch
        {
            DcganName when file.Metadata.GetValueOrDefault(ConditioningName) == ValueText.Word(ClassConditioning.Projection) =>
                Projection(Weights(file, rank: 4), Weights(file, rank: 2), classes),
            DcganName => Images(Weights(file, rank: 4), classes),
            StyleGan2Name => Described(file, classes, static n => new StyleGan2(n[0], n[1], n[2], n[3])),
            R3GanName => Described(file, classes, static n => new R3Gan(n[0], n[1], n[2], n[3])),
            PointsName => Points(Weights(file, rank: 2), classes),
            _ => null,
        };
    }

    static Shape[] Weights(SafetensorsFile file, int rank) =>
        [.. file.Tensors.Values.Where(tensor => tensor.Rank == rank && tensor.Count > 0).Select(static tensor => tensor.Shape)];

    // The kernels are those of a generator without classes, whose gains and biases are [width, classes].
    static Dcgan? Projection(Shape[] kernels, Shape[] conditions, int classes)
    {
        Dcgan? network = Images(kernels, 0);
        return network is not null && classes > 0
            && conditions.SequenceEqual(network.Widths.SelectMany(width => Enumerable.Repeat(new Shape(width, classes), 2)))
                ? network with { Classes = classes, Conditioning = ClassConditioning.Projection }
                : null;
    }

    static Dcgan? Images(Shape[] kernels, int classes)
    {
        if (kernels.Length is < 2 or > 7 || classes >= kernels[0][0])
        {
            return null;
        }

        Dcgan network = new(4 << (kernels.Length - 1), kernels[^1][1], kernels[^1][0], kernels[0][0] - classes) { Classes = classes };
        int[] chain = [kernels[0][0], .. network.Widths, network.Channels];
        return kernels.Select((shape, i) => shape == new Shape(chain[i], chain[i + 1], 4, 4)).All(static fits => fits) ? network : null;
    }

    // The description of a small file could ask for much memory, so the weights must have its shapes before they are created.
    static ImageNetworks? Described(SafetensorsFile file, int classes, Func<int[], ImageNetworks> create)
    {
        ImageNetworks network = create([Number(SizeName), Number(ChannelsName), Number(WidthName), Number(LatentName)]) with
        {
            Classes = classes,
            Conditioning = file.Metadata.GetValueOrDefault(ConditioningName) == ValueText.Word(ClassConditioning.Projection)
                ? ClassConditioning.Projection
                : ClassConditioning.None,
        };
        IEnumerable<Shape> shapes =
            from named in file.Tensors
            where named.Value.Rank > 1 && !named.Key.EndsWith("noise", StringComparison.Ordinal)
            select named.Value.Shape;
        return network.GeneratorWeights.SequenceEqual(shapes) ? network : null;

        int Number(string name) =>
            int.TryParse(file.Metadata.GetValueOrDefault(name), CultureInfo.InvariantCulture, out int number) ? number : 0;
    }

    static PointNetworks? Points(Shape[] weights, int classes) =>
        weights is [var first, var second, var last] && classes < first[1]
        && first[0] == second[1] && second[0] == second[1] && last == new Shape(2, second[0])
            ? new PointNetworks(first[0], first[1] - classes) { Classes = classes }
            : null;
}
