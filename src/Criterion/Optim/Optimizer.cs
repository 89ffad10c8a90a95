using Criterion.Nn;

namespace Criterion.Optim;

/// <summary>Updates parameters by their gradients. PyTorch equivalent: <c>torch.optim.Optimizer</c>.</summary>
/// <remarks>An optimizer must be used by one thread at a time, and so must its parameters during <see cref="Step"/>.</remarks>
/// <example><code>
/// optimizer.ZeroGrad();
/// loss.Backward();
/// optimizer.Step();
/// </code></example>
public abstract partial class Optimizer : IStateful
{
    const string RateName = "learning_rate";
    const string InitialRateName = "initial_learning_rate";

    readonly ScheduledRate _rate;
    readonly Slot[] _slots;

    /// <summary>Initializes an optimizer of parameter groups.</summary>
    /// <param name="groups">The groups; each parameter is in one.</param>
    /// <param name="learningRate">The learning rate; must be 0 or more.</param>
    /// <param name="weightDecay">The weight decay; must be 0 or more.</param>
    /// <exception cref="ArgumentException">There are no parameters, one is repeated, or one is not a leaf.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is negative or not finite.</exception>
    private protected Optimizer(IEnumerable<ParameterGroup> groups, double learningRate, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(groups);
        Groups = [.. groups];
        Parameters = [.. Groups.SelectMany(static group => group.Parameters)];
        Check();
        _rate = new ScheduledRate(GetType().Name) { Value = learningRate };
        WeightDecay = weightDecay;
        _slots = [.. Groups.SelectMany(group => group.Parameters.Select(parameter => new Slot(this, group, parameter)))];
        ParameterGroup.Own(GetType().Name, Groups);
    }

    /// <summary>Gets the parameters of all groups.</summary>
    public IReadOnlyList<Tensor> Parameters { get; }

    /// <summary>Gets the groups; one if the optimizer was created with parameters.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>
    /// Gets or sets the learning rate of all groups that have none of their own. Schedules change it; its value when the first schedule
    /// is created is the base of all.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double LearningRate
    {
        get => _rate.Value;
        set => _rate.Value = value;
    }

    /// <summary>Gets the weight decay of all groups that have none of their own.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double WeightDecay { get; init => field = Require.NonNegative(value, GetType().Name); }

    /// <summary>Gets whether a step increases the loss instead of decreasing it. Default: false.</summary>
    public bool Maximize { get; init; }

    /// <summary>Gets the learning rates with the prefixes of their names in a state: that of the optimizer, then those of groups.</summary>
    internal IEnumerable<(string Prefix, ScheduledRate Rate)> Rates => Groups
        .Select(static (group, i) => ($"group.{i}.", group.Rate!))
        .Where(static named => named.Item2 is not null)
        .Prepend(("", _rate));

    /// <summary>Gets the names of the state tensors of each parameter.</summary>
    private protected abstract string[] StateNames { get; }

    /// <summary>Updates every parameter that has a gradient, in place and without recording.</summary>
    public void Step()
    {
        CheckOptions();
        using (Autograd.NoGrad())
        {
            foreach (Slot slot in _slots)
            {
                if (slot.Parameter.Grad is { } gradient)
                {
                    slot.Begin();
                    Update(slot, Maximize ? -gradient : gradient);
                }
            }
        }
    }

    /// <summary>Clears the gradients; inside a <see cref="TensorScope"/> their memory is reused.</summary>
    public void ZeroGrad() => Gradients.Clear(Parameters);

    /// <summary>
    /// Returns the state for a checkpoint: the learning rate, the initial learning rate of schedules if there are any, the same of each
    /// group <c>i</c> with a rate of its own (<c>group.i.learning_rate</c>), and for each parameter <c>i</c> that was updated its step
    /// count (<c>i.step</c>) and its tensors, by PyTorch's names (<c>i.exp_avg</c>). The tensors are the optimizer's own: clone them for a
    /// snapshot.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        OrderedDictionary<string, Tensor> state = [];
        foreach ((string prefix, ScheduledRate rate) in Rates)
        {
            state.Add(prefix + RateName, Tensor.Scalar(rate.Value, DType.Float64));
            if (rate.Initial is { } initial)
            {
                state.Add(prefix + InitialRateName, Tensor.Scalar(initial, DType.Float64));
            }
        }

        for (int i = 0; i < _slots.Length; i++)
        {
            _slots[i].Save($"{i}.", state);
        }

        return state;
    }

    /// <summary>Loads the saved state of an optimizer of the same kind and parameters; the values are copied.</summary>
    /// <param name="state">The state.</param>
    /// <exception cref="StateDictException">Names or shapes do not match; nothing was changed.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        OrderedDictionary<string, Tensor> present = new(state);
        OrderedDictionary<string, Tensor> expected = [];
        foreach ((string prefix, _) in Rates)
        {
            Expect(prefix + RateName, isNeeded: true);
            Expect(prefix + InitialRateName, isNeeded: false);
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
        ScheduledRate.CheckState(GetType().Name, present, RateName);
        Load(present);

        void Expect(string name, bool isNeeded)
        {
            if (isNeeded || state.ContainsKey(name))
            {
                expected.Add(name, Tensor.Scalar(0));
            }
        }
    }

    void Load(IReadOnlyDictionary<string, Tensor> state)
    {
        foreach ((string prefix, ScheduledRate rate) in Rates)
        {
            rate.Value = state[prefix + RateName].Item();
            rate.Initial = state.TryGetValue(prefix + InitialRateName, out Tensor? initial) ? initial.Item()
                : rate.IsScheduled ? rate.Initial : null;
        }

        for (int i = 0; i < _slots.Length; i++)
        {
            _slots[i].Load($"{i}.", state);
        }
    }

    void Check()
    {
        string? fault = Parameters switch
        {
            [] => "there are no parameters",
            _ when Groups.Any(static group => group.Parameters.Count == 0) => "a group has no parameters",
            _ when TensorMemory.Distinct(Parameters).Count() != Parameters.Count =>
                "a parameter is repeated. Pass a shared one once, as Module.Parameters() does",
            _ when Parameters.FirstOrDefault(static p => !p.IsLeaf) is { } result =>
                $"a tensor of shape {result.Shape} is the result of an operation, not a leaf. Pass the tensors that it was computed from",
            _ => null,
        };
        if (fault is not null)
        {
            throw new ArgumentException($"{GetType().Name}: {fault}.");
        }
    }

    /// <summary>Throws if options do not fit together.</summary>
    private protected virtual void CheckOptions()
    {
    }

    /// <summary>Converts entries of another format, under a prefix, to those of this optimizer.</summary>
    private protected virtual void Translate(string prefix, OrderedDictionary<string, Tensor> state)
    {
    }

    /// <summary>Updates one parameter.</summary>
    private protected abstract void Update(Slot slot, Tensor gradient);
}
