using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// Trains a translator on pairs of images with a loss of the pixels, an adversarial loss against a discriminator, and a perceptual loss.
/// </summary>
/// <remarks>
/// <para>One step updates the translator through the frozen discriminator, then the discriminator on the same output.</para>
/// <para>Source: Isola, Zhu, Zhou, Efros, pix2pix, 2017; Ledig et al., SRGAN, 2017.</para>
/// </remarks>
public sealed class PairedTrainer : Trainer<PairedStep>
{
    static readonly L1Loss L1 = new();
    static readonly MSELoss Mse = new();
    static readonly PerceptualLoss Perceptual = new();

    readonly PairedImages _pairs;
    readonly PairedOptions _options;
    readonly BatchSampler _sampler;
    readonly Augmenter _augmenter;
    readonly TrainedNetworks _translator;
    readonly TrainedNetworks _discriminator;
    readonly Func<Tensor, IReadOnlyList<Tensor>>? _features;

    /// <summary>Creates a trainer at step 0.</summary>
    /// <param name="translator">The translator: images of the input to images of the shape of the target.</param>
    /// <param name="discriminator">
    /// The discriminator, of the target's channels, or of those of both images for <see cref="DiscriminatorView.Pair"/>.
    /// </param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="TrainingException">An option is out of range, or the weights of the perceptual loss are missing.</exception>
    public PairedTrainer(Module translator, Module discriminator, PairedImages pairs, PairedOptions options)
        : base(Checked(translator, discriminator, pairs, options).OnNan, ("translator", translator), ("discriminator", discriminator))
    {
        (_pairs, _options) = (pairs, options);
        RandomStream random = new(options.Seed);
        _sampler = new(pairs.TrainingPlaces.Count, options.BatchSize, random.Fork(11));
        _augmenter = new(options.Augment, random.Fork(12));
        _translator = new(translator, options.Optimizer);
        _discriminator = new(discriminator, options.Optimizer);
        _features = options.Perceptual?.Load();
    }

    private protected override IEnumerable<(string Name, IStateful Part)> Parts =>
        [("data", _sampler), ("augmentation", _augmenter), ("translator", _translator), ("discriminator", _discriminator)];

    bool IsPretraining => StepsDone < _options.Pretrain * _options.Steps;

    private protected override PairedStep TrainStep()
    {
        _translator.RateFactor = _discriminator.RateFactor = _options.RateAt(StepsDone);
        _translator.Train();
        _discriminator.Freeze();
        Tensor places = _pairs.TrainingPlaces.IndexSelect(0, _sampler.Next());
        Tensor input = _pairs.Input.Batch(places);
        Batch batch = new(input, _pairs.Target.Batch(places), _translator.Forward(input));
        bool isAdversarial = !IsPretraining && _options.AdversarialWeight > 0;
        PairedStep row = TrainTranslator(batch, isAdversarial);
        return isAdversarial ? TrainDiscriminator(batch, row) : row;
    }

    PairedStep TrainTranslator(Batch batch, bool isAdversarial)
    {
        Tensor pixel = _options.PixelLoss == PixelLoss.L1
            ? L1.Forward(batch.Output, batch.Target)
            : Mse.Forward(batch.Output, batch.Target);
        Tensor? perceptual = IsPretraining ? null : PerceptualOf(batch);
        Tensor? adversarial = isAdversarial ? AdversarialOf(batch) : null;
        PairedStep row = new()
        {
            Pixel = Finite(pixel.Item(), "pixel loss", batch),
            Perceptual = perceptual is null ? 0 : Finite(perceptual.Item(), "perceptual loss", batch),
            Adversarial = adversarial is null ? double.NaN : Finite(adversarial.Item(), "adversarial loss", batch),
            Discriminator = double.NaN,
            Accuracy = double.NaN,
        };
        Tensor loss = pixel * _options.PixelWeight;
        loss = perceptual is null ? loss : loss + (perceptual * _options.PerceptualWeight);
        loss = adversarial is null ? loss : loss + (adversarial * _options.AdversarialWeight);
        double norm = Finite(_translator.Differentiate(loss), "gradient of the translator", batch);
        _translator.Update();
        return row with { TranslatorGradientNorm = norm };
    }

    Tensor? PerceptualOf(Batch batch) =>
        _features is null ? null : Perceptual.Forward(_features(batch.Output), _features(batch.Target));

    Tensor AdversarialOf(Batch batch) => _options.Objective.Generator(
        Scores(batch.Input, batch.Output), _options.Objective.NeedsReal ? Scores(batch.Input, batch.Target) : null);

    PairedStep TrainDiscriminator(Batch batch, PairedStep row)
    {
        _discriminator.Train();
        (Tensor real, Tensor fake) = (Scores(batch.Input, batch.Target), Scores(batch.Input, batch.Output.Detach()));
        Tensor loss = _options.Objective.Discriminator(real, fake);
        row = row with
        {
            Discriminator = Finite(loss.Item(), "loss of the discriminator", batch),
            Accuracy = ScoreStatistics.Accuracy(_options.Objective, real, fake),
        };
        Finite(_discriminator.Differentiate(loss), "gradient of the discriminator", batch);
        _discriminator.Update();
        _augmenter.Observe(_options.Objective, real, fake);
        return row with { Augmentation = _augmenter.Probability };
    }

    // Each call draws new transforms.
    Tensor Scores(Tensor input, Tensor image) => _discriminator.Forward(_options.View == DiscriminatorView.Output
        ? _augmenter.Apply(image)
        : _augmenter.ApplyAlike(Enlarged(input, image.Shape), image));

    // A smaller input is joined pixel by pixel.
    static Tensor Enlarged(Tensor input, Shape shape) => input.Shape[2] == shape[2] && input.Shape[3] == shape[3]
        ? input
        : input.UpsampleNearest2d(new Size2(shape[2], shape[3]));

    double Finite(double value, string what, Batch batch) => Finite(
        value,
        what,
        (Trainer: this, Batch: batch),
        static state => new NanSearch().Add("input", state.Batch.Input).Add("target", state.Batch.Target)
            .Add("translator", state.Trainer._translator.Network).Add("output", state.Batch.Output)
            .Add("discriminator", state.Trainer._discriminator.Network));

    static PairedOptions Checked(Module translator, Module discriminator, PairedImages pairs, PairedOptions options)
    {
        ArgumentNullException.ThrowIfNull(translator);
        ArgumentNullException.ThrowIfNull(discriminator);
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        return options;
    }

    /// <summary>A batch of pairs with the outputs of the translator.</summary>
    sealed record Batch(Tensor Input, Tensor Target, Tensor Output);
}
