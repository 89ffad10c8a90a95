using Criterion.Drivers;
using Criterion.Nn;

namespace Criterion.Optim;

/// <summary>Moves parameters against their gradients. PyTorch equivalent: <c>torch.optim.Optimizer</c>.</summary>
/// <remarks>It belongs to one thread at a time, and so do its parameters during <see cref="Step"/>.</remarks>
/// <example><code>
/// optimizer.ZeroGrad();
/// loss.Backward();
/// optimizer.Step();
/// </code></example>
public abstract class Optimizer
{
    const string RateName = "learning_rate";
    const string InitialRateName = "initial_learning_rate";

    readonly Slot[] _slots;

    /// <summary>An optimizer of these parameters.</summary>
    /// <param name="parameters">What is learned; each once.</param>
    /// <param name="learningRate">How far a step goes.</param>
    /// <param name="stateNames">The names of the tensors that it keeps for each parameter.</param>
    /// <exception cref="ArgumentException">There are no parameters, one comes twice, or one is the result of an operation.</exception>
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

    /// <summary>What is learned.</summary>
    public IReadOnlyList<Tensor> Parameters { get; }

    /// <summary>How far a step goes; schedules change it. What it is when the first schedule is made is the base of all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double LearningRate
    {
        get;
        set => field = Require.NonNegative(value, GetType().Name);
    }

    /// <summary>The learning rate when the first schedule was made; null before.</summary>
    internal double? InitialRate { get; set; }

    /// <summary>Updates every parameter that has a gradient, in place and unrecorded.</summary>
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

    /// <summary>Clears the gradients; inside a <see cref="TensorScope"/> their memory is used again.</summary>
    public void ZeroGrad() => Gradients.Clear(Parameters);

    /// <summary>
    /// What a checkpoint needs to go on: the learning rate, that from which schedules started if there are any, and for each parameter
    /// <c>i</c> that was stepped its count of steps (<c>i.step</c>) and its tensors, by PyTorch's names (<c>i.exp_avg</c>). These are the
    /// optimizer's own: clone them for a snapshot.
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

    /// <summary>Goes on from a saved state of an optimizer of the same kind and parameters; the values are copied.</summary>
    /// <exception cref="StateDictException">Names or shapes do not fit; nothing was changed.</exception>
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

        StateMatch.Check(GetType().Name, expected, present, strict: true);
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
            [] => "there are no parameters to optimize",
            _ when TensorMemory.Distinct(parameters).Count() != parameters.Count => "a parameter is given twice; pass a shared one once, as Module.Parameters() does",
            _ when parameters.FirstOrDefault(static p => !p.IsLeaf) is { } result =>
                $"a tensor of shape {result.Shape} is the result of an operation, not a leaf; optimize what it was computed from",
            _ => null,
        };
        if (fault is not null)
        {
            throw new ArgumentException($"{GetType().Name}: {fault}.", nameof(parameters));
        }
    }

    /// <summary>Changes entries of another form, under a prefix, into those that this optimizer keeps.</summary>
    private protected virtual void Translate(string prefix, OrderedDictionary<string, Tensor> state)
    {
    }

    /// <summary>Moves one parameter.</summary>
    private protected abstract void Update(Slot slot, Tensor gradient);

    /// <summary>A parameter with what the optimizer keeps for it.</summary>
    private protected sealed class Slot(Tensor parameter, string[] names)
    {
        Tensor[] _state = [];
        StepRange? _range;

        public Tensor Parameter { get; } = parameter;

        /// <summary>How many steps were taken, this one included.</summary>
        public long Steps { get; private set; }

        public Tensor this[int index] => _state[index];

        /// <summary>The gradients of plain steps, with a weight decay that is a part of them; none where <paramref name="isLeft"/> says so.</summary>
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

        /// <summary>Whether numbers that were loaded may be beyond plain steps: large, or a mean square as its negative root.</summary>
        bool HasExtremes()
        {
            const double largest = 1e17;
            return Steps > 1 && Parameter.Count > 0 && names.Zip(_state).Any(static kept =>
                !(kept.Second.Abs().Max().Item() <= largest) || (SquareMean.Names.Contains(kept.First) && kept.Second.Min().Item() < 0));
        }

        // Outside every scope: it lives as long as the optimizer.
        void Allocate()
        {
            using (TensorScope.Suspend())
            {
                _state = [.. names.Select(_ => Tensor.Zeros(Parameter.Shape, Parameter.DType))];
            }
        }
    }
}
