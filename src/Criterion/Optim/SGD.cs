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
    readonly double _momentum;
    readonly double _dampening;
    readonly double _weightDecay;
    readonly bool _nesterov;

    /// <summary>Initializes an optimizer of parameters.</summary>
    /// <param name="parameters">The parameters, each once.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="momentum">μ, the decay of the momentum buffer; must be 0 or more. Default: 0.</param>
    /// <param name="dampening">The share of the gradient that the momentum buffer omits after the first step. Default: 0.</param>
    /// <param name="weightDecay">The multiple of the parameter that is added to its gradient. Default: 0.</param>
    /// <param name="nesterov">Whether to use Nesterov momentum, which needs momentum and no dampening. Default: false.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">Nesterov without momentum, or with dampening.</exception>
    public SGD(
        IEnumerable<Tensor> parameters,
        double learningRate,
        double momentum = 0,
        double dampening = 0,
        double weightDecay = 0,
        bool nesterov = false)
        : base(parameters, learningRate, momentum == 0 ? [] : ["momentum_buffer"])
    {
        _momentum = Require.NonNegative(momentum, "SGD");
        _dampening = Require.Finite(dampening, "SGD");
        _weightDecay = Require.NonNegative(weightDecay, "SGD");
        _nesterov = !nesterov || (momentum > 0 && dampening == 0)
            ? nesterov
            : throw new ArgumentException(
                $"SGD: Nesterov momentum needs momentum > 0 and dampening = 0, but they are {momentum} and {dampening}.", nameof(nesterov));
    }

    private protected override void Update(Slot slot, Tensor gradient)
    {
        if (_momentum == 0)
        {
            TensorFormula.Update(new GradientStep(LearningRate, _weightDecay), slot.Parameter, gradient);
            return;
        }

        // The first step uses the full gradient, as in PyTorch.
        double share = slot.Steps == 1 ? 1 : 1 - _dampening;
        TensorFormula.Update(new MomentumUpdate(_momentum, share, _weightDecay), slot[0], gradient, slot.Parameter);
        if (_nesterov)
        {
            TensorFormula.Update(new NesterovStep(LearningRate, _momentum, _weightDecay), slot.Parameter, gradient, slot[0]);
        }
        else
        {
            TensorFormula.Update(new GradientStep(LearningRate, 0), slot.Parameter, slot[0]);
        }
    }

    /// <summary>θ − η(g + decay · θ).</summary>
    readonly struct GradientStep(double rate, double decay) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T parameter, T gradient)
            where T : struct, IReal<T> => parameter - (T.Const(rate) * gradient.Decayed(parameter, decay));
    }

    /// <summary>μb + share · (g + decay · θ).</summary>
    readonly struct MomentumUpdate(double momentum, double share, double decay) : ITernaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T buffer, T gradient, T parameter)
            where T : struct, IReal<T> => (T.Const(momentum) * buffer) + (T.Const(share) * gradient.Decayed(parameter, decay));
    }

    /// <summary>θ − η(g + decay · θ + μb).</summary>
    readonly struct NesterovStep(double rate, double momentum, double decay) : ITernaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T parameter, T gradient, T buffer)
            where T : struct, IReal<T> =>
            parameter - (T.Const(rate) * (gradient.Decayed(parameter, decay) + (T.Const(momentum) * buffer)));
    }
}
