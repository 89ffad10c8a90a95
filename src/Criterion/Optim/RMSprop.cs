using System.Runtime.CompilerServices;
using Criterion.Formulas;

namespace Criterion.Optim;

/// <summary>
/// RMSprop (Hinton, 2012): v ← αv + (1 − α)g², θ ← θ − η · g / (√v + ε); centred: √(v − m²) with the mean gradient m ← αm + (1 − α)g;
/// with momentum: b ← μb + g / (…), θ ← θ − η · b. The twin of <c>torch.optim.RMSprop</c>.
/// </summary>
public sealed class RMSprop : Optimizer
{
    readonly double _alpha;
    readonly double _epsilon;
    readonly double _weightDecay;
    readonly double _momentum;
    readonly bool _centred;

    /// <summary>An optimizer of these parameters.</summary>
    /// <param name="parameters">What is learned; each once.</param>
    /// <param name="learningRate">η; 0.01.</param>
    /// <param name="alpha">α, how much of the averages is kept, in [0, 1]; 0.99.</param>
    /// <param name="epsilon">ε, added below the fraction line; 1e-8.</param>
    /// <param name="weightDecay">A multiple of the parameter that is added to its gradient; 0.</param>
    /// <param name="momentum">μ, how much of the last step is kept; 0.</param>
    /// <param name="centred">Whether to divide by the deviation of the gradient rather than its size; no.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public RMSprop(
        IEnumerable<Tensor> parameters,
        double learningRate = 0.01,
        double alpha = 0.99,
        double epsilon = 1e-8,
        double weightDecay = 0,
        double momentum = 0,
        bool centred = false)
        : base(parameters, learningRate, ["square_avg", .. centred ? ["grad_avg"] : Array.Empty<string>(), .. momentum == 0 ? [] : new[] { "momentum_buffer" }])
    {
        _alpha = alpha is >= 0 and <= 1
            ? alpha
            : throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "RMSprop: alpha must be in [0, 1].");
        _epsilon = Option.AtLeastZero("RMSprop", epsilon, nameof(epsilon));
        _weightDecay = Option.AtLeastZero("RMSprop", weightDecay, nameof(weightDecay));
        _momentum = Option.AtLeastZero("RMSprop", momentum, nameof(momentum));
        _centred = centred;
    }

    private protected override void Update(Slot slot, Tensor gradient)
    {
        Tensor parameter = slot.Parameter;
        Tensor g = _weightDecay == 0 ? gradient : gradient + (parameter * _weightDecay);
        Tensor size = slot[0];
        Formula.Update(new MeanSquare(_alpha), size, g);
        if (_centred)
        {
            Formula.Update(new Mean(_alpha), slot[1], g);
            size = Formula.Map(default(Variance), size, slot[1]);
        }

        if (_momentum == 0)
        {
            Formula.Update(new Descend(LearningRate, _epsilon), parameter, g, size);
            return;
        }

        Tensor buffer = slot[_centred ? 2 : 1];
        Formula.Update(new Gather(_momentum, _epsilon), buffer, g, size);
        Formula.Update(new Follow(LearningRate), parameter, buffer);
    }

    readonly struct MeanSquare(double alpha) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T square, T g)
            where T : struct, IReal<T> => (T.Const(alpha) * square) + (T.Const(1 - alpha) * g * g);
    }

    readonly struct Mean(double alpha) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T mean, T g)
            where T : struct, IReal<T> => (T.Const(alpha) * mean) + (T.Const(1 - alpha) * g);
    }

    /// <summary>v − m².</summary>
    readonly struct Variance : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T square, T mean)
            where T : struct, IReal<T> => square - (mean * mean);
    }

    readonly struct Descend(double rate, double epsilon) : ITernaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T parameter, T g, T size)
            where T : struct, IReal<T> => parameter - (T.Const(rate) * g / (T.Sqrt(size) + T.Const(epsilon)));
    }

    readonly struct Gather(double momentum, double epsilon) : ITernaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T buffer, T g, T size)
            where T : struct, IReal<T> => (T.Const(momentum) * buffer) + (g / (T.Sqrt(size) + T.Const(epsilon)));
    }

    readonly struct Follow(double rate) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T parameter, T buffer)
            where T : struct, IReal<T> => parameter - (T.Const(rate) * buffer);
    }
}
