using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>Real and generated samples with the logits of the discriminator for them.</summary>
internal readonly record struct DiscriminatorBatch(Tensor Real, Tensor Fake, Tensor RealLogits, Tensor FakeLogits);

/// <summary>The penalties of a discriminator, with the state that they keep between steps.</summary>
internal sealed class DiscriminatorPenalties(IReadOnlyList<Regularizer> all, RandomStream random) : IStateful
{
    // The copies of images for the consistency penalty are shifted by up to this fraction of their side.
    const int ShiftFraction = 8;

    LeCamState _leCam = new();
    LeCamState _next = new();

    /// <summary>Computes the penalties that belong to every step, by name.</summary>
    public IEnumerable<(string Name, Tensor Value)> EveryStep(Func<Tensor, Tensor> critic, DiscriminatorBatch batch)
    {
        // Discards the state of a step that failed.
        _next = _leCam;
        return
            from one in all
            where !one.IsLazy
            select (one.Penalty.GetType().Name, Compute(one.Penalty, critic, batch));
    }

    /// <summary>Computes the lazy penalties that are due, scaled by their interval.</summary>
    /// <param name="step">The number of the discriminator step, from 0.</param>
    /// <param name="critic">The discriminator.</param>
    /// <param name="evaluate">Evaluates the discriminator; called only if a penalty is due.</param>
    public IEnumerable<(string Name, Tensor Value)> Lazy(long step, Func<Tensor, Tensor> critic, Func<DiscriminatorBatch> evaluate)
    {
        Regularizer[] due = [.. all.Where(one => one.IsLazy && new LazyPenalty(one.Interval).IsDue(step))];
        if (due.Length == 0)
        {
            return [];
        }

        DiscriminatorBatch batch = evaluate();
        return due.Select(one => (one.Penalty.GetType().Name, new LazyPenalty(one.Interval).Scale(Compute(one.Penalty, critic, batch))));
    }

    /// <summary>Keeps the state of the last step, once its values are known to be finite.</summary>
    public void Commit() => _leCam = _next;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> StateDict() => State.StateDict();

    /// <inheritdoc/>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state) => State.LoadStateDict(state);

    StateGroup State => new(
        ("places", random),
        ("lecam", new StatefulNumbers(
            () => [_leCam.Real, _leCam.Fake, _leCam.Steps],
            means => _leCam = _next = new LeCamState(means[0], means[1], (long)means[2]))));

    Tensor Compute(Penalty penalty, Func<Tensor, Tensor> critic, DiscriminatorBatch batch) => penalty switch
    {
        InputGradientPenalty slope => slope.Forward(critic, batch.Real, batch.Fake, random),
        DriftPenalty drift => drift.Forward(batch.RealLogits),
        LeCamPenalty leCam => leCam.Forward(
            batch.RealLogits, batch.FakeLogits, _next = leCam.Update(_leCam, batch.RealLogits, batch.FakeLogits)),
        CustomPenalty custom => custom.Forward(critic, batch.Real, batch.Fake, random),
        ConsistencyPenalty consistency => consistency.Forward(batch.RealLogits, critic(Shift(batch.Real))),
        _ => throw new TrainingException($"{penalty.GetType().Name} is not a penalty of a discriminator. {Regularizer.Alternatives}"),
    };

    Tensor Shift(Tensor images)
    {
        (int height, int width) = (images.Shape[2], images.Shape[3]);
        int most = Math.Max(1, Math.Min(height, width) / ShiftFraction);
        long[] by = Tensor.RandInt(0, (2 * most) + 1, [2], random).ToArray<long>();
        return new ReflectionPad2d(most).Forward(images).Narrow(2, (int)by[0], height).Narrow(3, (int)by[1], width);
    }
}
