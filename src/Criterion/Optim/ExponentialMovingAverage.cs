using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Nn;
using Criterion.Numbers;

namespace Criterion.Optim;

/// <summary>
/// An exponential moving average of a module's parameters, average ← decay · average + (1 − decay) · parameter, which often samples and
/// generalizes better than the last weights. Buffers are copied. A tensor with several names is averaged and swapped once; its names share
/// one average.
/// </summary>
/// <example><code>
/// var average = new ExponentialMovingAverage(generator, decay: 0.999);
/// optimizer.Step();
/// average.Update();
/// average.Swap();   // evaluate with the averages …
/// average.Swap();   // … and continue with the weights
/// </code></example>
public sealed class ExponentialMovingAverage : IStateful
{
    readonly List<(Tensor Value, Tensor Average, bool IsLearned)> _pairs = [];
    readonly OrderedDictionary<string, Tensor> _averages = [];

    /// <summary>Initializes an average with the module's current values.</summary>
    /// <param name="module">The module.</param>
    /// <param name="decay">The share of the average that each update keeps, in [0, 1]. Default: 0.999.</param>
    /// <exception cref="ArgumentOutOfRangeException">The decay is not in [0, 1].</exception>
    public ExponentialMovingAverage(Module module, double decay = 0.999)
    {
        ArgumentNullException.ThrowIfNull(module);
        Decay = decay;
        HashSet<TensorMemory> learned = [.. module.Parameters().Select(TensorMemory.Of)];
        Dictionary<TensorMemory, Tensor> averages = [];
        using (TensorScope.Suspend())
        {
            foreach ((string name, Tensor value) in module.StateDict())
            {
                TensorMemory memory = TensorMemory.Of(value);
                if (averages.TryAdd(memory, value))
                {
                    averages[memory] = value.Clone();
                    _pairs.Add((value, averages[memory], learned.Contains(memory)));
                }

                _averages.Add(name, averages[memory]);
            }
        }
    }

    /// <summary>Gets the share of the average that each update keeps, in [0, 1]. Default: 0.999.</summary>
    public double Decay { get; init => field = Require.InUnitInterval(value, nameof(ExponentialMovingAverage)); }

    /// <summary>Updates the averages with the module's current values.</summary>
    public void Update() => Update(Decay);

    /// <summary>Updates the averages with the module's current values and a decay of this update alone, as for a warm-up.</summary>
    /// <param name="decay">The share of the average that this update keeps, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">The decay is not in [0, 1].</exception>
    public void Update(double decay)
    {
        Require.InUnitInterval(decay, nameof(ExponentialMovingAverage));
        foreach ((Tensor value, Tensor average, bool isLearned) in _pairs)
        {
            if (isLearned)
            {
                TensorFormula.Update(new Lerp(1 - decay), average, value);
            }
            else
            {
                average.CopyFrom(value);
            }
        }
    }

    /// <summary>Swaps the averages with the module's values; a second call swaps them back.</summary>
    public void Swap()
    {
        foreach ((Tensor value, Tensor average, _) in _pairs)
        {
            Tensor copy = value.Clone();
            value.CopyFrom(average);
            average.CopyFrom(copy);
        }
    }

    /// <summary>Copies the averages into a module with the same state.</summary>
    /// <exception cref="StateDictException">The names or shapes differ.</exception>
    public void CopyTo(Module target)
    {
        ArgumentNullException.ThrowIfNull(target);
        target.LoadStateDict(_averages);
    }

    /// <summary>Returns the averages by the names of the module's state.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict() => _averages;

    /// <summary>Loads saved averages; the values are copied.</summary>
    /// <exception cref="StateDictException">
    /// The names or shapes differ, or two names of one tensor have different values; nothing was changed.
    /// </exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        StateMatch.Check(nameof(ExponentialMovingAverage), _averages, state);
        StateMatch.Copy(_averages, state);
    }

    /// <summary>average + share · (value − average).</summary>
    internal readonly struct Lerp(double share) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T average, T value)
            where T : struct, IReal<T> => average + (share * (value - average));
    }
}
