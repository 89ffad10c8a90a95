using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Nn;

namespace Criterion.Optim;

/// <summary>
/// A running average of a module's parameters, average ← decay · average + (1 − decay) · parameter, which often samples and
/// generalises better than the last weights. Buffers are copied.
/// </summary>
/// <example><code>
/// var average = new ExponentialMovingAverage(generator, decay: 0.999);
/// optimizer.Step();
/// average.Update();
/// average.Swap();   // evaluate with the averages …
/// average.Swap();   // … and go on with the weights
/// </code></example>
public sealed class ExponentialMovingAverage
{
    readonly Module _module;
    readonly HashSet<string> _learned;
    readonly OrderedDictionary<string, Tensor> _averages = [];

    /// <summary>An average that starts at the module's present values.</summary>
    /// <param name="module">The module.</param>
    /// <param name="decay">How much of the average each update keeps, in [0, 1]; 0.999.</param>
    /// <exception cref="ArgumentOutOfRangeException">The decay is not in [0, 1].</exception>
    public ExponentialMovingAverage(Module module, double decay = 0.999)
    {
        ArgumentNullException.ThrowIfNull(module);
        Decay = decay is >= 0 and <= 1
            ? decay
            : throw new ArgumentOutOfRangeException(nameof(decay), decay, "ExponentialMovingAverage: the decay must be in [0, 1].");
        _module = module;
        _learned = [.. module.NamedParameters().Select(static parameter => parameter.Name)];
        using (TensorScope.Suspend())
        {
            foreach ((string name, Tensor value) in module.StateDict())
            {
                _averages.Add(name, value.Clone());
            }
        }
    }

    /// <summary>How much of the average each update keeps.</summary>
    public double Decay { get; }

    /// <summary>Takes the module's present values into the average.</summary>
    public void Update()
    {
        foreach ((string name, Tensor value) in _module.StateDict())
        {
            if (_learned.Contains(name))
            {
                Formula.Update(new Towards(1 - Decay), _averages[name], value);
            }
            else
            {
                _averages[name].CopyFrom(value);
            }
        }
    }

    /// <summary>Exchanges the averages with the module's values; a second call changes them back.</summary>
    public void Swap()
    {
        foreach ((string name, Tensor value) in _module.StateDict())
        {
            Tensor copy = value.Clone();
            value.CopyFrom(_averages[name]);
            _averages[name].CopyFrom(copy);
        }
    }

    /// <summary>Copies the averages into a module of the same state.</summary>
    /// <exception cref="StateDictException">The names or shapes differ.</exception>
    public void CopyTo(Module target)
    {
        ArgumentNullException.ThrowIfNull(target);
        target.LoadStateDict(_averages);
    }

    /// <summary>The averages by the names of the module's state.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict() => _averages;

    /// <summary>Goes on from saved averages; the values are copied.</summary>
    /// <exception cref="StateDictException">The names or shapes differ; nothing was changed.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        StateMatch.Check(nameof(ExponentialMovingAverage), _averages, state, strict: true);
        foreach ((string name, Tensor average) in _averages)
        {
            average.CopyFrom(state[name].Detach());
        }
    }

    /// <summary>average + share · (value − average).</summary>
    readonly struct Towards(double share) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T average, T value)
            where T : struct, IReal<T> => average + (T.Const(share) * (value - average));
    }
}
