using System.Diagnostics;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;

namespace Criterion.Training;

/// <summary>
/// Trains a generator against a discriminator: clears, freezes, detaches and orders the two, so that the usual mistakes can't be
/// made.
/// </summary>
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
public sealed class GanTrainer : IStateful
{
    readonly GanOptions _options;
    readonly Dataset _data;
    readonly int _classes;
    readonly TrainedNetworks _generator;
    readonly TrainedNetworks _discriminator;
    readonly DiscriminatorEvaluator _judge;
    readonly ExponentialMovingAverage? _average;
    readonly DiscriminatorPenalties _penalties;
    readonly BatchSampler _sampler;
    readonly NanGuard _guard;
    RandomStream _latents;
    RandomStream _labels;
    BoundaryEquilibriumController _equilibrium;
    long _step;
    long _discriminatorSteps;

    /// <summary>A trainer at step 0.</summary>
    /// <param name="generator">Latents <c>[N, Latent, 1, 1]</c> to samples like the data; with classes <c>[N, Latent + classes, 1, 1]</c>, the last ones 1 for the image's class and 0 for the others.</param>
    /// <param name="discriminator">Samples to logits or scores of any shape; with classes to <c>[N, 1 + classes]</c>.</param>
    /// <param name="data">The real images or points.</param>
    /// <param name="options">How to train.</param>
    /// <exception cref="TrainingException">The options, data and networks do not go together.</exception>
    public GanTrainer(Module generator, Module discriminator, Dataset data, GanOptions options)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(discriminator);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        GanAdvice.Check(options, discriminator, data);
        (_options, _data) = (options, data);
        _classes = options.ClassWeight > 0 ? data.Classes() : 0;
        _generator = new TrainedNetworks([("network", generator)], parameters => Optimizer(parameters, options.GeneratorLearningRate, []));
        _discriminator = new TrainedNetworks([("network", discriminator)], parameters => Optimizer(parameters, options.DiscriminatorLearningRate, options.Regularizers));
        _judge = new DiscriminatorEvaluator(discriminator, _classes, options.FeatureMatching);
        _average = options.AverageDecay > 0 ? new ExponentialMovingAverage(generator, options.AverageDecay) : null;
        _penalties = new DiscriminatorPenalties(options.Regularizers, options.Random(RandomPart.Penalty));
        _sampler = new BatchSampler(data.Count, options.BatchSize, options.Random(RandomPart.DataOrder));
        _guard = new NanGuard(options.OnNan, generator, discriminator);
        _latents = options.Random(RandomPart.Latents);
        _labels = options.Random(RandomPart.Labels);
        _equilibrium = options.Objective is BoundaryEquilibriumGanLoss start ? options.Equilibrium with { K = start.K } : options.Equilibrium;
    }

    // The controller's k is part of what the players minimise.
    GanLoss Objective => _options.Objective is BoundaryEquilibriumGanLoss ? _equilibrium.Objective() : _options.Objective;

    /// <summary>
    /// One step: the discriminator's updates, each on fresh real and generated images, then one update of the generator through
    /// the new discriminator, with the images that this saw last.
    /// </summary>
    /// <exception cref="TrainingException">A loss or gradient is no longer a number, and the options do not say to skip such steps.</exception>
    public GanStep Step()
    {
        long start = Stopwatch.GetTimestamp();
        using TensorScope scope = new();
        GanStep row = _guard.Step(Play, GanStep.NoNumbers);
        return row with { Step = ++_step, Skipped = _guard.Skipped, Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds };
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        OrderedDictionary<string, Tensor> state = new()
        {
            ["step"] = StateDicts.Integers(_step, _discriminatorSteps, _guard.Skipped),
            ["latents"] = _latents.State(),
            ["labels"] = _labels.State(),
            ["equilibrium"] = StateDicts.Numbers(_equilibrium.K),
        };
        foreach ((string name, IStateful part) in Parts)
        {
            state.AddPart(name, part.StateDict());
        }

        if (_average is not null)
        {
            state.AddPart("average", _average.StateDict());
        }

        return state;
    }

    /// <inheritdoc/>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        long[] steps = state.Integers("step", 3);
        (_step, _discriminatorSteps, _guard.Skipped) = (steps[0], steps[1], steps[2]);
        (_latents, _labels) = (state.Random("latents"), state.Random("labels"));
        _equilibrium = _equilibrium with { K = state.Numbers("equilibrium", 1)[0] };
        foreach ((string name, IStateful part) in Parts)
        {
            part.LoadStateDict(state.Part(name));
        }

        _average?.LoadStateDict(state.Part("average"));
    }

    /// <summary>Samples of the generator as it is to be used, such as images <c>[N, C, H, W]</c>: with the average of its weights, where one is kept.</summary>
    /// <param name="latents">One row for each sample.</param>
    public Tensor Sample(Tensor latents)
    {
        Tensor? samples = null;
        WithAverage(() => samples = Sample(_generator.Network, latents));
        return samples!;
    }

    /// <summary>Samples of a generator in evaluation, such as images <c>[N, C, H, W]</c>, made a batch at a time.</summary>
    /// <param name="generator">The generator; it is left in evaluation.</param>
    /// <param name="latents">One row for each sample.</param>
    public static Tensor Sample(Module generator, Tensor latents)
    {
        const int Batch = 64;
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(latents);
        generator.Eval();
        using (Autograd.NoGrad())
        {
            using TensorScope scope = new();
            return scope.Keep(Tensor.Cat([.. latents.Split(Batch).Select(SampleBatch)]));
        }

        Tensor SampleBatch(Tensor batch)
        {
            using TensorScope inner = new();
            return inner.Keep(generator.Forward(batch));
        }
    }

    /// <summary>Does something while the generator has the average of its weights, where one is kept.</summary>
    internal void WithAverage(Action action)
    {
        _average?.Swap();
        try
        {
            action();
        }
        finally
        {
            _average?.Swap();
        }
    }

    IEnumerable<(string Name, IStateful Part)> Parts =>
        [("penalties", _penalties), ("data", _sampler), ("generator", _generator), ("discriminator", _discriminator)];

    GanStep Play()
    {
        _generator.Train();
        _discriminator.Train();
        for (int i = 1; i < _options.DiscriminatorSteps; i++)
        {
            TrainDiscriminator(Draw(withGraph: false));
        }

        Round round = Draw(withGraph: true);
        GanStep row = TrainDiscriminator(round);
        _discriminator.Freeze();
        DiscriminatorResult fake = _judge.Evaluate(round.Fake);
        Tensor loss = GeneratorLoss(round, fake);
        double value = Finite(loss.Item(), "generator loss", round, fake.Logits);
        double norm = Finite(_generator.Differentiate(loss), "generator gradient", round, fake.Logits);
        _generator.Update();
        _average?.Update();
        return row with { GeneratorLoss = value, GeneratorGradientNorm = norm, Diversity = ScoreStatistics.Diversity(round.Real, round.Fake) };
    }

    GanStep TrainDiscriminator(Round round)
    {
        Round given = round with { Fake = round.Fake.Detach() };
        (DiscriminatorResult real, DiscriminatorResult fake) = (_judge.Evaluate(given.Real), _judge.Evaluate(given.Fake));
        Tensor loss = DiscriminatorLoss(given, real, fake);
        double value = Finite(loss.Item(), "discriminator loss", round, real.Logits, fake.Logits);
        DiscriminatorBatch judged = new(given.Real, given.Fake, real.Logits, fake.Logits);
        (double norm, double penalty) = Update(loss, _penalties.Prompt(_judge.Logits, judged), round, judged);
        penalty += TakeLazyPenalties(round, given);
        _discriminatorSteps++;
        _penalties.Commit();
        (double realScore, double fakeScore) = ScoreStatistics.Of(_options.Objective, real.Logits, fake.Logits);
        if (_options.Objective is BoundaryEquilibriumGanLoss)
        {
            _equilibrium = _equilibrium.Update(realScore, fakeScore);
        }

        return new GanStep
        {
            DiscriminatorLoss = value,
            Penalty = penalty,
            DiscriminatorGradientNorm = norm,
            RealScore = realScore,
            FakeScore = fakeScore,
            Accuracy = ScoreStatistics.Accuracy(_options.Objective, real.Logits, fake.Logits),
        };
    }

    // They count in an update of their own, as published: the rescaled Adam expects it.
    double TakeLazyPenalties(Round round, Round given)
    {
        DiscriminatorBatch judged = default;
        (string, Tensor)[] due = [.. _penalties.Lazy(_discriminatorSteps, _judge.Logits, () => judged = new(given.Real, given.Fake, _judge.Logits(given.Real), _judge.Logits(given.Fake)))];
        return due.Length == 0 ? 0 : Update(null, due, round, judged).Penalty;
    }

    // A loss or gradient that is no number must not reach the weights.
    (double Norm, double Penalty) Update(Tensor? loss, IEnumerable<(string Name, Tensor Value)> penalties, Round round, DiscriminatorBatch judged)
    {
        double sum = 0;
        foreach ((string name, Tensor penalty) in penalties)
        {
            sum += Finite(penalty.Item(), $"penalty {name}", round, judged.RealLogits, judged.FakeLogits);
            loss = loss is null ? penalty : loss + penalty;
        }

        double norm = Finite(_discriminator.Differentiate(loss!), "discriminator gradient", round, judged.RealLogits, judged.FakeLogits);
        _discriminator.Update();
        _options.Clip?.Apply(_discriminator.Parameters);
        return (norm, sum);
    }

    Tensor DiscriminatorLoss(Round round, DiscriminatorResult real, DiscriminatorResult fake) => _classes == 0
        ? Objective.Discriminator(real.Logits, fake.Logits)
        : new AuxiliaryClassifierGanLoss(Objective, _options.ClassWeight)
            .Discriminator(real.Logits, fake.Logits, real.ClassLogits!, round.RealLabels!, fake.ClassLogits!, round.FakeLabels!);

    // Only a relativistic objective and feature matching compare with real samples.
    Tensor GeneratorLoss(Round round, DiscriminatorResult fake)
    {
        DiscriminatorResult? real = Objective is RelativisticGanLoss || _options.FeatureMatching is not null ? _judge.Evaluate(round.Real) : null;
        Tensor loss = _classes == 0
            ? Objective.Generator(fake.Logits, real?.Logits)
            : new AuxiliaryClassifierGanLoss(Objective, _options.ClassWeight).Generator(fake.Logits, fake.ClassLogits!, round.FakeLabels!, real?.Logits);
        return _options.FeatureMatching is { } matching
            ? loss + (matching.Weight * new MeanFeatureMatchingLoss().Forward(fake.Features!, real!.Value.Features!))
            : loss;
    }

    // Only the images that the generator will learn from need to remember how they were made.
    Round Draw(bool withGraph)
    {
        Tensor items = _sampler.Next();
        Tensor? labels = _classes == 0 ? null : Tensor.RandInt(0, _classes, [_options.BatchSize], _labels);
        Tensor latents = GanNetworks.Condition(Tensor.Randn([_options.BatchSize, _options.Latent, 1, 1], random: _latents), labels, _classes);
        using (withGraph ? Autograd.EnableGrad() : Autograd.NoGrad())
        {
            return new Round(
                _data.Items.IndexSelect(0, items),
                _classes == 0 ? null : _data.Labels!.IndexSelect(0, items),
                latents,
                labels,
                _generator.Forward(latents));
        }
    }

    double Finite(double value, string what, Round round, params Tensor[] logits) => NanGuard.Finite(
        value,
        what,
        _step + 1,
        () => new NanSearch().Add("data", round.Real).Add("latents", round.Latents).Add("generator", _generator.Network)
            .Add("generated images", round.Fake).Add("discriminator", _discriminator.Network).Add("logits", logits));

    Optimizer Optimizer(IReadOnlyList<Tensor> parameters, double learningRate, IEnumerable<Regularizer> regularizers)
    {
        if (_options.Optimizer == GanOptimizer.RMSprop)
        {
            return new RMSprop(parameters, learningRate);
        }

        (double rate, double beta1, double beta2) = Regularizer.Rescale(regularizers, learningRate, _options.Beta1, _options.Beta2);
        return new Adam(parameters, rate, beta1, beta2);
    }

    /// <summary>A batch of real and one of generated images.</summary>
    sealed record Round(Tensor Real, Tensor? RealLabels, Tensor Latents, Tensor? FakeLabels, Tensor Fake);
}
