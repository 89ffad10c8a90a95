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

    readonly double _alpha;
    readonly double _epsilon;
    readonly double _weightDecay;
    readonly double _momentum;
    readonly bool _centred;

    /// <summary>Initializes an optimizer of parameters.</summary>
    /// <param name="parameters">The parameters, each once.</param>
    /// <param name="learningRate">η. Default: 0.01.</param>
    /// <param name="alpha">α, the decay of the averages, in [0, 1]. Default: 0.99.</param>
    /// <param name="epsilon">ε, added to the denominator; must be 0 or more. Default: 1e-8.</param>
    /// <param name="weightDecay">The multiple of the parameter that is added to its gradient. Default: 0.</param>
    /// <param name="momentum">μ, the decay of the momentum buffer; must be 0 or more. Default: 0.</param>
    /// <param name="centred">
    /// Whether to divide by the standard deviation of the gradient instead of its root mean square. Default: false.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public RMSprop(
        IEnumerable<Tensor> parameters,
        double learningRate = 0.01,
        double alpha = 0.99,
        double epsilon = 1e-8,
        double weightDecay = 0,
        double momentum = 0,
        bool centred = false)
        : base(
            parameters,
            learningRate,
            [.. centred ? [VarianceName, MeanName] : new[] { SquareName }, .. momentum == 0 ? [] : new[] { "momentum_buffer" }])
    {
        _alpha = Require.InUnitInterval(alpha, "RMSprop");
        _epsilon = Require.NonNegative(epsilon, "RMSprop");
        _weightDecay = Require.NonNegative(weightDecay, "RMSprop");
        _momentum = Require.NonNegative(momentum, "RMSprop");
        _centred = centred;
    }

    private protected override void Update(Slot slot, Tensor gradient)
    {
        double epsilon = Math.Max(_epsilon, SquareMean.Least(gradient.DType));
        if (_centred && _momentum != 0)
        {
            CentredWithMomentum(slot, gradient, epsilon);
            return;
        }

        StepRange range = slot.Range(_weightDecay, epsilon < PlainSquareMean.LeastEpsilon);
        double share = _centred ? _alpha * (1 - _alpha) : 1 - _alpha;
        (PlainSquareMean plain, SquareMean robust) = (new(_alpha, share), new(_alpha, share, gradient.DType));
        (Tensor square, Tensor parameter) = (slot[0], slot.Parameter);
        if (_centred)
        {
            TensorFormula.Update(Centred(plain, epsilon), Centred(robust, epsilon), range, gradient, parameter, slot[1], square);
        }
        else if (_momentum != 0)
        {
            TensorFormula.Update(
                PlainMomentum(plain, epsilon), PlainMomentum(robust, epsilon), range, gradient, parameter, slot[1], square);
        }
        else
        {
            // There is one state tensor: it is passed as the first too, and written last.
            TensorFormula.Update(Plain(plain, epsilon), Plain(robust, epsilon), range, gradient, parameter, square, square);
        }
    }

    PlainUpdate<TSquares> Plain<TSquares>(TSquares squares, double epsilon)
        where TSquares : struct, ISquareMean => new(squares, LearningRate, epsilon, _weightDecay);

    CentredUpdate<TSquares> Centred<TSquares>(TSquares squares, double epsilon)
        where TSquares : struct, ISquareMean => new(squares, LearningRate, epsilon, _weightDecay, _alpha);

    PlainMomentumUpdate<TSquares> PlainMomentum<TSquares>(TSquares squares, double epsilon)
        where TSquares : struct, ISquareMean => new(squares, LearningRate, epsilon, _weightDecay, _momentum);

    /// <summary>Updates with three state tensors, more than a fused update takes.</summary>
    void CentredWithMomentum(Slot slot, Tensor gradient, double epsilon)
    {
        Tensor g = _weightDecay == 0 ? gradient : gradient + (slot.Parameter * _weightDecay);
        SquareMean squares = new(_alpha, _alpha * (1 - _alpha), g.DType);
        TensorFormula.Update(new VarianceUpdate(squares), slot[0], g, slot[1]);
        TensorFormula.Update(new MeanUpdate(_alpha), slot[1], g);
        TensorFormula.Update(new MomentumUpdate(_momentum, epsilon, squares), slot[2], g, slot[0]);
        TensorFormula.Update(new GradientStep(LearningRate), slot.Parameter, slot[2]);
    }

    /// <summary>Computes the variance from a state with the mean square, as in PyTorch and earlier versions.</summary>
    private protected override void Translate(string prefix, OrderedDictionary<string, Tensor> state)
    {
        if (_centred && state.TryGetValue(prefix + MeanName, out Tensor? mean) && state.Remove(prefix + SquareName, out Tensor? square))
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
            where T : struct, IReal<T> => (T.Const(alpha) * mean) + (T.Const(1 - alpha) * g);
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
            parameter = parameter - (T.Const(rate) * (g / (squares.Root(square) + T.Const(epsilon))));
        }
    }

    readonly struct CentredUpdate<TSquares>(TSquares squares, double rate, double epsilon, double decay, double alpha) : IUpdate
        where TSquares : struct, ISquareMean
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<T>(T gradient, ref T parameter, ref T mean, ref T variance)
            where T : struct, IReal<T>
        {
            T g = gradient.Decayed(parameter, decay);
            variance = squares.Next(variance, g - mean);
            parameter = parameter - (T.Const(rate) * (g / (squares.Root(variance) + T.Const(epsilon))));
            mean = (T.Const(alpha) * mean) + (T.Const(1 - alpha) * g);
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
            buffer = (T.Const(momentum) * buffer) + (g / (squares.Root(square) + T.Const(epsilon)));
            parameter = parameter - (T.Const(rate) * buffer);
        }
    }

    readonly struct MomentumUpdate(double momentum, double epsilon, SquareMean squares) : ITernaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T buffer, T g, T size)
            where T : struct, IReal<T> => (T.Const(momentum) * buffer) + (g / (squares.Root(size) + T.Const(epsilon)));
    }

    readonly struct GradientStep(double rate) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T parameter, T buffer)
            where T : struct, IReal<T> => parameter - (T.Const(rate) * buffer);
    }
}
