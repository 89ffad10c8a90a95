using Criterion.Losses;

namespace Criterion.Training;

/// <summary>A named set of options from a paper.</summary>
public sealed record GanRecipe
{
    const int Steps = 3000;
    const int PointSteps = 5000;
    const double PointRate = 5;

    // The settings of Gulrajani et al. for critics with a penalty.
    static readonly GanOptions PenalizedCritic = new()
    {
        Objective = new WassersteinGanLoss(),
        Regularizers = [new GradientPenalty(10)],
        DiscriminatorSteps = 5,
        DiscriminatorLearningRate = 1e-4,
        GeneratorLearningRate = 1e-4,
        Beta1 = 0,
        Beta2 = 0.9,
    };

    /// <summary>Initializes the recipe.</summary>
    /// <param name="name">The name, such as <c>wgan-gp</c>.</param>
    /// <param name="summary">The source and the main settings, as one phrase.</param>
    /// <param name="options">The options of the paper.</param>
    public GanRecipe(string name, string summary, GanOptions options) => (Name, Summary, Options) = (name, summary, options);

    /// <summary><inheritdoc cref="GanRecipe(string, string, GanOptions)" path="/param[@name='name']/node()"/></summary>
    public string Name { get; init; }

    /// <summary><inheritdoc cref="GanRecipe(string, string, GanOptions)" path="/param[@name='summary']/node()"/></summary>
    public string Summary { get; init; }

    /// <summary><inheritdoc cref="GanRecipe(string, string, GanOptions)" path="/param[@name='options']/node()"/></summary>
    public GanOptions Options { get; init; }

    /// <summary>Gets the options from which the recipe for points is adapted, if they are not those of images.</summary>
    GanOptions? PointOptions { get; init; }

