using Criterion.Drivers;
using Criterion.Nn;

namespace Criterion.Optim;

/// <summary>Updates parameters by their gradients. PyTorch equivalent: <c>torch.optim.Optimizer</c>.</summary>
/// <remarks>An optimizer must be used by one thread at a time, and so must its parameters during <see cref="Step"/>.</remarks>
/// <example><code>
/// optimizer.ZeroGrad();
/// loss.Backward();
/// optimizer.Step();
/// </code></example>
public abstract class Optimizer : IStateful
{
    const string RateName = "learning_rate";
    const string InitialRateName = "initial_learning_rate";

    readonly Slot[] _slots;

    /// <summary>Initializes an optimizer of parameters.</summary>
    /// <param name="parameters">The parameters, each once.</param>
    /// <param name="learningRate">The learning rate; must be 0 or more.</param>
    /// <param name="stateNames">The names of the state tensors of each parameter.</param>
    /// <exception cref="ArgumentException">There are no parameters, one is repeated, or one is not a leaf.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The learning rate is negative or not finite.</exception>
    private protected Optimizer(IEnumerable<Tensor> parameters, double learningRate, params ReadOnlySpan<string> stateNames)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters = [.. parameters];
        Check(Parameters);
        LearningRate = learningRate;
        string[] names = stateNames.ToArray();
        _slots = [.. Parameters.Select(parameter => new Slot(parameter, names))];
    }

    /// <summary>Gets the parameters.</summary>
    public IReadOnlyList<Tensor> Parameters { get; }

    /// <summary>
    /// Gets or sets the learning rate. Schedules change it; its value when the first schedule is created is the base of all.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double LearningRate
    {
        get;
        set => field = Require.NonNegative(value, GetType().Name);
    }

    /// <summary>Gets or sets the learning rate when the first schedule was created; null before.</summary>
    internal double? InitialRate { get; set; }

    /// <summary>Updates every parameter that has a gradient, in place and without recording.</summary>
    public void Step()
    {
        using (Autograd.NoGrad())
        {
            foreach (Slot slot in _slots)
            {
                if (slot.Parameter.Grad is { } gradient)
                {
                    slot.Begin();
                    Update(slot, gradient);
                }
            }
        }
    }

    /// <summary>Clears the gradients; inside a <see cref="TensorScope"/> their memory is reused.</summary>
    public void ZeroGrad() => Gradients.Clear(Parameters);

    /// <summary>
    /// Returns the state for a checkpoint: the learning rate, the initial learning rate of schedules if there are any, and for each
    /// parameter <c>i</c> that was updated its step count (<c>i.step</c>) and its tensors, by PyTorch's names (<c>i.exp_avg</c>). The
    /// tensors are the optimizer's own: clone them for a snapshot.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        OrderedDictionary<string, Tensor> state = new() { [RateName] = Tensor.Scalar(LearningRate, DType.Float64) };
        if (InitialRate is { } rate)
        {
            state.Add(InitialRateName, Tensor.Scalar(rate, DType.Float64));
        }

        for (int i = 0; i < _slots.Length; i++)
        {
            _slots[i].Save($"{i}.", state);
        }

        return state;
    }

    /// <summary>Loads the saved state of an optimizer of the same kind and parameters; the values are copied.</summary>
    /// <exception cref="StateDictException">Names or shapes do not match; nothing was changed.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        OrderedDictionary<string, Tensor> present = new(state);
        OrderedDictionary<string, Tensor> expected = new() { [RateName] = Tensor.Scalar(0) };
        if (state.TryGetValue(InitialRateName, out Tensor? initialRate))
        {
            expected.Add(InitialRateName, Tensor.Scalar(0));
        }

        for (int i = 0; i < _slots.Length; i++)
        {
            Translate($"{i}.", present);
            if (state.ContainsKey($"{i}.step"))
            {
                _slots[i].Expect($"{i}.", expected);
            }
        }

        StateMatch.Check(GetType().Name, expected, present);
        LearningRate = state[RateName].Item();
        InitialRate = initialRate?.Item() ?? InitialRate;
        for (int i = 0; i < _slots.Length; i++)
        {
            _slots[i].Load($"{i}.", present);
        }
    }

    void Check(IReadOnlyList<Tensor> parameters)
    {
        string? fault = parameters switch
        {
            [] => "there are no parameters",
            _ when TensorMemory.Distinct(parameters).Count() != parameters.Count =>
                "a parameter is repeated. Pass a shared one once, as Module.Parameters() does",
            _ when parameters.FirstOrDefault(static p => !p.IsLeaf) is { } result =>
                $"a tensor of shape {result.Shape} is the result of an operation, not a leaf. Pass the tensors that it was computed from",
            _ => null,
        };
        if (fault is not null)
        {
            throw new ArgumentException($"{GetType().Name}: {fault}.", nameof(parameters));
        }
    }

    /// <summary>Converts entries of another format, under a prefix, to those of this optimizer.</summary>
    private protected virtual void Translate(string prefix, OrderedDictionary<string, Tensor> state)
    {
    }

    /// <summary>Updates one parameter.</summary>
    private protected abstract void Update(Slot slot, Tensor gradient);

    /// <summary>A parameter with its state.</summary>
    private protected sealed class Slot(Tensor parameter, string[] names)
    {
        Tensor[] _state = [];
        StepRange? _range;

        public Tensor Parameter { get; } = parameter;

        /// <summary>Gets the number of steps, including the current one.</summary>
        public long Steps { get; private set; }

        public Tensor this[int index] => _state[index];

        /// <summary>
        /// Returns the range of gradients that plain updates handle, including a weight decay that is added to them; an empty one if
        /// <paramref name="isLeft"/>.
        /// </summary>
        public StepRange Range(double decay, bool isLeft)
        {
            _range ??= new(Parameter.DType) { Decay = decay, IsLeft = isLeft || HasExtremes() };
            return _range;
        }

        public void Begin()
        {
            if (Steps++ == 0)
            {
                Allocate();
            }
        }

        public void Save(string prefix, OrderedDictionary<string, Tensor> state)
        {
            if (Steps > 0)
            {
                state.Add($"{prefix}step", Tensor.Scalar(Steps, DType.Int64));
                for (int i = 0; i < names.Length; i++)
                {
                    state.Add(prefix + names[i], _state[i]);
                }
            }
        }

        public void Expect(string prefix, OrderedDictionary<string, Tensor> state)
        {
            state.Add($"{prefix}step", Tensor.Scalar(0, DType.Int64));
            foreach (string name in names)
            {
                state.Add(prefix + name, Tensor.EmptyLike(Parameter));
            }
        }

        public void Load(string prefix, IReadOnlyDictionary<string, Tensor> state)
        {
            _range = null;
            Steps = state.TryGetValue($"{prefix}step", out Tensor? steps) ? (long)steps.Item() : 0;
            if (Steps > 0)
            {
                Allocate();
                for (int i = 0; i < names.Length; i++)
                {
                    _state[i].CopyFrom(state[prefix + names[i]]);
                }
            }
        }

        /// <summary>Returns whether loaded state may be outside that range: large, or a mean square stored as its negative root.</summary>
        bool HasExtremes()
        {
            const double largest = 1e17;
            return Steps > 1 && Parameter.Count > 0 && names.Zip(_state).Any(static kept =>
                !(kept.Second.Abs().Max().Item() <= largest) || (SquareMean.Names.Contains(kept.First) && kept.Second.Min().Item() < 0));
        }

        // Outside every scope: the state lives as long as the optimizer.
        void Allocate()
        {
            using (TensorScope.Suspend())
            {
                _state = [.. names.Select(_ => Tensor.Zeros(Parameter.Shape, Parameter.DType))];
            }
        }
    }
}
