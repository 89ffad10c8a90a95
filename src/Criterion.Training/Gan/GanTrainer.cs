using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;

namespace Criterion.Training;

/// <summary>
/// Trains a generator against a discriminator. It clears gradients, freezes, detaches and orders the updates, which rules out the usual
/// mistakes of hand-written loops.
/// </summary>
/// <remarks>
/// One step updates the discriminator <see cref="GanOptions.DiscriminatorSteps"/> times, each time on fresh real and generated samples,
/// then updates the generator once through the new discriminator, with the samples of the last discriminator update.
/// </remarks>
/// <example><code>
/// ImageDataset data = ImageDataset.FashionMnist();
/// GanOptions options = GanRecipe.Find("dcgan").Options;
/// GanNetworks networks = options.Networks(data);
/// RandomStream random = new(0);
/// GanTrainer trainer = new(networks.Generator(random), networks.Discriminator(random), data, options);
/// for (int i = 0; i &lt; 1000; i++)
/// {
///     Console.WriteLine(trainer.Step());
/// }
/// </code></example>
public sealed class GanTrainer : Trainer<GanStep>
{
    readonly GanOptions _options;
    readonly Dataset _data;
    readonly int _classes;
    readonly TrainedNetworks _generator;
    readonly TrainedNetworks _discriminator;
    readonly Augmenter _augmenter;
    readonly DiscriminatorEvaluator _evaluator;
    readonly AveragedNetwork _averaged;
    readonly DiscriminatorPenalties _penalties;
    readonly BatchSampler _sampler;
    readonly LatentSampler _latents;
    readonly GanProgress _progress;

    /// <summary>Creates a trainer at step 0.</summary>
    /// <param name="generator">
    /// The generator: latents <c>[N, Latent, 1, 1]</c> or <c>[N, Latent]</c>, whichever it accepts, or of
    /// <see cref="GanOptions.LatentShape"/>, to samples shaped like the data. With classes the second dimension of the latents is longer
    /// by the one-hot class at its end.
    /// </param>
    /// <param name="discriminator">
    /// The discriminator: samples to <c>[N]</c>, <c>[N, 1]</c> or several logits or scores for each sample; with classes to
    /// <c>[N, 1 + classes]</c>.
    /// </param>
    /// <param name="data">The real images or points.</param>
    /// <param name="options">The options.</param>
    /// <param name="optimizers">Creates the optimizers. Default: those of <see cref="GanOptions.Optimizer"/>.</param>
    /// <exception cref="TrainingException">
    /// An option is out of range, options, data and networks are incompatible, or the generator does not return samples like the data.
    /// </exception>
    public GanTrainer(
        Module generator, Module discriminator, Dataset data, GanOptions options, GanOptimizers? optimizers = null)
        : base(
            Checked(generator, discriminator, data, options).OnNan,
            (nameof(generator), generator),
            (nameof(discriminator), discriminator))
    {
        (_options, _data) = (options, data);
        _classes = options.HasClasses ? data.Classes() : 0;
        LatentShape = GanTrial.LatentShape(generator, data, options, _classes);
        _generator = new(
            generator,
            optimizers?.Generator ?? (parameters => Optimizer(parameters, options.GeneratorLearningRate, [])),
            options.Schedule,
            options.GradientClip);
        _discriminator = new(
            discriminator,
            optimizers?.Discriminator ?? (parameters => Optimizer(parameters, options.DiscriminatorLearningRate, options.Regularizers)),
            options.Schedule,
            options.GradientClip);
        _augmenter = new(options.Augment, options.Random(RandomPart.Augmentation));
        _evaluator = new(discriminator, _classes, options.FeatureMatching, _augmenter, Projects);
        _averaged = new(generator, options.AverageDecay);
        _penalties = new(options.Regularizers, options.Random(RandomPart.Penalty));
        _sampler = new(data.Count, options.BatchSize, options.Random(RandomPart.DataOrder));
        _latents = new(LatentShape, _classes, options.Random(RandomPart.Latents), options.Random(RandomPart.Labels));
        _progress = new(options);
    }

    /// <summary>Gets the generator.</summary>
    public Module Generator => _generator.Network;

    /// <summary>Gets the discriminator.</summary>
    public Module Discriminator => _discriminator.Network;

    /// <summary>Gets the optimizer of the generator.</summary>
    public Optimizer GeneratorOptimizer => _generator.Optimizer;

    /// <summary>Gets the optimizer of the discriminator.</summary>
    public Optimizer DiscriminatorOptimizer => _discriminator.Optimizer;

    /// <summary>Gets the shape of the latent of one sample, without classes.</summary>
    public ValueList<int> LatentShape { get; }

    bool Projects => _options.Classes == ClassConditioning.Projection;

    /// <summary>Gets the number of classes; 0 for none.</summary>
    internal int Classes => _classes;

    /// <summary>Gets the generator with the average of its weights, if one is kept.</summary>
    internal AveragedNetwork Averaged => _averaged;