    /// <summary>Gets all recipes, the default first.</summary>
    public static IReadOnlyList<GanRecipe> All { get; } =
    [
        // Found by measuring: docs/results.md, "The default". On points small batches and high rates lose modes.
        new("dcgan-tuned", "dcgan, tuned for a third of its Fréchet distance in the same time: 6,000 steps of 32 samples, Adam 8e-4 that "
            + "falls to 0 over the second half, average of the generator", new()
        {
            BatchSize = 32,
            LearningRate = 8e-4,
            ConstantShare = 0.5,
            AverageDecay = 0.999,
            Steps = 6000,
        })
        {
            PointOptions = new(),
        },
        new("dcgan", "Radford et al., 2015: non-saturating loss, batch norm, Adam 2e-4 with betas 0.5 and 0.999", new() { Steps = Steps }),
        new("lsgan", "Mao et al., 2016: least squares with targets 0, 1 and 1, otherwise as dcgan", new()
        {
            Objective = new LeastSquaresGanLoss(),
            Steps = Steps,
        }),
        new("wgan", "Arjovsky et al., 2017: Wasserstein loss, weights clipped to 0.01, 5 critic steps, RMSprop 5e-5", new()
        {
            Objective = new WassersteinGanLoss(),
            Clip = new WeightClip(0.01),
            DiscriminatorSteps = 5,
            Optimizer = GanOptimizer.RMSprop,
            DiscriminatorLearningRate = 5e-5,
            GeneratorLearningRate = 5e-5,
        }),
        new(
            "wgan-gp",
            "Gulrajani et al., 2017: Wasserstein loss, gradient penalty 10, 5 critic steps, Adam 1e-4 with betas 0 and 0.9",
            PenalizedCritic),
        new("wgan-lp", "Petzka et al., 2017: wgan-gp with the penalty on slopes above 1 only", PenalizedCritic with
        {
            Regularizers = [new GradientPenalty(10, sided: GradientPenaltyForm.OneSided)],
        }),
        // One discriminator step with rates of 4e-4 and 1e-4, as in Zhang et al., 2018, finds the modes of a ring for
        // some seeds only.
        new("hinge", "Miyato et al., 2018: hinge loss, spectral norm, 5 discriminator steps, Adam 2e-4 with betas 0 and 0.9", new()
        {
            Objective = new HingeGanLoss(),
            DiscriminatorNorm = Training.DiscriminatorNorm.Spectral,
            DiscriminatorSteps = 5,
            Beta1 = 0,
            Beta2 = 0.9,
        }),
        // The penalty is that of the authors' DRAGAN.ipynb. With their Adam, 1e-4 with betas 0.5 and 0.9, it collapses here and in PyTorch,
        // and without layer norm, which Gulrajani et al., 2017, advise beside penalties, its samples stay alike: see docs/results.md.
        new("dragan", "Kodali et al., 2017: non-saturating loss, gradient penalty 10 beside real images; layer norm, otherwise as dcgan "
            + "(their Adam 1e-4 with a beta2 of 0.9 collapses)", new()
        {
            DiscriminatorNorm = Training.DiscriminatorNorm.Layer,
            Regularizers = [new GradientPenalty(10, at: GradientPenaltyPoint.DraganCodeNoise)],
            Steps = Steps,
        }),
        new("ragan", "Jolicoeur-Martineau, 2018: relativistic average logistic loss, otherwise as dcgan", new()
        {
            Objective = new RelativisticAverageLogisticGanLoss(),
            Steps = Steps,
        }),
        new("r3gan", "Huang et al., 2024, as their code for ImageNet at 32x32 begins: relativistic paired logistic loss, R1 and R2 of 0.5, "
            + "average of the generator, Adam 2e-4 with betas 0 and 0.9", new()
        {
            Objective = new RelativisticPairedLogisticGanLoss(),
            // Over 200 million images the authors' schedules go to a tenth of this weight, a quarter of the rate and a beta2 of 0.99.
            Regularizers = [new R1R2Penalty(0.5)],
            Beta1 = 0,
            Beta2 = 0.9,
            AverageDecay = 0.99,
            Steps = Steps,
        }),
        // The authors' R1 of 0.01, for wide networks, lets the slope of this small discriminator grow, and batches of 64 bring no more in a
        // step than batches of 16: see docs/results.md.
        new("stylegan2", "Karras et al., 2020, close to their code for CIFAR-10: networks with styles, non-saturating loss, R1 of 1 in "
            + "every 16th step, average of the generator, batches of 16, Adam 2.5e-3 with betas 0 and 0.99", new()
        {
            Network = GanNetwork.StyleGan2,
            Regularizers = [new(new R1Penalty(1) { AllowBatchCoupling = true }, 16)],
            BatchSize = 16,
            LearningRate = 2.5e-3,
            Beta1 = 0,
            Beta2 = 0.99,
            AverageDecay = 0.99,
            Steps = 5000,
        }),
        new("ebgan", "Zhao et al., 2016: the discriminator is an auto-encoder, its squared error the energy, margin 0.2 (the paper "
            + "tunes it per data set; this is for mean squares of images in -1..1), otherwise as dcgan", new()
        {
            Objective = new EnergyBasedGanLoss(0.2),
            Steps = Steps,
        }),
        new("began", "Berthelot et al., 2017: an auto-encoder with absolute errors, balanced by a controller (gamma 0.7), Adam 1e-4 with "
            + "betas 0.5 and 0.999; unlike theirs with batch norm", new()
        {
            // Without batch norm, as in the paper, this network reconstructs all images as black for a long time.
            Objective = new BoundaryEquilibriumGanLoss(),
            Equilibrium = new(gamma: 0.7),
            DiscriminatorLearningRate = 1e-4,
            GeneratorLearningRate = 1e-4,
            Steps = Steps,
        }),
        new("acgan", "Odena et al., 2016: a generator conditioned on a class, which the discriminator predicts; needs labels", new()
        {
            ClassWeight = 1,
            Steps = Steps,
        }),
    ];

    /// <summary>
    /// Adapts the recipe to the small networks of points: rates five times as high and 5,000 steps, which is a minute, and a weight of 0.1
    /// for gradient penalties, as in the authors' code for such data (Gulrajani et al., gan_toy.py), without layer norm, which loses modes
    /// of a ring. For images the recipe is unchanged.
    /// </summary>
    /// <param name="data">The data of the training.</param>
    public GanRecipe For(Dataset data) => data is PointDataset ? this with { Options = ForPoints(PointOptions ?? Options) } : this;

    /// <summary>Returns the recipe of a name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="TrainingException">There is no such recipe; the message lists all.</exception>
    public static GanRecipe Find(string name) => All.FirstOrDefault(recipe => recipe.Name == name)
        ?? throw new TrainingException($"There is no recipe '{name}'. Choose one of: "
            + $"{string.Join(", ", All.Select(recipe => recipe.Name))}.");

    static GanOptions ForPoints(GanOptions options) => options with
    {
        DiscriminatorLearningRate = PointRate * options.DiscriminatorLearningRate,
        GeneratorLearningRate = PointRate * options.GeneratorLearningRate,
        Regularizers = [.. options.Regularizers.Select(ForPoints)],
        DiscriminatorNorm = options.DiscriminatorNorm == Training.DiscriminatorNorm.Layer ? null : options.DiscriminatorNorm,
        Steps = PointSteps,
    };

    static Regularizer ForPoints(Regularizer regularizer) =>
        regularizer.Penalty is GradientPenalty slope ? regularizer with { Penalty = slope with { Weight = 0.1 } } : regularizer;
}
