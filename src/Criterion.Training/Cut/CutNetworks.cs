using Criterion.Nn;

namespace Criterion.Training;

/// <summary>The networks of CUT: a translator, a discriminator of its target domain, and a head for each compared layer.</summary>
public sealed record CutNetworks
{
    /// <summary>Initializes the networks.</summary>
    /// <param name="translator">The translator of images of domain A to B, whose first modules are the encoder.</param>
    /// <param name="discriminator">The discriminator of images of domain B and translated ones.</param>
    /// <param name="heads">
    /// The heads, in the order of the layers: each takes features <c>[.., channels]</c> to those in which patches are compared.
    /// </param>
    /// <param name="layers">
    /// The compared layers, ascending: the number of modules of the translator that lead to each; 0 for the image itself.
    /// </param>
    /// <exception cref="ArgumentException">
    /// There is no layer, their order is another, one is beyond the translator, or there are not as many heads.
    /// </exception>
    public CutNetworks(Sequential translator, Module discriminator, ModuleList<Sequential> heads, ValueList<int> layers)
    {
        ArgumentNullException.ThrowIfNull(translator);
        ArgumentNullException.ThrowIfNull(discriminator);
        ArgumentNullException.ThrowIfNull(heads);
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Count == 0 || layers[0] < 0 || layers[^1] > translator.Count || layers.Zip(layers.Skip(1)).Any(static pair =>
            pair.First >= pair.Second))
        {
            throw new ArgumentException(
                $"CutNetworks: the layers must ascend from 0 to {translator.Count}, the number of modules, but are {layers}. Name each by "
                + "the number of modules that lead to it.", nameof(layers));
        }

        if (heads.Count != layers.Count)
        {
            throw new ArgumentException($"CutNetworks: {Counted.Of(layers.Count, "layer")} need as many heads, but there are "
                + $"{heads.Count}. Add one for each layer.", nameof(heads));
        }

        (Translator, Discriminator, Heads, Layers) = (translator, discriminator, heads, layers);
    }

    /// <summary>
    /// <inheritdoc
    /// cref="CutNetworks(Sequential, Module, ModuleList{Sequential}, ValueList{int})" path="/param[@name='translator']/node()"/>
    /// </summary>
    public Sequential Translator { get; }

    /// <summary>
    /// <inheritdoc
    /// cref="CutNetworks(Sequential, Module, ModuleList{Sequential}, ValueList{int})" path="/param[@name='discriminator']/node()"/>
    /// </summary>
    public Module Discriminator { get; }

    /// <summary>
    /// <inheritdoc cref="CutNetworks(Sequential, Module, ModuleList{Sequential}, ValueList{int})" path="/param[@name='heads']/node()"/>
    /// </summary>
    public ModuleList<Sequential> Heads { get; }

    /// <summary>
    /// <inheritdoc cref="CutNetworks(Sequential, Module, ModuleList{Sequential}, ValueList{int})" path="/param[@name='layers']/node()"/>
    /// </summary>
    public ValueList<int> Layers { get; }

    /// <summary>
    /// Builds networks with the architecture of the paper. Heads are two linear layers with a ReLU between them; their sizes follow from
    /// the translator, so that no parameter appears only with the first batch.
    /// </summary>
    /// <param name="translator">The architecture of the translator.</param>
    /// <param name="discriminator">The architecture of the discriminator.</param>
    /// <param name="random">The stream of the initial weights.</param>
    /// <param name="headWidth">The units of each layer of the heads. Default: 256, as in the paper.</param>
    /// <exception cref="ArgumentOutOfRangeException">The width is below 1.</exception>
    public static CutNetworks Build(
        ResnetTranslator translator, PatchDiscriminator discriminator, RandomStream random, int headWidth = 256)
    {
        ArgumentNullException.ThrowIfNull(translator);
        ArgumentNullException.ThrowIfNull(discriminator);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(headWidth, 1);
        RandomStream ofHeads = random.Fork(3);
        return new(
            translator.Build(random.Fork(1)),
            discriminator.Build(random.Fork(2)),
            [.. translator.EncoderLayers.Select(layer => Head(layer.Channels, headWidth, ofHeads))],
            [.. translator.EncoderLayers.Select(static layer => layer.Modules)]);
    }

    static Sequential Head(int channels, int width, RandomStream random) =>
    [
        WeightInit.Normal(new Linear(channels, width, random: random), random),
        new ReLU(),
        WeightInit.Normal(new Linear(width, width, random: random), random),
    ];
}
