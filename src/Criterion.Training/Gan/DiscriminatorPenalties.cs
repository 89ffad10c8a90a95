using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>Real and generated images with what the discriminator says of them.</summary>
internal readonly record struct DiscriminatorBatch(Tensor Real, Tensor Fake, Tensor RealLogits, Tensor FakeLogits);

/// <summary>The penalties of a discriminator, with what they remember from step to step.</summary>
internal sealed class DiscriminatorPenalties(IReadOnlyList<Regularizer> all, RandomStream random) : IStateful
{
    // Copies of images for Consistency are moved by up to this share of their side.
    const int ShiftShare = 8;

    RandomStream _random = random;
    LeCamState _leCam = new();
    LeCamState _next = new();

    /// <summary>Those of every step, by name.</summary>
    public IEnumerable<(string Name, Tensor Value)> Prompt(Func<Tensor, Tensor> critic, DiscriminatorBatch judged)
    {
        // What a step that failed left behind is forgotten.
        _next = _leCam;
        return
            from one in all
            where !one.IsLazy
            select (one.Penalty.GetType().Name, Of(one.Penalty, critic, judged));
    }

    /// <summary>Those that are due in the discriminator's step of that number, counted from 0, as heavy as the steps without them ask for.</summary>
    public IEnumerable<(string Name, Tensor Value)> Lazy(long step, Func<Tensor, Tensor> critic, Func<DiscriminatorBatch> judge)
    {
        Regularizer[] due = [.. all.Where(one => one.IsLazy && new LazyPenalty(one.Interval).IsDue(step))];
        if (due.Length == 0)
        {
            return [];
        }

        DiscriminatorBatch judged = judge();
        return due.Select(one => (one.Penalty.GetType().Name, new LazyPenalty(one.Interval).Scale(Of(one.Penalty, critic, judged))));
    }

    /// <summary>Remembers what the last step's penalties saw: not before it is known to be good.</summary>
    public void Commit() => _leCam = _next;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> StateDict() => new OrderedDictionary<string, Tensor>
    {
        ["places"] = _random.State(),
        ["lecam"] = StateDicts.Numbers(_leCam.Real, _leCam.Fake, _leCam.Steps),
    };

    /// <inheritdoc/>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        _random = state.Random("places");
        double[] means = state.Numbers("lecam", 3);
        _leCam = _next = new LeCamState(means[0], means[1], (long)means[2]);
    }

    Tensor Of(Penalty penalty, Func<Tensor, Tensor> critic, DiscriminatorBatch judged) => penalty switch
    {
        InputGradientPenalty slope => slope.Forward(critic, judged.Real, judged.Fake, _random),
        DriftPenalty drift => drift.Forward(judged.RealLogits),
        LeCamPenalty anchor => anchor.Forward(judged.RealLogits, judged.FakeLogits, _next = anchor.Update(_leCam, judged.RealLogits, judged.FakeLogits)),
        ConsistencyPenalty consistency => consistency.Forward(judged.RealLogits, critic(Shift(judged.Real))),
        _ => throw new TrainingException($"{penalty.GetType().Name} is no penalty for a discriminator."),
    };

    Tensor Shift(Tensor images)
    {
        (int height, int width) = (images.Shape[2], images.Shape[3]);
        int most = Math.Max(1, Math.Min(height, width) / ShiftShare);
        long[] by = Tensor.RandInt(0, (2 * most) + 1, [2], _random).ToArray<long>();
        return new ReflectionPad2d(most).Forward(images).Narrow(2, (int)by[0], height).Narrow(3, (int)by[1], width);
    }
}
