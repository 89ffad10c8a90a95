using System.Diagnostics;
using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// Trains a generator against a discriminator: clears, freezes, detaches and orders the two, so that the usual mistakes can't be
/// made.
/// </summary>
/// <example><code>
/// ImageDataset data = ImageDataset.FashionMnist();
/// Dcgan networks = Dcgan.For(data);
/// RandomStream random = new(0);
/// GanTrainer trainer = new(networks.Generator(random), networks.Discriminator(random), data, new GanOptions());
/// for (int i = 0; i &lt; 1000; i++)
/// {
///     Console.WriteLine(trainer.Step());
/// }
/// </code></example>
public sealed class GanTrainer : IStateful
{
    readonly GanOptions _options;
    readonly ImageDataset _data;
    readonly Player _generator;
    readonly Player _discriminator;
    readonly BatchSampler _sampler;
    RandomStream _latents;
    RandomStream _penaltyPlaces;
    long _step;

    /// <summary>A trainer at step 0.</summary>
    /// <param name="generator">Latents <c>[N, Latent, 1, 1]</c> to images like those of the data.</param>
    /// <param name="discriminator">Images to logits or scores.</param>
    /// <param name="data">The real images.</param>
    /// <param name="options">How to train.</param>
    /// <exception cref="TrainingException">The options, data and networks do not go together.</exception>
    public GanTrainer(Module generator, Module discriminator, ImageDataset data, GanOptions options)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(discriminator);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        if (options.Penalty is { AllowBatchCoupling: false } && MixesImages(discriminator))
        {
            throw new TrainingException(
                "A gradient penalty needs the slope of each image's own score, and batch norm in the discriminator mixes images. Build it without (Dcgan: NormalizeDiscriminator = false), or with LayerNorm or InstanceNorm2d.");
        }

        (_options, _data) = (options, data);
        _generator = new Player(generator, options.GeneratorLearningRate, options.Beta1, options.Beta2);
        _discriminator = new Player(discriminator, options.DiscriminatorLearningRate, options.Beta1, options.Beta2);
        _sampler = new BatchSampler(data.Count, options.BatchSize, options.Random(RandomPart.DataOrder));
        _latents = options.Random(RandomPart.Latents);
        _penaltyPlaces = options.Random(RandomPart.Penalty);
    }

    /// <summary>
    /// One step: the discriminator's updates, each on fresh real and generated images, then one update of the generator through
    /// the new discriminator, with the images that this saw last.
    /// </summary>
    /// <exception cref="TrainingException">A loss is no longer a number.</exception>
    public GanStep Step()
    {
        long start = Stopwatch.GetTimestamp();
        using TensorScope scope = new();
        _generator.Train();
        _discriminator.Train();
        for (int i = 1; i < _options.DiscriminatorSteps; i++)
        {
            TrainDiscriminator(DrawReal(), Generate(withGraph: false));
        }

        Tensor fake = Generate(withGraph: true);
        Tensor real = DrawReal();
        GanStep row = TrainDiscriminator(real, fake.Detach());

        _discriminator.Freeze();
        Tensor loss = _options.Objective.Generator(_discriminator.Forward(fake), RealLogits(real));
        return row with
        {
            GeneratorLoss = Finite(loss, "generator"),
            GeneratorGradientNorm = _generator.Descend(loss),
            Step = ++_step,
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
        };
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        OrderedDictionary<string, Tensor> state = new()
        {
            ["step"] = StateDicts.Integers(_step),
            ["latents"] = _latents.State(),
            ["penalty_places"] = _penaltyPlaces.State(),
        };
        state.AddPart("data", _sampler.StateDict());
        state.AddPart("generator", _generator.StateDict());
        state.AddPart("discriminator", _discriminator.StateDict());
        return state;
    }

    /// <inheritdoc/>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _step = state.Integers("step", 1)[0];
        (_latents, _penaltyPlaces) = (state.Random("latents"), state.Random("penalty_places"));
        _sampler.LoadStateDict(state.Part("data"));
        _generator.LoadStateDict(state.Part("generator"));
        _discriminator.LoadStateDict(state.Part("discriminator"));
    }

    /// <summary>Images of the generator in evaluation, <c>[N, C, H, W]</c>, made a batch at a time.</summary>
    /// <param name="generator">The generator; it is left in evaluation.</param>
    /// <param name="latents">One row for each image.</param>
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

    GanStep TrainDiscriminator(Tensor real, Tensor fake)
    {
        Tensor realLogits = _discriminator.Forward(real);
        Tensor fakeLogits = _discriminator.Forward(fake);
        Tensor loss = _options.Objective.Discriminator(realLogits, fakeLogits);
        Tensor? penalty = _options.Penalty?.Forward(_discriminator.Forward, real, fake, _penaltyPlaces);
        return new GanStep
        {
            // In this order: a loss that is no number must not reach the weights.
            DiscriminatorLoss = Finite(loss, "discriminator"),
            Penalty = penalty is null ? 0 : Finite(penalty, "penalty"),
            DiscriminatorGradientNorm = _discriminator.Descend(penalty is null ? loss : loss + penalty),
            RealScore = Score(realLogits),
            FakeScore = Score(fakeLogits),
        };
    }

    // Only objectives that compare pay for the real images once more.
    Tensor? RealLogits(Tensor real) => _options.Objective is RelativisticObjective ? _discriminator.Forward(real) : null;

    Tensor DrawReal() => _data.Images.IndexSelect(0, _sampler.Next());

    // Only the images that the generator will learn from need to remember how they were made.
    Tensor Generate(bool withGraph)
    {
        using (withGraph ? Autograd.EnableGrad() : Autograd.NoGrad())
        {
            return _generator.Forward(Tensor.Randn([_options.BatchSize, _options.Latent, 1, 1], random: _latents));
        }
    }

    // A critic's score is no logit.
    double Score(Tensor logits)
    {
        Tensor values = logits.Detach();
        return (_options.Objective is Wasserstein ? values : values.Sigmoid()).Mean().Item();
    }

    double Finite(Tensor loss, string name)
    {
        double value = loss.Item();
        return double.IsFinite(value)
            ? value
            : throw new TrainingException($"The {name} loss became {value} in step {_step + 1}. Lower the learning rate (--lr), or try another seed.");
    }

    static bool MixesImages(Module module) => module is BatchNorm || module.Children().Any(MixesImages);
}
