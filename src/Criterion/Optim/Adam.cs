using System.Runtime.CompilerServices;
using Criterion.Drivers;
using Criterion.Formulas;
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
    /// <param name="learningRate">η; must be 0 or more. Default: 1e-3.</param>
    /// <param name="beta1">β₁, the decay of the mean gradient, in [0, 1). Default: 0.9.</param>
    /// <param name="beta2">β₂, the decay of the mean squared gradient, in [0, 1). Default: 0.999.</param>
    /// <param name="epsilon">ε, added to the denominator; must be 0 or more. Default: 1e-8.</param>
    /// <param name="weightDecay">The multiple of the parameter that is added to its gradient; must be 0 or more. Default: 0.</param>
    /// <param name="amsGrad">Whether v̂ is replaced by its largest value so far (AMSGrad). Default: false.</param>
    /// <param name="maximize">Whether a step increases the loss instead of decreasing it. Default: false.</param>
    /// <exception cref="ArgumentException">There are no parameters, one is repeated, or one is not a leaf.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public Adam(
        IEnumerable<Tensor> parameters,
        double learningRate = 1e-3,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double epsilon = 1e-8,
        double weightDecay = 0,
        bool amsGrad = false,
        bool maximize = false)
        : this([new ParameterGroup(parameters)], learningRate, beta1, beta2, epsilon, weightDecay, amsGrad, maximize)
    {
    }

    /// <summary>Initializes an optimizer of parameter groups.</summary>
    /// <param name="groups">The groups; each parameter is in one.</param>
    /// <param name="learningRate">η; must be 0 or more. Default: 1e-3.</param>
    /// <param name="beta1">β₁, the decay of the mean gradient, in [0, 1). Default: 0.9.</param>
    /// <param name="beta2">β₂, the decay of the mean squared gradient, in [0, 1). Default: 0.999.</param>
    /// <param name="epsilon">ε, added to the denominator; must be 0 or more. Default: 1e-8.</param>
    /// <param name="weightDecay">The multiple of the parameter that is added to its gradient; must be 0 or more. Default: 0.</param>
    /// <param name="amsGrad">Whether v̂ is replaced by its largest value so far (AMSGrad). Default: false.</param>
    /// <param name="maximize">Whether a step increases the loss instead of decreasing it. Default: false.</param>
    /// <exception cref="ArgumentException">There are no parameters, one is repeated, or one is not a leaf.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public Adam(
        IEnumerable<ParameterGroup> groups,
        double learningRate = 1e-3,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double epsilon = 1e-8,
        double weightDecay = 0,
        bool amsGrad = false,
        bool maximize = false)
        : base(groups, learningRate, weightDecay)
    {
        (Beta1, Beta2, Epsilon) = (beta1, beta2, epsilon);
        (AmsGrad, Maximize) = (amsGrad, maximize);
    }

    private protected override double GradientDecay(Slot slot) => slot.WeightDecay;
}

/// <summary>
/// Adam with decoupled weight decay: θ ← θ − η · weightDecay · θ before each step (Loshchilov and Hutter, 2019). PyTorch equivalent:
/// <c>torch.optim.AdamW</c>.
/// </summary>
/// <inheritdoc cref="Adam" path="/remarks"/>
public sealed class AdamW : AdamFamily
{
    /// <inheritdoc cref="Adam(IEnumerable{Tensor}, double, double, double, double, double, bool, bool)"/>
    /// <param name="parameters">The parameters, each once.</param>
    /// <param name="learningRate">η; must be 0 or more. Default: 1e-3.</param>
    /// <param name="beta1">β₁, the decay of the mean gradient, in [0, 1). Default: 0.9.</param>
    /// <param name="beta2">β₂, the decay of the mean squared gradient, in [0, 1). Default: 0.999.</param>
    /// <param name="epsilon">ε, added to the denominator; must be 0 or more. Default: 1e-8.</param>
    /// <param name="weightDecay">The rate of decay, times η; must be 0 or more. Default: 0.01.</param>
    /// <param name="amsGrad">Whether v̂ is replaced by its largest value so far (AMSGrad). Default: false.</param>
    /// <param name="maximize">Whether a step increases the loss instead of decreasing it. Default: false.</param>
    public AdamW(
        IEnumerable<Tensor> parameters,
        double learningRate = 1e-3,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double epsilon = 1e-8,
        double weightDecay = 0.01,
        bool amsGrad = false,
        bool maximize = false)
        : this([new ParameterGroup(parameters)], learningRate, beta1, beta2, epsilon, weightDecay, amsGrad, maximize)
    {
    }

