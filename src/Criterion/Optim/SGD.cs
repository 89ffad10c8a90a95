using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Optim;

/// <summary>
/// Stochastic gradient descent: θ ← θ − η · g, with momentum b ← μb + (1 − dampening)g, θ ← θ − η · b, or with Nesterov momentum θ ← θ − η
/// · (g + μb). PyTorch equivalent: <c>torch.optim.SGD</c>.
/// </summary>
public sealed class SGD : Optimizer
{
    /// <summary>Initializes an optimizer of parameters.</summary>
    /// <param name="parameters">The parameters, each once.</param>
    /// <param name="learningRate">η; must be 0 or more.</param>
    /// <param name="momentum">μ, the decay of the momentum buffer; must be 0 or more. Default: 0.</param>
    /// <param name="dampening">The share of the gradient that the momentum buffer omits after the first step. Default: 0.</param>
    /// <param name="weightDecay">The multiple of the parameter that is added to its gradient; must be 0 or more. Default: 0.</param>
    /// <param name="nesterov">Whether to use Nesterov momentum, which needs momentum and no dampening. Default: false.</param>
    /// <param name="maximize">Whether a step increases the loss instead of decreasing it. Default: false.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">
    /// There are no parameters, one is repeated, or one is not a leaf; or Nesterov without momentum, or with dampening.
    /// </exception>
    public SGD(
        IEnumerable<Tensor> parameters,
        double learningRate,
        double momentum = 0,
        double dampening = 0,
        double weightDecay = 0,
        bool nesterov = false,
        bool maximize = false)
        : this([new ParameterGroup(parameters)], learningRate, momentum, dampening, weightDecay, nesterov, maximize)
    {
    }

    /// <summary>Initializes an optimizer of parameter groups.</summary>
    /// <param name="groups">The groups; each parameter is in one.</param>
    /// <param name="learningRate">η; must be 0 or more.</param>
    /// <param name="momentum">μ, the decay of the momentum buffer; must be 0 or more. Default: 0.</param>
    /// <param name="dampening">The share of the gradient that the momentum buffer omits after the first step. Default: 0.</param>
    /// <param name="weightDecay">The multiple of the parameter that is added to its gradient; must be 0 or more. Default: 0.</param>
    /// <param name="nesterov">Whether to use Nesterov momentum, which needs momentum and no dampening. Default: false.</param>
    /// <param name="maximize">Whether a step increases the loss instead of decreasing it. Default: false.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">
    /// There are no parameters, one is repeated, or one is not a leaf; or Nesterov without momentum, or with dampening.
    /// </exception>
    public SGD(
        IEnumerable<ParameterGroup> groups,
        double learningRate,
        double momentum = 0,
        double dampening = 0,
        double weightDecay = 0,
        bool nesterov = false,
        bool maximize = false)
        : base(groups, learningRate, weightDecay)
    {
        (Momentum, Dampening) = (momentum, dampening);
        (Nesterov, Maximize) = (nesterov, maximize);
        CheckOptions();
    }

    /// <summary>Gets μ, the decay of the momentum buffer; 0 or more. Default: 0.</summary>
    public double Momentum { get; init => field = Require.NonNegative(value, nameof(SGD)); }

    /// <summary>Gets the share of the gradient that the momentum buffer omits after the first step. Default: 0.</summary>
    public double Dampening { get; init => field = Require.Finite(value, nameof(SGD)); }

    /// <summary>Gets whether Nesterov momentum is used, which needs momentum and no dampening. Default: false.</summary>
    public bool Nesterov { get; init; }

    private protected override string[] StateNames => Momentum == 0 ? [] : ["momentum_buffer"];

    // An object initializer sets options one by one, so that each step checks them together.
    private protected override void CheckOptions()
    {
        if (Nesterov && (Momentum == 0 || Dampening != 0))
        {
            throw new ArgumentException(
                $"SGD: Nesterov momentum needs momentum > 0 and dampening = 0, but they are {Momentum} and {Dampening}.");
        }
    }

    private protected override void Update(Slot slot, Tensor gradient)
    {
        double decay = slot.WeightDecay;
        if (Momentum == 0)
        {
            TensorFormula.Update(new GradientStep(slot.LearningRate, decay), slot.Parameter, gradient);
            return;
        }

        // The first step uses the full gradient, as in PyTorch.
        double share = slot.Steps == 1 ? 1 : 1 - Dampening;
        TensorFormula.Update(new MomentumUpdate(Momentum, share, decay), slot[0], gradient, slot.Parameter);
        if (Nesterov)
        {
            TensorFormula.Update(new NesterovStep(slot.LearningRate, Momentum, decay), slot.Parameter, gradient, slot[0]);
        }
        else
        {
            TensorFormula.Update(new GradientStep(slot.LearningRate, 0), slot.Parameter, slot[0]);
        }
    }

    /// <summary>θ − η(g + decay · θ).</summary>
    readonly struct GradientStep(double rate, double decay) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T parameter, T gradient)
            where T : struct, IReal<T> => parameter - (rate * gradient.Decayed(parameter, decay));
    }

    /// <summary>μb + share · (g + decay · θ).</summary>
    readonly struct MomentumUpdate(double momentum, double share, double decay) : ITernaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T buffer, T gradient, T parameter)
            where T : struct, IReal<T> => (momentum * buffer) + (share * gradient.Decayed(parameter, decay));
    }

    /// <summary>θ − η(g + decay · θ + μb).</summary>
    readonly struct NesterovStep(double rate, double momentum, double decay) : ITernaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T parameter, T gradient, T buffer)
            where T : struct, IReal<T> =>
            parameter - (rate * (gradient.Decayed(parameter, decay) + (momentum * buffer)));
    }
}
