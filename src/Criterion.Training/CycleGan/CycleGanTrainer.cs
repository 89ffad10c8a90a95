using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// Trains two translators between unpaired sets of images, each against a discriminator of its target domain, with adversarial, cycle
/// and identity losses, image pools, one optimizer for the translators and one for the discriminators, and a learning rate that is
/// constant first and then falls to 0.
/// </summary>
/// <remarks>
/// <para>One step updates the translators through the frozen discriminators, then the discriminators on pooled images.</para>
/// <para>Source: Zhu, Park, Isola, Efros, Unpaired image-to-image translation using cycle-consistent adversarial networks, 2017.</para>
/// </remarks>
public sealed class CycleGanTrainer : Trainer<CycleStep>
{
    readonly CycleGanNetworks _networks;
    readonly CycleGanOptions _options;
    readonly (ImageDataset Images, BatchSampler Sampler, ImagePool Pool) _a;
    readonly (ImageDataset Images, BatchSampler Sampler, ImagePool Pool) _b;
    readonly Augmenter _augmenterA;
    readonly Augmenter _augmenterB;
    readonly TrainedNetworks _translators;
    readonly TrainedNetworks _discriminators;

    /// <summary>Creates a trainer at step 0.</summary>
    /// <param name="networks">The four networks.</param>
    /// <param name="a">The images of domain A.</param>
    /// <param name="b">The images of domain B, of the same size and channels.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="TrainingException">An option is out of range, or the images of both domains differ in size or channels.</exception>
    public CycleGanTrainer(CycleGanNetworks networks, ImageDataset a, ImageDataset b, CycleGanOptions options)
        : base(
            Checked(networks, a, b, options).OnNan,
            ("a_to_b", networks.AToB),
            ("b_to_a", networks.BToA),
            ("discriminator_a", networks.DiscriminatorA),
            ("discriminator_b", networks.DiscriminatorB))
    {
        (_networks, _options) = (networks, options);
        RandomStream random = new(options.Seed);
        _a = (a, new BatchSampler(a.Count, options.BatchSize, random.Fork(11)), new ImagePool(options.PoolSize, random.Fork(12)));
        _b = (b, new BatchSampler(b.Count, options.BatchSize, random.Fork(13)), new ImagePool(options.PoolSize, random.Fork(14)));
        _augmenterA = new(options.Augment, random.Fork(15));
        _augmenterB = new(options.Augment, random.Fork(16));
        _translators = new([("a_to_b", networks.AToB), ("b_to_a", networks.BToA)], options.Optimizer);
        _discriminators = new([("a", networks.DiscriminatorA), ("b", networks.DiscriminatorB)], options.Optimizer);
    }

    private protected override IEnumerable<(string Name, IStateful Part)> Parts =>
    [
        ("data_a", _a.Sampler), ("data_b", _b.Sampler), ("pool_a", _a.Pool), ("pool_b", _b.Pool),
        ("augmentation_a", _augmenterA), ("augmentation_b", _augmenterB),
        ("translators", _translators), ("discriminators", _discriminators),
    ];

    private protected override CycleStep TrainStep()
    {
        _translators.RateFactor = _discriminators.RateFactor = _options.RateAt(StepsDone);
        _translators.Train();
        _discriminators.Freeze();
        Tensor a = _a.Images.Batch(_a.Sampler.Next());
        Tensor b = _b.Images.Batch(_b.Sampler.Next());
        Batch batch = new(a, b, FakeA: _networks.BToA.Forward(b), FakeB: _networks.AToB.Forward(a));
        CycleStep row = TrainTranslators(batch);
        _discriminators.Train();
        return TrainDiscriminators(batch, row);
    }

    CycleStep TrainTranslators(Batch batch)
    {
        (Tensor a, Tensor b, Tensor fakeA, Tensor fakeB) = batch;
        Tensor adversarial = GeneratorLoss(ScoresB, fakeB, b) + GeneratorLoss(ScoresA, fakeA, a);
        Tensor cycle = _options.Cycle.Forward(_networks.BToA.Forward(fakeB), a, _networks.AToB.Forward(fakeA), b);
        Tensor? identity = _options.Identity?.Forward(_networks.BToA.Forward(a), a, _networks.AToB.Forward(b), b);
        CycleStep row = new()
        {
            Adversarial = Finite(adversarial.Item(), "adversarial loss", batch),
            Cycle = Finite(cycle.Item(), "cycle loss", batch),
            Identity = identity is null ? 0 : Finite(identity.Item(), "identity loss", batch),
        };
        Tensor loss = adversarial + cycle;
        double norm = Finite(_translators.Differentiate(identity is null ? loss : loss + identity), "gradient of the translators", batch);
        _translators.Update();
        return row with { TranslatorGradientNorm = norm };
    }

    CycleStep TrainDiscriminators(Batch batch, CycleStep row)
    {
        (Tensor Real, Tensor Fake) a = (ScoresA(batch.A), ScoresA(_a.Pool.Exchange(batch.FakeA.Detach())));
        (Tensor Real, Tensor Fake) b = (ScoresB(batch.B), ScoresB(_b.Pool.Exchange(batch.FakeB.Detach())));
        Tensor lossA = _options.Objective.Discriminator(a.Real, a.Fake);
        Tensor lossB = _options.Objective.Discriminator(b.Real, b.Fake);
        row = row with
        {
            DiscriminatorA = Finite(lossA.Item(), "loss of discriminator A", batch),
            DiscriminatorB = Finite(lossB.Item(), "loss of discriminator B", batch),
        };
        Finite(_discriminators.Differentiate(lossA + lossB), "gradient of the discriminators", batch);
        _discriminators.Update();
        _augmenterA.Observe(_options.Objective, a.Real, a.Fake);
        _augmenterB.Observe(_options.Objective, b.Real, b.Fake);
        return row with { AugmentationA = _augmenterA.Probability, AugmentationB = _augmenterB.Probability };
    }

    // Each call draws new transforms.
    Tensor ScoresA(Tensor images) => _networks.DiscriminatorA.Forward(_augmenterA.Apply(images));

    Tensor ScoresB(Tensor images) => _networks.DiscriminatorB.Forward(_augmenterB.Apply(images));

    Tensor GeneratorLoss(Func<Tensor, Tensor> scores, Tensor fake, Tensor real) =>
        _options.Objective.Generator(scores(fake), _options.Objective.NeedsReal ? scores(real) : null);

    double Finite(double value, string what, Batch batch) => Finite(
        value,
        what,
        (Networks: _networks, Batch: batch),
        static state => new NanSearch().Add("images of A", state.Batch.A).Add("images of B", state.Batch.B)
            .Add("translator to B", state.Networks.AToB).Add("translator to A", state.Networks.BToA)
            .Add("translations to B", state.Batch.FakeB).Add("translations to A", state.Batch.FakeA)
            .Add("discriminator A", state.Networks.DiscriminatorA).Add("discriminator B", state.Networks.DiscriminatorB));

    static CycleGanOptions Checked(CycleGanNetworks networks, ImageDataset a, ImageDataset b, CycleGanOptions options)
    {
        ArgumentNullException.ThrowIfNull(networks);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        UnpairedImages.CheckAlike(nameof(CycleGanTrainer), a, b);
        return options;
    }

    /// <summary>A batch of each domain with its translations.</summary>
    sealed record Batch(Tensor A, Tensor B, Tensor FakeA, Tensor FakeB);
}
