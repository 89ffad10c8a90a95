using System.Runtime.CompilerServices;
using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Optim;

/// <summary>
/// RMSprop (Hinton, 2012): v ← αv + (1 − α)g², θ ← θ − η · g / (√v + ε). Centered: √(v − m²) with the mean gradient m ← αm + (1 − α)g. With
/// momentum: b ← μb + g / (…), θ ← θ − η · b. PyTorch equivalent: <c>torch.optim.RMSprop</c>.
/// </summary>
/// <remarks>
/// Centered, the variance s = v − m² itself is stored as <c>grad_var</c>, s ← α(s + (1 − α)(g − m)²): the difference would cancel, and
/// become negative, for nearly constant gradients. A state with PyTorch's <c>square_avg</c> can be loaded too. Gradients whose squares
/// overflow or underflow (in single precision above 1e18 and below 1e-18) are handled like others; their mean square is stored as its
/// negative root.
/// </remarks>
public sealed class RMSprop : Optimizer
{
    const string SquareName = "square_avg";
    const string MeanName = "grad_avg";
    const string VarianceName = "grad_var";

    /// <summary>Initializes an optimizer of parameters.</summary>
    /// <param name="parameters">The parameters, each once.</param>
    /// <param name="learningRate">η; must be 0 or more. Default: 0.01.</param>
    /// <param name="alpha">α, the decay of the averages, in [0, 1]. Default: 0.99.</param>
    /// <param name="epsilon">ε, added to the denominator; must be 0 or more. Default: 1e-8.</param>
    /// <param name="weightDecay">The multiple of the parameter that is added to its gradient; must be 0 or more. Default: 0.</param>
    /// <param name="momentum">μ, the decay of the momentum buffer; must be 0 or more. Default: 0.</param>
    /// <param name="centered">
    /// Whether to divide by the standard deviation of the gradient instead of its root mean square. Default: false.
    /// </param>
    /// <param name="maximize">Whether a step increases the loss instead of decreasing it. Default: false.</param>
    /// <exception cref="ArgumentException">There are no parameters, one is repeated, or one is not a leaf.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public RMSprop(
        IEnumerable<Tensor> parameters,
        double learningRate = 0.01,
        double alpha = 0.99,
        double epsilon = 1e-8,
        double weightDecay = 0,
        double momentum = 0,
        bool centered = false,
        bool maximize = false)
        : this([new ParameterGroup(parameters)], learningRate, alpha, epsilon, weightDecay, momentum, centered, maximize)
    {
    }

    /// <summary>Initializes an optimizer of parameter groups.</summary>
    /// <param name="groups">The groups; each parameter is in one.</param>
    /// <param name="learningRate">η; must be 0 or more. Default: 0.01.</param>
    /// <param name="alpha">α, the decay of the averages, in [0, 1]. Default: 0.99.</param>
    /// <param name="epsilon">ε, added to the denominator; must be 0 or more. Default: 1e-8.</param>
    /// <param name="weightDecay">The multiple of the parameter that is added to its gradient; must be 0 or more. Default: 0.</param>
    /// <param name="momentum">μ, the decay of the momentum buffer; must be 0 or more. Default: 0.</param>
    /// <param name="centered">
    /// Whether to divide by the standard deviation of the gradient instead of its root mean square. Default: false.
    /// </param>
    /// <param name="maximize">Whether a step increases the loss instead of decreasing it. Default: false.</param>
    /// <exception cref="ArgumentException">There are no parameters, one is repeated, or one is not a leaf.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public RMSprop(
        IEnumerable<ParameterGroup> groups,
        double learningRate = 0.01,
        double alpha = 0.99,
        double epsilon = 1e-8,
        double weightDecay = 0,
        double momentum = 0,
        bool centered = false,
        bool maximize = false)
        : base(groups, learningRate, weightDecay)
    {
        (Alpha, Epsilon, Momentum) = (alpha, epsilon, momentum);
        (Centered, Maximize) = (centered, maximize);
    }

    /// <summary>Gets α, the decay of the averages, in [0, 1]. Default: 0.99.</summary>
    public double Alpha { get; init => field = Require.InUnitInterval(value, nameof(RMSprop)); }

    /// <summary>Gets ε, added to the denominator; 0 or more. Default: 1e-8.</summary>
    public double Epsilon { get; init => field = Require.NonNegative(value, nameof(RMSprop)); }

    /// <summary>Gets μ, the decay of the momentum buffer; 0 or more. Default: 0.</summary>
    public double Momentum { get; init => field = Require.NonNegative(value, nameof(RMSprop)); }

    /// <summary>
    /// Gets whether the gradient is divided by its standard deviation instead of its root mean square. Default: false.
    /// </summary>
    public bool Centered { get; init; }

    private protected override string[] StateNames =>
        [.. Centered ? [VarianceName, MeanName] : new[] { SquareName }, .. Momentum == 0 ? [] : new[] { "momentum_buffer" }];

    private protected override void Update(Slot slot, Tensor gradient)
    {
        double epsilon = Math.Max(Epsilon, SquareMean.Least(gradient.DType));
        if (Centered && Momentum != 0)
        {
            CenteredWithMomentum(slot, gradient, epsilon);
            return;
        }

        StepRange range = slot.Range(slot.WeightDecay, epsilon < PlainSquareMean.LeastEpsilon);
        double share = Centered ? Alpha * (1 - Alpha) : 1 - Alpha;
        (PlainSquareMean plain, SquareMean robust) = (new(Alpha, share), new(Alpha, share, gradient.DType));
        (Tensor square, Tensor parameter) = (slot[0], slot.Parameter);
        if (Centered)
        {
            TensorFormula.Update(WithVariance(plain), WithVariance(robust), range, gradient, parameter, slot[1], square);
        }
        else if (Momentum != 0)
        {
            TensorFormula.Update(WithMomentum(plain), WithMomentum(robust), range, gradient, parameter, slot[1], square);
        }
        else
        {
            // There is one state tensor: it is passed as the first too, and written last.
            TensorFormula.Update(Plain(plain), Plain(robust), range, gradient, parameter, square, square);
        }

        PlainUpdate<TSquares> Plain<TSquares>(TSquares squares)
            where TSquares : struct, ISquareMean => new(squares, slot.LearningRate, epsilon, slot.WeightDecay);

        CenteredUpdate<TSquares> WithVariance<TSquares>(TSquares squares)
            where TSquares : struct, ISquareMean => new(squares, slot.LearningRate, epsilon, slot.WeightDecay, Alpha);

        PlainMomentumUpdate<TSquares> WithMomentum<TSquares>(TSquares squares)
            where TSquares : struct, ISquareMean => new(squares, slot.LearningRate, epsilon, slot.WeightDecay, Momentum);
    }

    /// <summary>Updates with three state tensors, more than a fused update takes.</summary>
    void CenteredWithMomentum(Slot slot, Tensor gradient, double epsilon)
    {
        Tensor g = gradient.Decayed(slot.Parameter, slot.WeightDecay);
        SquareMean squares = new(Alpha, Alpha * (1 - Alpha), g.DType);
        TensorFormula.Update(new VarianceUpdate(squares), slot[0], g, slot[1]);
        TensorFormula.Update(new MeanUpdate(Alpha), slot[1], g);
        TensorFormula.Update(new MomentumUpdate(Momentum, epsilon, squares), slot[2], g, slot[0]);
        TensorFormula.Update(new GradientStep(slot.LearningRate), slot.Parameter, slot[2]);
    }

    /// <summary>Computes the variance from a state with the mean square, as in PyTorch and earlier versions.</summary>
    private protected override void Translate(string prefix, OrderedDictionary<string, Tensor> state)
    {
        if (Centered && state.TryGetValue(prefix + MeanName, out Tensor? mean) && state.Remove(prefix + SquareName, out Tensor? square))
        {
            mean = mean.Detach().To(DType.Float64);
            state.TryAdd(prefix + VarianceName, (square.Detach().To(DType.Float64) - (mean * mean)).Relu());
        }
    }

    readonly struct VarianceUpdate(SquareMean squares) : ITernaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T variance, T g, T mean)
            where T : struct, IReal<T> => squares.Next(variance, g - mean);
    }

    readonly struct MeanUpdate(double alpha) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T mean, T g)
            where T : struct, IReal<T> => (alpha * mean) + ((1 - alpha) * g);
    }

    readonly struct PlainUpdate<TSquares>(TSquares squares, double rate, double epsilon, double decay) : IUpdate
        where TSquares : struct, ISquareMean
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<T>(T gradient, ref T parameter, ref T unused, ref T square)
            where T : struct, IReal<T>
        {
            T g = gradient.Decayed(parameter, decay);
            square = squares.Next(square, g);
            parameter = parameter - (rate * (g / (squares.Root(square) + epsilon)));
        }
    }

    readonly struct CenteredUpdate<TSquares>(TSquares squares, double rate, double epsilon, double decay, double alpha) : IUpdate
        where TSquares : struct, ISquareMean
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<T>(T gradient, ref T parameter, ref T mean, ref T variance)
            where T : struct, IReal<T>
        {
            T g = gradient.Decayed(parameter, decay);
            variance = squares.Next(variance, g - mean);
            parameter = parameter - (rate * (g / (squares.Root(variance) + epsilon)));
            mean = (alpha * mean) + ((1 - alpha) * g);
        }
    }

    readonly struct PlainMomentumUpdate<TSquares>(TSquares squares, double rate, double epsilon, double decay, double momentum) : IUpdate
        where TSquares : struct, ISquareMean
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<T>(T gradient, ref T parameter, ref T buffer, ref T square)
            where T : struct, IReal<T>
        {
            T g = gradient.Decayed(parameter, decay);
            square = squares.Next(square, g);
            buffer = (momentum * buffer) + (g / (squares.Root(square) + epsilon));
            parameter = parameter - (rate * buffer);
        }
    }

    readonly struct MomentumUpdate(double momentum, double epsilon, SquareMean squares) : ITernaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T buffer, T g, T size)
            where T : struct, IReal<T> => (momentum * buffer) + (g / (squares.Root(size) + epsilon));
    }

    readonly struct GradientStep(double rate) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T parameter, T buffer)
            where T : struct, IReal<T> => parameter - (rate * buffer);
    }
}
