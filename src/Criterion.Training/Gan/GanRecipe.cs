using Criterion.Losses;

namespace Criterion.Training;

/// <summary>A published way to train a GAN, by name.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="Summary">What it is, in a few words.</param>
/// <param name="Options">The paper's settings.</param>
public sealed record GanRecipe(string Name, string Summary, GanOptions Options)
{
    /// <summary>Every recipe, the default first.</summary>
    public static IReadOnlyList<GanRecipe> All { get; } =
    [
        new("dcgan", "Radford et al., 2015: non-saturating loss, batch norm, Adam 2e-4 with betas 0.5 and 0.999", new() { Steps = 3000 }),
        new("wgan-gp", "Gulrajani et al., 2017: Wasserstein loss, gradient penalty 10, 5 critic steps, Adam 1e-4 with betas 0 and 0.9", new()
        {
            Objective = new Wasserstein(),
            Penalty = new GradientPenalty(10),
            DiscriminatorSteps = 5,
            DiscriminatorLearningRate = 1e-4,
            GeneratorLearningRate = 1e-4,
            Beta1 = 0,
            Beta2 = 0.9,
        }),
    ];

    /// <summary>The recipe of that name.</summary>
    /// <exception cref="TrainingException">There is none; the message lists those that there are.</exception>
    public static GanRecipe Find(string name) => All.FirstOrDefault(recipe => recipe.Name == name)
        ?? throw new TrainingException($"There is no recipe '{name}'. There are: {string.Join(", ", All.Select(recipe => recipe.Name))}.");
}