    /// <summary>Initializes an optimizer of parameter groups.</summary>
    /// <param name="groups">The groups; each parameter is in one.</param>
    /// <param name="learningRate">η; must be 0 or more. Default: 1e-3.</param>
    /// <param name="beta1">β₁, the decay of the mean gradient, in [0, 1). Default: 0.9.</param>
    /// <param name="beta2">β₂, the decay of the mean squared gradient, in [0, 1). Default: 0.999.</param>
    /// <param name="epsilon">ε, added to the denominator; must be 0 or more. Default: 1e-8.</param>
    /// <param name="weightDecay">The rate of decay, times η; must be 0 or more. Default: 0.01.</param>
    /// <param name="amsGrad">Whether v̂ is replaced by its largest value so far (AMSGrad). Default: false.</param>
    /// <param name="maximize">Whether a step increases the loss instead of decreasing it. Default: false.</param>
    /// <exception cref="ArgumentException">There are no parameters, one is repeated, or one is not a leaf.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public AdamW(
        IEnumerable<ParameterGroup> groups,
        double learningRate = 1e-3,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double epsilon = 1e-8,
        double weightDecay = 0.01,
        bool amsGrad = false,
        bool maximize = false)
        : base(groups, learningRate, weightDecay)
    {
        (Beta1, Beta2, Epsilon) = (beta1, beta2, epsilon);
        (AmsGrad, Maximize) = (amsGrad, maximize);
    }

    private protected override double WeightShrinkage(Slot slot) => 1 - (slot.LearningRate * slot.WeightDecay);
}

/// <summary>The base of Adam and AdamW.</summary>
public abstract class AdamFamily : Optimizer
{
    private protected AdamFamily(IEnumerable<ParameterGroup> groups, double learningRate, double weightDecay)
        : base(groups, learningRate, weightDecay)
    {
    }

    /// <summary>Gets β₁, the decay of the mean gradient, in [0, 1). Default: 0.9.</summary>
    public double Beta1 { get; init => field = Require.Decay(value, GetType().Name); }

    /// <summary>Gets β₂, the decay of the mean squared gradient, in [0, 1). Default: 0.999.</summary>
    public double Beta2 { get; init => field = Require.Decay(value, GetType().Name); }

    /// <summary>Gets ε, added to the denominator; 0 or more. Default: 1e-8.</summary>
    public double Epsilon { get; init => field = Require.NonNegative(value, GetType().Name); }

    /// <summary>
    /// Gets whether v̂ is replaced by its largest value so far (Reddi, Kale and Kumar, On the Convergence of Adam and Beyond, 2018).
    /// Default: false.
    /// </summary>
    public bool AmsGrad { get; init; }

    private protected override string[] StateNames => AmsGrad ? ["exp_avg", "exp_avg_sq", "max_exp_avg_sq"] : ["exp_avg", "exp_avg_sq"];

    /// <summary>Returns the multiple of the parameter that is added to its gradient.</summary>
    private protected virtual double GradientDecay(Slot slot) => 0;

    /// <summary>Returns the factor of the parameter before it is updated.</summary>
    private protected virtual double WeightShrinkage(Slot slot) => 1;

