using System.Text.Json.Serialization;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>A network that translates an image to its counterpart: the generator of a training on pairs of images.</summary>
[JsonDerivedType(typeof(UnetTranslator), "unet")]
[JsonDerivedType(typeof(SuperResolver), "super-resolution")]
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
public abstract record PairedTranslator
{
    private protected PairedTranslator(int channels, int width) => (Channels, Width) = (channels, width);

    /// <summary>Gets the channels of the images: 1 for grey, 3 for colour.</summary>
    public int Channels { get; init; }

    /// <summary>Gets the channels of the first layer.</summary>
    public int Width { get; init; }

    /// <summary>Builds the network: <c>[N, C, H, W]</c>, values in [−1, 1], to images in the same range.</summary>
    /// <param name="random">The stream of the initial weights and of dropout.</param>
    public abstract Sequential Build(RandomStream random);

    /// <summary>Returns the network with the options that follow from the size of the input, where they are not set.</summary>
    internal abstract PairedTranslator For(Size2 input);

    /// <summary>Refuses pairs whose target has another size than the output.</summary>
    /// <exception cref="TrainingException">The sizes do not fit the network.</exception>
    internal abstract void CheckFits(Size2 input, Size2 target);
}
