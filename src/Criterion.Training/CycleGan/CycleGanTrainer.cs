using System.Diagnostics;
using Criterion.Losses;
using Criterion.Nn;

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
    readonly TrainedNetworks _translators;
    readonly TrainedNetworks _discriminators;
    readonly NanGuard _guard;
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
                $"'{a.Source}' has {a.Channels} channel(s) of {a.Size} and '{b.Source}' {b.Channels} of {b.Size}: both domains need the same. {(a.Size == b.Size ? "Make both grey or both colour." : "Resize them to one size.")}");
        }

        (_networks, _options) = (networks, options);
        RandomStream random = new(options.Seed);
        _a = (a, new BatchSampler(a.Count, options.BatchSize, random.Fork(11)), new ImagePool(options.PoolSize, random.Fork(12)));
        _b = (b, new BatchSampler(b.Count, options.BatchSize, random.Fork(13)), new ImagePool(options.PoolSize, random.Fork(14)));
        _translators = new TrainedNetworks([("a_to_b", networks.AToB), ("b_to_a", networks.BToA)], options.LearningRate, options.Beta1, options.Beta2);
        _discriminators = new TrainedNetworks([("a", networks.DiscriminatorA), ("b", networks.DiscriminatorB)], options.LearningRate, options.Beta1, options.Beta2);
        _guard = new NanGuard(options.OnNan, networks.AToB, networks.BToA, networks.DiscriminatorA, networks.DiscriminatorB);
    }

    /// <summary>One step: the translators' update through the discriminators as they are, then the discriminators' on pooled images.</summary>
    /// <exception cref="TrainingException">A loss or gradient is no longer a number, and the options do not say to skip such steps.</exception>
    public CycleStep Step()
    {
        long start = Stopwatch.GetTimestamp();
        using TensorScope scope = new();
        CycleStep row = _guard.Step(Play, CycleStep.NoNumbers);
        return row with { Step = ++_step, Skipped = _guard.Skipped, Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds };
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        OrderedDictionary<string, Tensor> state = new() { ["step"] = StateDicts.Integers(_step, _guard.Skipped) };
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
        long[] steps = state.Integers("step", 2);
        (_step, _guard.Skipped) = (steps[0], steps[1]);
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

    CycleStep Play()
    {
        _translators.LearningRate = _discriminators.LearningRate = _options.LearningRate * _options.RateAt(_step);
        _translators.Train();
        _discriminators.Freeze();
        Tensor a = _a.Images.Images.IndexSelect(0, _a.Sampler.Next());
        Tensor b = _b.Images.Images.IndexSelect(0, _b.Sampler.Next());
        Round round = new(a, b, FakeA: _networks.BToA.Forward(b), FakeB: _networks.AToB.Forward(a));
        CycleStep row = TrainTranslators(round);
        _discriminators.Train();
        return TrainDiscriminators(round, row);
    }

    CycleStep TrainTranslators(Round round)
    {
        (Tensor a, Tensor b, Tensor fakeA, Tensor fakeB) = round;
        Tensor adversarial = Deceive(_networks.DiscriminatorB, fakeB, b) + Deceive(_networks.DiscriminatorA, fakeA, a);
        Tensor cycle = _options.Cycle.Forward(_networks.BToA.Forward(fakeB), a, _networks.AToB.Forward(fakeA), b);
        Tensor? identity = _options.Identity?.Forward(_networks.BToA.Forward(a), a, _networks.AToB.Forward(b), b);
        CycleStep row = new()
        {
            Adversarial = Finite(adversarial.Item(), "adversarial loss", round),
            Cycle = Finite(cycle.Item(), "cycle loss", round),
            Identity = identity is null ? 0 : Finite(identity.Item(), "identity loss", round),
        };
        Tensor loss = adversarial + cycle;
        double norm = Finite(_translators.Differentiate(identity is null ? loss : loss + identity), "translators' gradient", round);
        _translators.Update();
        return row with { TranslatorGradientNorm = norm };
    }

    CycleStep TrainDiscriminators(Round round, CycleStep row)
    {
        Tensor lossA = Judge(_networks.DiscriminatorA, round.A, _a.Pool.Exchange(round.FakeA.Detach()));
        Tensor lossB = Judge(_networks.DiscriminatorB, round.B, _b.Pool.Exchange(round.FakeB.Detach()));
        row = row with
        {
            DiscriminatorA = Finite(lossA.Item(), "loss of discriminator A", round),
            DiscriminatorB = Finite(lossB.Item(), "loss of discriminator B", round),
        };
        Finite(_discriminators.Differentiate(lossA + lossB), "discriminators' gradient", round);
        _discriminators.Update();
        return row;
    }

    // Only a relativistic objective compares with real images.
    Tensor Deceive(Nn.Module discriminator, Tensor fake, Tensor real) => _options.Objective.Generator(
        discriminator.Forward(fake), _options.Objective is RelativisticGanLoss ? discriminator.Forward(real) : null);

    Tensor Judge(Nn.Module discriminator, Tensor real, Tensor fake) =>
        _options.Objective.Discriminator(discriminator.Forward(real), discriminator.Forward(fake));

    double Finite(double value, string what, Round round) => NanGuard.Finite(
        value,
        what,
        _step + 1,
        () => new NanSearch().Add("images of A", round.A).Add("images of B", round.B)
            .Add("translator to B", _networks.AToB).Add("translator to A", _networks.BToA)
            .Add("translations to B", round.FakeB).Add("translations to A", round.FakeA)
            .Add("discriminator A", _networks.DiscriminatorA).Add("discriminator B", _networks.DiscriminatorB));

    /// <summary>A batch of each domain and its translations.</summary>
    sealed record Round(Tensor A, Tensor B, Tensor FakeA, Tensor FakeB);
}
