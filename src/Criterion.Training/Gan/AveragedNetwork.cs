using Criterion.Nn;
using Criterion.Optim;

namespace Criterion.Training;

/// <summary>A network with an exponential moving average of its weights, if one is kept.</summary>
/// <param name="network">The network.</param>
/// <param name="decay">The share of the average that an update keeps, in [0, 1); 0 for no average.</param>
internal sealed class AveragedNetwork(Module network, double decay) : IStateful
{
    readonly ExponentialMovingAverage? _average = decay > 0 ? new(network, decay) : null;

    /// <summary>
    /// Updates the average with the present weights. Early updates keep less of it, (1 + n) / (10 + n) after n steps, as the average would
    /// contain much of the initial weights otherwise: 5 % after 3,000 steps with a decay of 0.999. As in TensorFlow's
    /// ExponentialMovingAverage with <c>num_updates</c>.
    /// </summary>
    /// <param name="steps">The number of steps taken before this one.</param>
    public void Update(long steps) => _average?.Update(Math.Min(decay, (1.0 + steps) / (10 + steps)));

    /// <summary>Runs an action while the network has the averaged weights.</summary>
    public void Use(Action action)
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

    /// <summary>Applies the network with the averaged weights, in evaluation mode.</summary>
    public Tensor InBatches(Tensor input)
    {
        Tensor? output = null;
        Use(() => output = network.InBatches(input));
        return output!;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> StateDict() => _average?.StateDict() ?? new OrderedDictionary<string, Tensor>();

    /// <inheritdoc/>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state) => _average?.LoadStateDict(state);
}
