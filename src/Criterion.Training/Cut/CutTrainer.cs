using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// Trains one translator between unpaired sets of images, against a discriminator of its target domain, and with a contrast that gives each
/// patch of a translation the content of the patch of the image at the same position. Images of the target domain are translated as well,
/// and contrasted with themselves, so that the translator leaves them as they are.
/// </summary>
/// <remarks>
/// <para>One step updates the discriminator, then the translator and the heads through the frozen discriminator.</para>
/// <para>
/// Source: Park, Efros, Zhang, Zhu, Contrastive learning for unpaired image-to-image translation, 2020. The weights are those of the
/// paper's equation 5; the authors' code halves the sum of both contrasts.
/// </para>
/// </remarks>
public sealed class CutTrainer : Trainer<CutStep>
{
    readonly CutNetworks _networks;
    readonly CutOptions _options;
    readonly (ImageDataset Images, BatchSampler Sampler) _a;
    readonly (ImageDataset Images, BatchSampler Sampler) _b;
    readonly RandomStream _positions;
    readonly RandomStream _flips;
    readonly Augmenter _augmenter;
    readonly PatchContrast _contrast;
    readonly TrainedNetworks _translator;
    readonly TrainedNetworks _discriminator;

    /// <summary>Creates a trainer at step 0.</summary>
    /// <param name="networks">The networks.</param>
    /// <param name="a">The images of domain A.</param>
    /// <param name="b">The images of domain B, of the same size and channels.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="TrainingException">An option is out of range, or the images of both domains differ in size or channels.</exception>
    public CutTrainer(CutNetworks networks, ImageDataset a, ImageDataset b, CutOptions options)
        : base(
            Checked(networks, a, b, options).OnNan,
            ("translator", networks.Translator),
            ("heads", networks.Heads),
            ("discriminator", networks.Discriminator))
    {
        (_networks, _options) = (networks, options);
        RandomStream random = new(options.Seed);
        _a = (a, new BatchSampler(a.Count, options.BatchSize, random.Fork(11)));
        _b = (b, new BatchSampler(b.Count, options.BatchSize, random.Fork(12)));
        _positions = random.Fork(13);
        _flips = random.Fork(14);
        _augmenter = new(options.Augment, random.Fork(15));
        _contrast = new(networks, options.Temperature);
        _translator = new([("translator", networks.Translator), ("heads", networks.Heads)], options.Optimizer);
        _discriminator = new(networks.Discriminator, options.Optimizer);
    }

    private protected override IEnumerable<(string Name, IStateful Part)> Parts =>
    [
        ("data_a", _a.Sampler), ("data_b", _b.Sampler), ("positions", _positions), ("flips", _flips), ("augmentation", _augmenter),
        ("translator", _translator), ("discriminator", _discriminator),
    ];

    private protected override CutStep TrainStep()
    {
        _translator.RateFactor = _discriminator.RateFactor = _options.RateAt(StepsDone);
        _translator.Train();
        _discriminator.Train();
        Tensor a = _a.Images.Batch(_a.Sampler.Next());
        Tensor b = _b.Images.Batch(_b.Sampler.Next());
        Tensor sources = _options.IdentityWeight > 0 ? Tensor.Cat([a, b]) : a;
        bool isFlipped = _options.FlipEquivariance && _flips.NextDouble() < 0.5;
        Tensor translated = _translator.Forward(isFlipped ? sources.Flip(3) : sources);
        Batch batch = new(b, sources, translated, translated[..a.Shape[0]], isFlipped);
        CutStep row = TrainDiscriminator(batch);
        _discriminator.Freeze();
        return TrainTranslator(batch, row);
    }

    CutStep TrainDiscriminator(Batch batch)
    {
        (Tensor real, Tensor fake) = (Scores(batch.Real), Scores(batch.Fake.Detach()));
        Tensor loss = _options.Objective.Discriminator(real, fake);
        CutStep row = new() { Discriminator = Finite(loss.Item(), "loss of the discriminator", batch) };
        Finite(_discriminator.Differentiate(loss), "gradient of the discriminator", batch);
        _discriminator.Update();
        _augmenter.Observe(_options.Objective, real, fake);
        return row with { Augmentation = _augmenter.Probability };
    }

    CutStep TrainTranslator(Batch batch, CutStep row)
    {
        int count = batch.Fake.Shape[0];
        Tensor adversarial = _options.Objective.Generator(
            Scores(batch.Fake), _options.Objective.NeedsReal ? Scores(batch.Real) : null);
        Tensor contrasts = _contrast.Forward(batch.Sources, batch.Translated, Positions, batch.IsFlipped);
        Tensor contrast = contrasts[..count].Mean() * _options.ContrastWeight;
        Tensor? identity = _options.IdentityWeight > 0 ? contrasts[count..].Mean() * _options.IdentityWeight : null;
        row = row with
        {
            Adversarial = Finite(adversarial.Item(), "adversarial loss", batch),
            Contrast = Finite(contrast.Item(), "contrast of patches", batch),
            Identity = identity is null ? 0 : Finite(identity.Item(), "contrast of images of B", batch),
        };
        Tensor loss = adversarial + contrast;
        double norm = Finite(_translator.Differentiate(identity is null ? loss : loss + identity), "gradient of the translator", batch);
        _translator.Update();
        return row with { TranslatorGradientNorm = norm };
    }

    // One draw for a layer serves all images of the batch, as in the authors' code.
    Tensor Positions(int count) => Tensor.Permutation(count, _positions)[..Math.Min(count, _options.Patches)];

    // Each call draws new transforms.
    Tensor Scores(Tensor images) => _discriminator.Forward(_augmenter.Apply(images));

    double Finite(double value, string what, Batch batch) => Finite(
        value,
        what,
        (Networks: _networks, Batch: batch),
        static state => new NanSearch().Add("images of A and B", state.Batch.Sources).Add("images of B", state.Batch.Real)
            .Add("translator", state.Networks.Translator).Add("translations", state.Batch.Translated)
            .Add("heads", state.Networks.Heads).Add("discriminator", state.Networks.Discriminator));

    static CutOptions Checked(CutNetworks networks, ImageDataset a, ImageDataset b, CutOptions options)
    {
        ArgumentNullException.ThrowIfNull(networks);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        UnpairedImages.CheckAlike(nameof(CutTrainer), a, b);
        return options;
    }

    /// <summary>The images of B, all that were translated, their translations, and those of images of A.</summary>
    sealed record Batch(Tensor Real, Tensor Sources, Tensor Translated, Tensor Fake, bool IsFlipped);
}
