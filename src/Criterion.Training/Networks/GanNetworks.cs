using System.Text.Json.Serialization;
using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>The pair of networks of a GAN: a <see cref="Dcgan"/> for images, a <see cref="PointNetworks"/> for points.</summary>
/// <param name="Width">Channels or units of a hidden layer.</param>
/// <param name="Latent">How many random numbers make a sample.</param>
/// <param name="DiscriminatorNorm">What the discriminator's hidden layers are normalised by: not by batches with a gradient penalty.</param>
[JsonDerivedType(typeof(Dcgan), "dcgan")]
[JsonDerivedType(typeof(PointNetworks), "points")]
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
public abstract record GanNetworks(int Width, int Latent, DiscriminatorNorm DiscriminatorNorm)
{
    /// <inheritdoc cref="GanNetworks"/>
    public int Width { get; init; } = Within(Width, 1, 1024, nameof(Width));

    /// <inheritdoc cref="GanNetworks"/>
    public int Latent { get; init; } = CheckedLatent(Latent);

    /// <summary>What the discriminator says of a sample.</summary>
    public DiscriminatorOutput DiscriminatorOutput { get; init; }

    /// <summary>Classes of samples: the generator is told one, and the discriminator tells them; 0 for none.</summary>
    public int Classes { get; init => field = Within(value, 0, 65536, nameof(Classes)); }

    /// <summary>Samples that make a good picture.</summary>
    [JsonIgnore]
    public abstract int SamplesInPicture { get; }

    /// <summary>The generator: latents <c>[N, Latent + Classes, 1, 1]</c> to samples.</summary>
    public abstract Sequential Generator(RandomStream random);

    /// <summary>The discriminator: samples to one number each, <c>[N]</c>; with classes <c>[N, 1 + Classes]</c>.</summary>
    /// <exception cref="TrainingException">The options ask for what these networks can't be.</exception>
    public abstract Sequential Discriminator(RandomStream random);

    /// <summary>A picture of samples, as <see cref="Formats.Png"/> writes it.</summary>
    /// <param name="samples">What the generator made.</param>
    /// <param name="data">What it was to make, where that is known.</param>
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

    /// <summary>Whether the discriminator is an auto-encoder.</summary>
    private protected bool IsReconstruction => DiscriminatorOutput is DiscriminatorOutput.AbsoluteError or DiscriminatorOutput.SquaredError;

    /// <summary>What the discriminator ends in.</summary>
    /// <exception cref="TrainingException">A probability is asked for beside classes, which are told by logits.</exception>
    private protected IEnumerable<Module> End(params Module[] shape) =>
        DiscriminatorOutput != DiscriminatorOutput.Probability ? shape
        : Classes == 0 ? [.. shape, new Sigmoid()]
        : throw new TrainingException("A discriminator that tells classes says logits. Take an objective of logits in place of ProbabilityBCE.");

    // The range is declared where the option is.
    static int CheckedLatent(int latent)
    {
        GanOptions.Declared[nameof(GanOptions.Latent)].Check(latent, $"{nameof(GanNetworks)}.{nameof(Latent)}");
        return latent;
    }

    private protected static int Within(int value, int low, int high, string name) => value >= low && value <= high
        ? value
        : throw new TrainingException($"{name} must be from {low} to {high}, and is {value}.");
}