    private protected override void Update(Slot slot, Tensor gradient)
    {
        (Tensor parameter, Tensor mean, Tensor square) = (slot.Parameter, slot[0], slot[1]);
        double correction1 = 1 - Math.Pow(Beta1, slot.Steps);
        double correction2 = 1 - Math.Pow(Beta2, slot.Steps);
        double rate = slot.LearningRate / correction1 * Math.Sqrt(correction2);
        double epsilon = Math.Max(Epsilon * Math.Sqrt(correction2), SquareMean.Least(parameter.DType));
        double decay = GradientDecay(slot);
        double shrinking = WeightShrinkage(slot);
        if (AmsGrad)
        {
            UpdateByLargest(slot, gradient.Decayed(parameter, decay), new LargestStep(rate, epsilon, shrinking, Squares(parameter.DType)));
            return;
        }

        TensorFormula.Update(
            Moments(new PlainSquareMean(Beta2, 1 - Beta2)),
            Moments(Squares(parameter.DType)),
            slot.Range(decay, epsilon < PlainSquareMean.LeastEpsilon),
            gradient,
            parameter,
            mean,
            square);

        Moments<TSquares> Moments<TSquares>(TSquares squares)
            where TSquares : struct, ISquareMean => new(rate, Beta1, squares, epsilon, decay, shrinking);
    }

    SquareMean Squares(DType dtype) => new(Beta2, 1 - Beta2, dtype);

    /// <summary>Updates with three state tensors, more than a fused update takes.</summary>
    void UpdateByLargest(Slot slot, Tensor g, LargestStep step)
    {
        SquareMean squares = Squares(g.DType);
        TensorFormula.Update(new MeanUpdate(Beta1), slot[0], g);
        TensorFormula.Update(new SquareUpdate(squares), slot[1], g);
        TensorFormula.Update(new LargestUpdate(squares), slot[2], slot[1]);
        TensorFormula.Update(step, slot.Parameter, slot[0], slot[2]);
    }

    /// <summary>β₁m + (1 − β₁)g.</summary>
    readonly struct MeanUpdate(double beta1) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T mean, T g)
            where T : struct, IReal<T> => (beta1 * mean) + ((1 - beta1) * g);
    }

    /// <summary>β₂v + (1 − β₂)g².</summary>
    readonly struct SquareUpdate(SquareMean squares) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T square, T g)
            where T : struct, IReal<T> => squares.Next(square, g);
    }

    /// <summary>max(largest, v), of means as they are stored. A NaN stays.</summary>
    readonly struct LargestUpdate(SquareMean squares) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T largest, T square)
            where T : struct, IReal<T>
        {
            (T a, T b) = (squares.Root(largest), squares.Root(square));
            return T.Select(b < a, largest, T.Select(T.Equal(a, a), square, largest));
        }
    }

    /// <summary>shrinking · θ − rate · m / (√v + ε).</summary>
    readonly struct LargestStep(double rate, double epsilon, double shrinking, SquareMean squares) : ITernaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T parameter, T mean, T largest)
            where T : struct, IReal<T> =>
            (shrinking == 1 ? parameter : shrinking * parameter)
            - (rate * (mean / (squares.Root(largest) + epsilon)));
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
            mean = (beta1 * mean) + ((1 - beta1) * g);
            square = squares.Next(square, g);
            T move = rate * (mean / (squares.Root(square) + epsilon));
            parameter = (shrinking == 1 ? parameter : shrinking * parameter) - move;
        }
    }
}

/// <summary>Weight decay as a part of the gradient.</summary>
internal static class WeightDecay
{
    /// <summary>Computes g + decay · θ, and g itself without decay, so that an infinite parameter does not make it NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Decayed<T>(this T gradient, T parameter, double decay)
        where T : struct, IReal<T> => decay == 0 ? gradient : gradient + (decay * parameter);

    /// <inheritdoc cref="Decayed{T}(T, T, double)"/>
    public static Tensor Decayed(this Tensor gradient, Tensor parameter, double decay) =>
        decay == 0 ? gradient : gradient + (parameter * decay);
}
