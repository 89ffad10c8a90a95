using Criterion.Nn;
using Criterion.Optim;

namespace Criterion.Training;

/// <summary>One side of an adversarial game: its networks with their one optimizer.</summary>
internal sealed class TrainedNetworks : IStateful
{
    readonly (string Name, Module Network)[] _networks;
    readonly Optimizer _optimizer;

    /// <summary>A player with several networks.</summary>
    public TrainedNetworks((string Name, Module Network)[] networks, Func<IReadOnlyList<Tensor>, Optimizer> optimizer)
    {
        _networks = networks;
        _optimizer = optimizer([.. networks.SelectMany(static named => named.Network.Parameters()).Distinct()]);
    }

    /// <summary>A player with several networks that learns by Adam.</summary>
    public TrainedNetworks((string Name, Module Network)[] networks, double learningRate, double beta1, double beta2)
        : this(networks, parameters => new Adam(parameters, learningRate, beta1, beta2))
    {
    }

    /// <summary>A player with one network that learns by Adam.</summary>
    public TrainedNetworks(Module network, double learningRate, double beta1, double beta2)
        : this([("network", network)], learningRate, beta1, beta2)
    {
    }

    /// <summary>The learning rate of the next update.</summary>
    public double LearningRate
    {
        get => _optimizer.LearningRate;
        set => _optimizer.LearningRate = value;
    }

    /// <summary>The first network.</summary>
    public Module Network => _networks[0].Network;

    /// <summary>What is learned.</summary>
    public IReadOnlyList<Tensor> Parameters => _optimizer.Parameters;

    /// <summary>The first network's output.</summary>
    public Tensor Forward(Tensor input) => Network.Forward(input);

    /// <summary>Makes the networks ready to learn.</summary>
    public void Train() => Array.ForEach(_networks, static named => named.Network.Train().Unfreeze());

    /// <summary>Lets gradients pass through the networks, and none into them.</summary>
    public void Freeze() => Array.ForEach(_networks, static named => named.Network.Freeze());

    /// <summary>The gradient of <paramref name="loss"/>, without the update that it is for.</summary>
    /// <returns>Its length over all parameters.</returns>
    public double Differentiate(Tensor loss)
    {
        _optimizer.ZeroGrad();
        loss.Backward();
        return GradientClip.ByNorm(_optimizer.Parameters, max: double.PositiveInfinity);
    }

    /// <summary>The update down the gradient that there is.</summary>
    public void Update() => _optimizer.Step();

    /// <summary>The networks and their optimizer.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        OrderedDictionary<string, Tensor> state = [];
        foreach ((string name, Module network) in _networks)
        {
            state.AddPart(name, network.StateDict());
        }

        state.AddPart("optimizer", _optimizer.StateDict());
        return state;
    }

    /// <summary>Goes on from a saved state.</summary>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        foreach ((string name, Module network) in _networks)
        {
            network.LoadStateDict(state.Part(name));
        }

        _optimizer.LoadStateDict(state.Part("optimizer"));
    }
}
