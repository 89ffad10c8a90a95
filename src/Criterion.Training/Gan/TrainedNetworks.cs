using Criterion.Nn;
using Criterion.Optim;
using Criterion.Schedules;

namespace Criterion.Training;

/// <summary>One or more networks that one optimizer trains together, such as both translators of a CycleGAN.</summary>
internal sealed class TrainedNetworks : IStateful
{
    readonly (string Name, Module Network)[] _networks;
    readonly Optimizer _optimizer;
    readonly double _rate;
    readonly LearningRateSchedule? _schedule;
    readonly double _clip;
    readonly StateGroup _state;

    /// <summary>Creates a set of networks with their optimizer.</summary>
    /// <param name="networks">The networks, by the names of their state.</param>
    /// <param name="optimizer">Creates the optimizer of all parameters.</param>
    /// <param name="schedule">The factor of the learning rate. Default: 1.</param>
    /// <param name="clip">The limit of the norm of the gradient; 0 for none. Default: 0.</param>
    public TrainedNetworks(
        (string Name, Module Network)[] networks,
        Func<IReadOnlyList<Tensor>, Optimizer> optimizer,
        Schedule? schedule = null,
        double clip = 0)
    {
        _networks = networks;
        _optimizer = optimizer([.. networks.SelectMany(static named => named.Network.Parameters()).Distinct()]);
        _rate = _optimizer.LearningRate;
        _schedule = schedule is null ? null : new LearningRateSchedule(_optimizer, schedule);
        _clip = clip > 0 ? clip : double.PositiveInfinity;
        IEnumerable<(string, IStateful)> parts = networks.Select(static named => (named.Name, (IStateful)named.Network));
        (string, IStateful)[] schedules = _schedule is null ? [] : [("schedule", _schedule)];
        _state = new StateGroup([.. parts, ("optimizer", _optimizer), .. schedules]);
    }

    /// <summary>Creates one network with its optimizer.</summary>
    public TrainedNetworks(
        Module network, Func<IReadOnlyList<Tensor>, Optimizer> optimizer, Schedule? schedule = null, double clip = 0)
        : this([("network", network)], optimizer, schedule, clip)
    {
    }

    /// <summary>Sets the learning rate of the next update, as a factor of the optimizer's first one.</summary>
    public double RateFactor
    {
        set => _optimizer.LearningRate = _rate * value;
    }

    /// <summary>Gets the first network.</summary>
    public Module Network => _networks[0].Network;

    /// <summary>Gets the optimizer of all parameters.</summary>
    public Optimizer Optimizer => _optimizer;

    /// <summary>Gets the parameters of all networks.</summary>
    public IReadOnlyList<Tensor> Parameters => _optimizer.Parameters;

    /// <summary>Applies the first network.</summary>
    public Tensor Forward(Tensor input) => Network.Forward(input);

    /// <summary>Switches the networks to training mode and unfreezes them.</summary>
    public void Train() => Array.ForEach(_networks, static named => named.Network.Train().Unfreeze());

    /// <summary>Freezes the networks: gradients pass through them but not into their parameters.</summary>
    public void Freeze() => Array.ForEach(_networks, static named => named.Network.Freeze());

    /// <summary>Computes the gradient of <paramref name="loss"/>, scaled down to the limit, without updating the parameters.</summary>
    /// <returns>The norm of the gradient over all parameters, before it was scaled down.</returns>
    public double Differentiate(Tensor loss)
    {
        _optimizer.ZeroGrad();
        loss.Backward();
        return GradientClip.ByNorm(_optimizer.Parameters, max: _clip);
    }

    /// <summary>Updates the parameters with the present gradient.</summary>
    public void Update() => _optimizer.Step();

    /// <summary>Sets the learning rate of the next step, if there is a schedule.</summary>
    public void EndStep() => _schedule?.Step();

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> StateDict() => _state.StateDict();

    /// <inheritdoc/>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state) => _state.LoadStateDict(state);
}
