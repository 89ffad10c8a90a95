using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// The networks of the recipes, which options describe completely: <see cref="ImageNetworks"/> or <see cref="PointNetworks"/>.
/// </summary>
public abstract record RecipeNetworks : GanNetworks
{
    /// <summary>Initializes the networks.</summary>
    /// <param name="width">The channels or units of a hidden layer.</param>
    /// <param name="latent">The size of a latent.</param>
    /// <param name="discriminatorNorm">
    /// The normalisation of the discriminator's hidden layers; not batch norm with a gradient penalty.
    /// </param>
    private protected RecipeNetworks(int width, int latent, DiscriminatorNorm discriminatorNorm)
        : base(latent) => (Width, DiscriminatorNorm) = (width, discriminatorNorm);

    /// <summary><inheritdoc cref="RecipeNetworks(int, int, DiscriminatorNorm)" path="/param[@name='discriminatorNorm']/node()"/></summary>
    public DiscriminatorNorm DiscriminatorNorm { get; init; }

    /// <summary><inheritdoc cref="RecipeNetworks(int, int, DiscriminatorNorm)" path="/param[@name='width']/node()"/></summary>
    public int Width { get; init => field = Within(value, 1, 1024, nameof(Width)); }

    /// <summary>Gets the kind of output of the discriminator.</summary>
    public DiscriminatorOutput DiscriminatorOutput { get; init; }

    /// <summary>Gets how the networks learn classes. Default: by the class loss, if there are any.</summary>
    public ClassConditioning Conditioning { get; init; }

    /// <summary>Builds the generator: latents <c>[N, Latent + Classes, 1, 1]</c> to samples.</summary>
    /// <param name="random">The stream of the initial weights.</param>
    public abstract override Sequential Generator(RandomStream random);

    /// <inheritdoc/>
    public abstract override Sequential Discriminator(RandomStream random);

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
}
