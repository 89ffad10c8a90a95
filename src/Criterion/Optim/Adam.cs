using System.Runtime.CompilerServices;
using Criterion.Drivers;
using Criterion.Numbers;

namespace Criterion.Optim;

/// <summary>
/// Adam (Kingma and Ba, 2015): m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ − η · m̂ / (√v̂ + ε), with bias-corrected m̂ and v̂.
/// PyTorch equivalent: <c>torch.optim.Adam</c>.
/// </summary>
/// <remarks>
/// Gradients whose squares overflow or underflow (in single precision above 1e18 and below 1e-18) are handled like others. Their v is
/// stored in <c>exp_avg_sq</c> as −√v. A parameter whose gradients are all 0 does not change, even with an ε of 0.
/// </remarks>
public sealed class Adam : AdamFamily
{
    /// <summary>Initializes an optimizer of parameters.</summary>
    /// <param name="parameters">The parameters, each once.</param>
    /// <param name="learningRate">η. Default: 1e-3.</param>
    /// <param name="beta1">β₁, the decay of the mean gradient, in [0, 1). Default: 0.9.</param>
    /// <param name="beta2">β₂, the decay of the mean squared gradient, in [0, 1). Default: 0.999.</param>
    /// <param name="epsilon">ε, added to the denominator; must be 0 or more. Default: 1e-8.</param>
    /// <param name="weightDecay">The multiple of the parameter that is added to its gradient. Default: 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public Adam(
        IEnumerable<Tensor> parameters,
        double learningRate = 1e-3,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double epsilon = 1e-8,
        double weightDecay = 0)
        : base(parameters, learningRate, beta1, beta2, epsilon, weightDecay)
    {
    }

    private protected override double GradientDecay => WeightDecay;
}

/// <summary>
/// Adam with decoupled weight decay: θ ← θ − η · weightDecay · θ before each step (Loshchilov and Hutter, 2019). PyTorch equivalent:
/// <c>torch.optim.AdamW</c>.
/// </summary>
/// <inheritdoc cref="Adam" path="/remarks"/>
public sealed class AdamW : AdamFamily
{
    /// <inheritdoc cref="Adam(IEnumerable{Tensor}, double, double, double, double, double)"/>
    /// <param name="parameters">The parameters, each once.</param>
    /// <param name="learningRate">η. Default: 1e-3.</param>
    /// <param name="beta1">β₁, the decay of the mean gradient, in [0, 1). Default: 0.9.</param>
    /// <param name="beta2">β₂, the decay of the mean squared gradient, in [0, 1). Default: 0.999.</param>
    /// <param name="epsilon">ε, added to the denominator; must be 0 or more. Default: 1e-8.</param>
    /// <param name="weightDecay">The rate of decay, times η. Default: 0.01.</param>
    public AdamW(
        IEnumerable<Tensor> parameters,
        double learningRate = 1e-3,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double epsilon = 1e-8,
        double weightDecay = 0.01)
        : base(parameters, learningRate, beta1, beta2, epsilon, weightDecay)
    {
    }

    private protected override double WeightShrinkage => 1 - (LearningRate * WeightDecay);
}

/// <summary>The base of Adam and AdamW.</summary>
public abstract class AdamFamily : Optimizer
{
    readonly double _beta1;
    readonly double _beta2;
    readonly double _epsilon;

    private protected AdamFamily(
        IEnumerable<Tensor> parameters, double learningRate, double beta1, double beta2, double epsilon, double weightDecay)
        : base(parameters, learningRate, "exp_avg", "exp_avg_sq")
    {
        _beta1 = Require.Decay(beta1, GetType().Name);
        _beta2 = Require.Decay(beta2, GetType().Name);
        _epsilon = Require.NonNegative(epsilon, GetType().Name);
        WeightDecay = Require.NonNegative(weightDecay, GetType().Name);
    }

    private protected double WeightDecay { get; }

    /// <summary>Gets the multiple of the parameter that is added to its gradient.</summary>
    private protected virtual double GradientDecay => 0;

    /// <summary>Gets the factor of the parameter before it is updated.</summary>
    private protected virtual double WeightShrinkage => 1;

    private protected override void Update(Slot slot, Tensor gradient)
    {
        (Tensor parameter, Tensor mean, Tensor square) = (slot.Parameter, slot[0], slot[1]);
        double correction1 = 1 - Math.Pow(_beta1, slot.Steps);
        double correction2 = 1 - Math.Pow(_beta2, slot.Steps);
        double rate = LearningRate / correction1 * Math.Sqrt(correction2);
        double epsilon = Math.Max(_epsilon * Math.Sqrt(correction2), SquareMean.Least(parameter.DType));
        TensorFormula.Update(
            Moments(new PlainSquareMean(_beta2, 1 - _beta2)),
            Moments(new SquareMean(_beta2, 1 - _beta2, parameter.DType)),
            slot.Range(GradientDecay, epsilon < PlainSquareMean.LeastEpsilon),
            gradient,
            parameter,
            mean,
            square);

        Moments<TSquares> Moments<TSquares>(TSquares squares)
            where TSquares : struct, ISquareMean => new(rate, _beta1, squares, epsilon, GradientDecay, WeightShrinkage);
    }

    /// <summary>
    /// g ← gradient + decay · θ, m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← shrinking · θ − rate · m / (√v + ε). Rate and ε include the
    /// bias corrections.
    /// </summary>
    readonly struct Moments<TSquares>(double rate, double beta1, TSquares squares, double epsilon, double decay, double shrinking) : IUpdate
        where TSquares : struct, ISquareMean
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<T>(T gradient, ref T parameter, ref T mean, ref T square)
            where T : struct, IReal<T>
        {
            T g = gradient.Decayed(parameter, decay);
            mean = (T.Const(beta1) * mean) + (T.Const(1 - beta1) * g);
            square = squares.Next(square, g);
            T move = T.Const(rate) * (mean / (squares.Root(square) + T.Const(epsilon)));
            parameter = (shrinking == 1 ? parameter : T.Const(shrinking) * parameter) - move;
        }
    }
}

/// <summary>Weight decay as a part of the gradient.</summary>
internal static class WeightDecay
{
    /// <summary>Computes g + decay · θ, and g itself without decay, so that an infinite parameter does not make it NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Decayed<T>(this T gradient, T parameter, double decay)
        where T : struct, IReal<T> => decay == 0 ? gradient : gradient + (T.Const(decay) * parameter);
}
