using System.Diagnostics;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// The base of all trainers: counts, times and scopes the steps, skips those that are not finite where that is asked for, and saves and
/// restores the parts. A trainer states what a step computes and which parts a checkpoint holds.
/// </summary>
/// <typeparam name="TStep">The record of a step.</typeparam>
public abstract class Trainer<TStep> : IStateful
    where TStep : struct, IRunStep
{
    const string StepName = "step";

    static readonly TStep SkippedStep = TStep.Columns.Skipped<TStep>();

    readonly NanGuard _guard;
    readonly (string Name, Module Network)[] _networks;
    long _step;

    /// <summary>Creates a trainer at step 0.</summary>
    /// <param name="onNan">The treatment of steps with a loss or gradient that is not finite.</param>
    /// <param name="networks">The networks that are trained, by name.</param>
    private protected Trainer(NanPolicy onNan, params (string Name, Module Network)[] networks)
    {
        _networks = networks;
        _guard = new NanGuard(onNan, [.. networks.Select(static named => named.Network)]);
    }

    /// <summary>Gets the number of steps that are done.</summary>
    private protected long StepsDone => _step;

    /// <summary>
    /// Gets streams of random numbers that a checkpoint holds beside those of <see cref="Module.RandomStreams"/>. Default: none.
    /// </summary>
    internal IReadOnlyList<RandomStream> Streams { private get; init; } = [];

    /// <summary>
    /// Gets or sets a visitor of the networks at the end of each step, while the gradients of their last updates are in memory.
    /// </summary>
    internal Action<long, IReadOnlyList<(string Name, Module Network)>>? OnNetworks { private get; set; }

    /// <summary>Gets the parts whose state a checkpoint holds, by name.</summary>
    private protected abstract IEnumerable<(string Name, IStateful Part)> Parts { get; }

    StateGroup Group => new([.. Parts, .. AllStreams]);

    // Layers such as dropout draw random numbers in each step.
    IEnumerable<(string Name, IStateful Part)> AllStreams =>
        _networks.SelectMany(static named => named.Network.RandomStreams()).Concat(Streams).Distinct()
            .Select(static (stream, i) => ($"random{i}", (IStateful)stream));

    /// <summary>Trains for one step.</summary>
    /// <returns>The record of the step.</returns>
    /// <exception cref="TrainingException">A loss or gradient is not finite, and the options do not say to skip such steps.</exception>
    public TStep Step()
    {
        long start = Stopwatch.GetTimestamp();
        using TensorScope scope = new();
        TStep row = _guard.Step(TrainStep, SkippedStep);
        row = row with { Step = ++_step, Skipped = _guard.Skipped, Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds };
        OnNetworks?.Invoke(_step, _networks);
        return row;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        OrderedDictionary<string, Tensor> state = new(Group.StateDict());
        state.Insert(0, StepName, StateDicts.Integers(_step, _guard.Skipped));
        return state;
    }

    /// <inheritdoc/>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        long[] steps = state.Integers(StepName, 2);
        Group.LoadStateDict(state.Where(static pair => pair.Key != StepName).ToDictionary());
        (_step, _guard.Skipped) = (steps[0], steps[1]);
    }

    /// <summary>Computes one step; the number, the skipped steps and the time are filled in by <see cref="Step"/>.</summary>
    private protected abstract TStep TrainStep();

    /// <summary>Returns a loss or the norm of a gradient if it is finite.</summary>
    /// <param name="value">The value.</param>
    /// <param name="what">The name of the value in the error.</param>
    /// <param name="state">The argument of <paramref name="tensors"/>.</param>
    /// <param name="tensors">Collects the tensors that led to it, in the order of computation.</param>
    /// <exception cref="TrainingException">It is not finite.</exception>
    private protected double Finite<TState>(double value, string what, TState state, Func<TState, NanSearch> tensors) =>
        NanGuard.Finite(value, what, _step + 1, state, tensors);
}
