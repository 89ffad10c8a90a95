using System.Text.Json.Serialization;
using Criterion.Formats;
using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>The networks of a GAN: a <see cref="Dcgan"/> for images, <see cref="PointNetworks"/> for points.</summary>
[JsonDerivedType(typeof(Dcgan), "dcgan")]
[JsonDerivedType(typeof(PointNetworks), "points")]
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
public abstract record GanNetworks
{
    /// <summary>Initializes the networks.</summary>
    /// <param name="width">The channels or units of a hidden layer.</param>
    /// <param name="latent">The size of a latent.</param>
    /// <param name="discriminatorNorm">
    /// The normalisation of the discriminator's hidden layers; not batch norm with a gradient penalty.
    /// </param>
    protected GanNetworks(int width, int latent, DiscriminatorNorm discriminatorNorm) =>
        (Width, Latent, DiscriminatorNorm) = (width, latent, discriminatorNorm);

    /// <summary><inheritdoc cref="GanNetworks(int, int, DiscriminatorNorm)" path="/param[@name='discriminatorNorm']/node()"/></summary>
    public DiscriminatorNorm DiscriminatorNorm { get; init; }

    /// <summary><inheritdoc cref="GanNetworks(int, int, DiscriminatorNorm)" path="/param[@name='width']/node()"/></summary>
    public int Width { get; init => field = Within(value, 1, 1024, nameof(Width)); }

    /// <summary><inheritdoc cref="GanNetworks(int, int, DiscriminatorNorm)" path="/param[@name='latent']/node()"/></summary>
    public int Latent { get; init => field = CheckedLatent(value); }

    /// <summary>Gets the kind of output of the discriminator.</summary>
    public DiscriminatorOutput DiscriminatorOutput { get; init; }

    /// <summary>Gets the number of classes that condition the generator and that the discriminator predicts; 0 for none.</summary>
    public int Classes { get; init => field = Within(value, 0, 65536, nameof(Classes)); }

    /// <summary>Gets the number of samples in a picture.</summary>
    [JsonIgnore]
    public abstract int SamplesInPicture { get; }

    /// <summary>Builds the generator: latents <c>[N, Latent + Classes, 1, 1]</c> to samples.</summary>
    public abstract Sequential Generator(RandomStream random);

    /// <summary>Builds the discriminator: samples to one number each, <c>[N]</c>; with classes to <c>[N, 1 + Classes]</c>.</summary>
    /// <exception cref="TrainingException">The options are incompatible with these networks.</exception>
    public abstract Sequential Discriminator(RandomStream random);

    /// <summary>Composes a picture of samples, as <see cref="Formats.Png"/> writes it.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="data">The data of the training, if known.</param>
    public abstract Tensor Picture(Tensor samples, Dataset? data = null);

    /// <summary>Draws normal latents, with the classes in turn if there are any.</summary>
    /// <param name="count">The number of samples.</param>
    /// <param name="random">The stream of random numbers.</param>
    /// <returns>The latents, <c>[count, Latent + Classes, 1, 1]</c>.</returns>
    public Tensor Latents(int count, RandomStream random)
    {
        Tensor? labels = Classes == 0 ? null : Tensor.From([.. Enumerable.Range(0, count).Select(i => (long)(i % Classes))], [count]);
        return LatentSampler.Draw(count, Latent, labels, Classes, random);
    }

    /// <summary>Gets whether the discriminator is an auto-encoder.</summary>
    private protected bool IsReconstruction => DiscriminatorOutput is DiscriminatorOutput.AbsoluteError or DiscriminatorOutput.SquaredError;

    /// <summary>Returns the last layers of the discriminator.</summary>
    /// <exception cref="TrainingException">Classes, which need logits, and a probability are both asked for.</exception>
    private protected IEnumerable<Module> End(params Module[] shape) =>
        DiscriminatorOutput != DiscriminatorOutput.Probability ? shape
        : Classes == 0 ? [.. shape, new Sigmoid()]
        : throw new TrainingException(
            "A discriminator that predicts classes needs logits, not a probability. "
                + $"Use another objective than {nameof(ProbabilityGanLoss)}.");

    // The range is declared with the option.
    static int CheckedLatent(int latent)
    {
        GanOptions.Declared[nameof(GanOptions.Latent)].Check(latent, $"{nameof(GanNetworks)}.{nameof(Latent)}");
        return latent;
    }

    private protected static int Within(int value, int low, int high, string name) => value >= low && value <= high
        ? value
        : throw new TrainingException($"{nameof(GanNetworks)}.{name}: the value must be from {low} to {high}, but is {value}. "
            + "Set a value in that range.");
}
