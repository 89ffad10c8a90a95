using Criterion.Nn;
using Criterion.Optim;

namespace Criterion.Training;

/// <summary>One side of an adversarial game: a network with its optimizer.</summary>
internal sealed class Player(Module network, double learningRate, double beta1, double beta2) : IStateful
{
    readonly Adam _optimizer = new(network.Parameters(), learningRate, beta1, beta2);

    /// <summary>The network's output.</summary>
    public Tensor Forward(Tensor input) => network.Forward(input);

    /// <summary>Makes the network ready to learn.</summary>
    public void Train() => network.Train().Unfreeze();

    /// <summary>Lets gradients pass through the network, and none into it.</summary>
    public void Freeze() => network.Freeze();

    /// <summary>One update down the slope of <paramref name="loss"/>.</summary>
    /// <returns>The length of the gradient over all parameters.</returns>
    public double Descend(Tensor loss)
    {
        _optimizer.ZeroGrad();
        loss.Backward();
        _optimizer.Step();
        return Math.Sqrt(_optimizer.Parameters.Sum(static parameter => Square(parameter.Grad)));
    }

    /// <summary>The network and its optimizer.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        OrderedDictionary<string, Tensor> state = [];
        state.AddPart("network", network.StateDict());
        state.AddPart("optimizer", _optimizer.StateDict());
        return state;
    }

    /// <summary>Goes on from a saved state.</summary>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        network.LoadStateDict(state.Part("network"));
        _optimizer.LoadStateDict(state.Part("optimizer"));
    }

    static double Square(Tensor? gradient) => gradient is null ? 0 : Math.Pow(gradient.Norm().Item(), 2);
}