    private protected override IEnumerable<(string Name, IStateful Part)> Parts =>
    [
        ("progress", _progress), ("latents", _latents), ("penalties", _penalties), ("data", _sampler),
        ("augmentation", _augmenter),
        ("generator", _generator), ("discriminator", _discriminator), ("average", _averaged),
    ];

    /// <summary>Draws samples from the generator in evaluation mode, with the average of its weights if one is kept.</summary>
    /// <param name="latents">The latents, one row per sample.</param>
    /// <returns>The samples, such as images <c>[N, C, H, W]</c>.</returns>
    public Tensor Sample(Tensor latents) => _averaged.InBatches(latents);

    /// <summary>Draws a number of samples, from the same latents each time, with the classes in turn if there are any.</summary>
    /// <param name="count">The number of samples.</param>
    /// <param name="seed">The seed of the latents. Default: 0.</param>
    /// <returns>The samples, such as images <c>[count, C, H, W]</c>.</returns>
    public Tensor Sample(int count, ulong seed = 0)
    {
        Tensor? labels = _classes == 0 ? null : LatentSampler.InTurn(count, _classes);
        return Sample(LatentSampler.Draw(count, LatentShape, labels, _classes, new RandomStream(seed)));
    }

    /// <summary>Runs the networks and the objective once on two samples, without changing anything.</summary>
    /// <exception cref="TrainingException">A shape, a type or a value cannot be trained with.</exception>
    internal void Try() => GanTrial.Run(Generator, _evaluator, _options, LatentShape, _classes);

    private protected override GanStep TrainStep()
    {
        if (_options.ConstantShare < 1)
        {
            double factor = LinearDecay.FactorAt(StepsDone, _options.Steps, _options.ConstantShare);
            _generator.RateFactor = _discriminator.RateFactor = factor;
        }

        _generator.Train();
        _discriminator.Train();
        for (int i = 1; i < _options.DiscriminatorSteps; i++)
        {
            TrainDiscriminator(Draw(withGraph: false));
        }

        Batch batch = Draw(withGraph: true);
        GanStep row = TrainDiscriminator(batch);
        _discriminator.Freeze();
        DiscriminatorResult fake = _evaluator.Evaluate(batch.Fake, batch.FakeLabels);
        Tensor loss = GeneratorLoss(batch, fake);
        double value = Finite(loss.Item(), "generator loss", batch, fake.Logits);
        double norm = Finite(_generator.Differentiate(loss), "generator gradient", batch, fake.Logits);
        _generator.Update();
        _averaged.Update(StepsDone);
        _generator.EndStep();
        _discriminator.EndStep();
        double diversity = ScoreStatistics.Diversity(batch.Real, batch.Fake);
        return row with
        {
            GeneratorLoss = value,
            GeneratorGradientNorm = norm,
            Diversity = diversity,
            ClassDiversity = _classes == 0 ? 0
                : ScoreStatistics.ClassDiversity(batch.Real, batch.RealLabels!, batch.Fake, batch.FakeLabels!, _classes),
        };
    }

    GanStep TrainDiscriminator(Batch batch)
    {
        Batch detached = batch with { Fake = batch.Fake.Detach() };
        DiscriminatorResult real = _evaluator.Evaluate(detached.Real, batch.RealLabels);
        DiscriminatorResult fake = _evaluator.Evaluate(detached.Fake, batch.FakeLabels);
        Tensor loss = DiscriminatorLoss(detached, real, fake);
        double value = Finite(loss.Item(), "discriminator loss", batch, real.Logits, fake.Logits);
        DiscriminatorBatch evaluated = new(detached.Real, detached.Fake, real.Logits, fake.Logits);
        (double norm, double penalty) = Update(loss, _penalties.EveryStep(Critic(batch), evaluated), batch, evaluated);
        penalty += ApplyLazyPenalties(batch, detached);
        _penalties.Commit();
        (double realScore, double fakeScore) = ScoreStatistics.Means(_options.Objective, real.Logits, fake.Logits);
        _progress.Advance(realScore, fakeScore);
        _augmenter.Observe(_options.Objective, real.Logits, fake.Logits);
        return new GanStep
        {
            DiscriminatorLoss = value,
            Penalty = penalty,
            DiscriminatorGradientNorm = norm,
            RealScore = realScore,
            FakeScore = fakeScore,
            Accuracy = ScoreStatistics.Accuracy(_options.Objective, real.Logits, fake.Logits),
            Augmentation = _augmenter.Probability,
        };
    }

    // Lazy penalties have an update of their own, as published; the rescaled Adam assumes it.
    double ApplyLazyPenalties(Batch batch, Batch detached)
    {
        DiscriminatorBatch evaluated = default;
        (string, Tensor)[] due =
            [.. _penalties.Lazy(_progress.DiscriminatorSteps, Critic(batch), () => evaluated = Evaluate(detached))];
        return due.Length == 0 ? 0 : Update(null, due, batch, evaluated).Penalty;
    }

