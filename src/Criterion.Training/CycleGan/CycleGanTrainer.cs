using System.Diagnostics;
using Criterion.Losses;

namespace Criterion.Training;

/// <summary>
/// Trains two translators between unpaired sets of images, each against a discriminator of its target: adversarial, cycle and
/// identity losses, one optimizer for each pair of players, pools of images made before, and a learning rate that is constant and then falls.
/// </summary>
/// <remarks>Source: Zhu, Park, Isola, Efros, Unpaired image-to-image translation using cycle-consistent adversarial networks, 2017.</remarks>
public sealed class CycleGanTrainer : IStateful
{
    readonly CycleGanNetworks _networks;
    readonly CycleGanOptions _options;
    readonly (ImageDataset Images, BatchSampler Sampler, ImagePool Pool) _a;
    readonly (ImageDataset Images, BatchSampler Sampler, ImagePool Pool) _b;
    readonly Player _translators;
    readonly Player _discriminators;
    long _step;

    /// <summary>A trainer at step 0.</summary>
    /// <param name="networks">The four networks.</param>
    /// <param name="a">Images of domain A.</param>
    /// <param name="b">Images of domain B, of the same size and channels.</param>
    /// <param name="options">How to train.</param>
    /// <exception cref="TrainingException">The data or options can't be trained on.</exception>
    public CycleGanTrainer(CycleGanNetworks networks, ImageDataset a, ImageDataset b, CycleGanOptions options)
    {
        ArgumentNullException.ThrowIfNull(networks);
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        if ((a.Channels, a.Size) != (b.Channels, b.Size))
        {
            throw new TrainingException(
                $"'{a.Source}' has {a.Channels} channel(s) of {a.Size} and '{b.Source}' {b.Channels} of {b.Size}: both domains need the same. Resize them with --size.");
        }

        (_networks, _options) = (networks, options);
        RandomStream random = new(options.Seed);
        _a = (a, new BatchSampler(a.Count, options.BatchSize, random.Fork(11)), new ImagePool(options.PoolSize, random.Fork(12)));
        _b = (b, new BatchSampler(b.Count, options.BatchSize, random.Fork(13)), new ImagePool(options.PoolSize, random.Fork(14)));
        _translators = new Player([("a_to_b", networks.AToB), ("b_to_a", networks.BToA)], options.LearningRate, options.Beta1, options.Beta2);
        _discriminators = new Player([("a", networks.DiscriminatorA), ("b", networks.DiscriminatorB)], options.LearningRate, options.Beta1, options.Beta2);
    }

    /// <summary>One step: the translators' update through the discriminators as they are, then the discriminators' on pooled images.</summary>
    /// <exception cref="TrainingException">A loss is no longer a number.</exception>
    public CycleStep Step()
    {
        long start = Stopwatch.GetTimestamp();
        using TensorScope scope = new();
        _translators.LearningRate = _discriminators.LearningRate = _options.LearningRate * _options.RateAt(_step);
        Tensor a = _a.Images.Images.IndexSelect(0, _a.Sampler.Next());
        Tensor b = _b.Images.Images.IndexSelect(0, _b.Sampler.Next());
        (CycleStep row, Tensor fakeA, Tensor fakeB) = TrainTranslators(a, b);
        _discriminators.Train();
        Tensor lossA = Judge(_networks.DiscriminatorA, a, _a.Pool.Exchange(fakeA));
        Tensor lossB = Judge(_networks.DiscriminatorB, b, _b.Pool.Exchange(fakeB));
        row = row with { DiscriminatorA = Finite(lossA, "discriminator A"), DiscriminatorB = Finite(lossB, "discriminator B") };
        _discriminators.Descend(lossA + lossB);
        return row with { Step = ++_step, Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds };
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        OrderedDictionary<string, Tensor> state = new() { ["step"] = StateDicts.Integers(_step) };
        foreach ((string name, IStateful part) in Parts)
        {
            state.AddPart(name, part.StateDict());
        }

        return state;
    }

    /// <inheritdoc/>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _step = state.Integers("step", 1)[0];
        foreach ((string name, IStateful part) in Parts)
        {
            part.LoadStateDict(state.Part(name));
        }
    }

    IEnumerable<(string Name, IStateful Part)> Parts =>
    [
        ("data_a", _a.Sampler), ("data_b", _b.Sampler), ("pool_a", _a.Pool), ("pool_b", _b.Pool),
        ("translators", _translators), ("discriminators", _discriminators),
    ];

    (CycleStep Row, Tensor FakeA, Tensor FakeB) TrainTranslators(Tensor a, Tensor b)
    {
        _translators.Train();
        _discriminators.Freeze();
        Tensor fakeB = _networks.AToB.Forward(a);
        Tensor fakeA = _networks.BToA.Forward(b);
        Tensor adversarial = Deceive(_networks.DiscriminatorB, fakeB, b) + Deceive(_networks.DiscriminatorA, fakeA, a);
        Tensor cycle = _options.Cycle.Forward(_networks.BToA.Forward(fakeB), a, _networks.AToB.Forward(fakeA), b);
        Tensor? identity = _options.Identity?.Forward(_networks.BToA.Forward(a), a, _networks.AToB.Forward(b), b);
        CycleStep row = new()
        {
            Adversarial = Finite(adversarial, "adversarial"),
            Cycle = Finite(cycle, "cycle"),
            Identity = identity is null ? 0 : Finite(identity, "identity"),
        };
        Tensor loss = adversarial + cycle;
        return (row with { TranslatorGradientNorm = _translators.Descend(identity is null ? loss : loss + identity) }, fakeA.Detach(), fakeB.Detach());
    }

    // Only a relativistic objective compares with real images.
    Tensor Deceive(Nn.Module discriminator, Tensor fake, Tensor real) => _options.Objective.Generator(
        discriminator.Forward(fake), _options.Objective is RelativisticObjective ? discriminator.Forward(real) : null);

    Tensor Judge(Nn.Module discriminator, Tensor real, Tensor fake) =>
        _options.Objective.Discriminator(discriminator.Forward(real), discriminator.Forward(fake));

    double Finite(Tensor loss, string name)
    {
        double value = loss.Item();
        return double.IsFinite(value)
            ? value
            : throw new TrainingException($"The {name} loss became {value} in step {_step + 1}. Lower the learning rate (--lr), or try another seed.");
    }
}