    // With a projection the labels of real and generated samples are the same, and so are those of points between them.
    Func<Tensor, Tensor> Critic(Batch batch) => samples => _evaluator.Logits(samples, batch.RealLabels);

    DiscriminatorBatch Evaluate(Batch batch) => new(
        batch.Real,
        batch.Fake,
        _evaluator.Logits(batch.Real, batch.RealLabels),
        _evaluator.Logits(batch.Fake, batch.FakeLabels));

    // A loss or gradient that is not finite must not reach the weights.
    (double Norm, double Penalty) Update(
        Tensor? loss, IEnumerable<(string Name, Tensor Value)> penalties, Batch batch, DiscriminatorBatch evaluated)
    {
        double sum = 0;
        foreach ((string name, Tensor penalty) in penalties)
        {
            sum += Finite(penalty.Item(), $"penalty {name}", batch, evaluated.RealLogits, evaluated.FakeLogits);
            loss = loss is null ? penalty : loss + penalty;
        }

        double norm = _discriminator.Differentiate(loss!);
        Finite(norm, "discriminator gradient", batch, evaluated.RealLogits, evaluated.FakeLogits);
        _discriminator.Update();
        _options.Clip?.Apply(_discriminator.Parameters);
        return (norm, sum);
    }

    AuxiliaryClassifierGanLoss Classifier => new(_progress.Objective, _options.ClassWeight, classifyFakes: _options.ClassifyFakes);

    Tensor DiscriminatorLoss(Batch batch, DiscriminatorResult real, DiscriminatorResult fake) => real.ClassLogits is null
        ? _progress.Objective.Discriminator(real.Logits, fake.Logits)
        : Classifier.Discriminator(
            real.Logits, fake.Logits, real.ClassLogits, batch.RealLabels!, fake.ClassLogits!, batch.FakeLabels!);

    Tensor GeneratorLoss(Batch batch, DiscriminatorResult fake)
    {
        GanLoss objective = _progress.Objective;
        bool needsReal = objective.NeedsReal || _options.FeatureMatching is not null;
        DiscriminatorResult? real = needsReal ? _evaluator.Evaluate(batch.Real, batch.RealLabels) : null;
        Tensor loss = fake.ClassLogits is null
            ? objective.Generator(fake.Logits, real?.Logits)
            : Classifier.Generator(fake.Logits, fake.ClassLogits, batch.FakeLabels!, real?.Logits);
        return _options.FeatureMatching is { } matching
            ? loss + (matching.Weight * new MeanFeatureMatchingLoss().Forward(fake.Features!, real!.Value.Features!))
            : loss;
    }

    // Only the generated samples that the generator learns from need a graph.
    Batch Draw(bool withGraph)
    {
        Tensor items = _sampler.Next();
        Tensor? realLabels = _classes == 0 ? null : _data.Labels!.IndexSelect(0, items);
        (Tensor latents, Tensor? labels) = _latents.Next(_options.BatchSize, Projects ? realLabels : null);
        using (withGraph ? Autograd.EnableGrad() : Autograd.NoGrad())
        {
            return new Batch(
                _data.Batch(items),
                realLabels,
                latents,
                labels,
                _generator.Forward(latents));
        }
    }

    double Finite(double value, string what, Batch batch, params Tensor[] logits) => Finite(
        value,
        what,
        (Trainer: this, Batch: batch, Logits: logits),
        static state => new NanSearch()
            .Add("data", state.Batch.Real).Add("latents", state.Batch.Latents).Add("generator", state.Trainer._generator.Network)
            .Add("generated images", state.Batch.Fake).Add("discriminator", state.Trainer._discriminator.Network)
            .Add("logits", state.Logits));

    Optimizer Optimizer(IReadOnlyList<Tensor> parameters, double learningRate, IEnumerable<Regularizer> regularizers)
    {
        if (_options.Optimizer == GanOptimizer.RMSprop)
        {
            return new RMSprop(parameters, learningRate);
        }

        (double rate, double beta1, double beta2) = Regularizer.Rescale(regularizers, learningRate, _options.Beta1, _options.Beta2);
        return new Adam(parameters, rate, beta1, beta2);
    }

    static GanOptions Checked(Module generator, Module discriminator, Dataset data, GanOptions options)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(discriminator);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        CheckLearns(generator, "generator");
        CheckLearns(discriminator, "discriminator");
        GanAdvice.Check(options, discriminator, data);
        return options;
    }

    static void CheckLearns(Module network, string which)
    {
        if (network.ParameterCount == 0)
        {
            throw new TrainingException(
                $"{nameof(GanTrainer)}: the {which} has no parameters, so nothing can be trained. Register its layers with Child.");
        }
    }

    /// <summary>A batch of real and one of generated samples.</summary>
    sealed record Batch(Tensor Real, Tensor? RealLabels, Tensor Latents, Tensor? FakeLabels, Tensor Fake);
}
