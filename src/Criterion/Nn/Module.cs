namespace Criterion.Nn;

/// <summary>
/// A part of a network: a function of one tensor with parameters that are learned, buffers that are not, and further modules
/// inside. Names, order and layout of the state are PyTorch's.
/// </summary>
/// <remarks>
/// <para>Register everything in the constructor; nothing is found by reflection. PyTorch equivalent: <c>torch.nn.Module</c>.</para>
/// <para>In evaluation any number of threads may call <see cref="Forward"/> at once: no layer of the library changes its state then. In
/// training a module belongs to one thread at a time, as batch norm and spectral norm update their buffers; so do switching the mode,
/// loading a state, and clearing gradients.</para>
/// </remarks>
/// <example><code>
/// sealed class Residual : Module
/// {
///     readonly Conv2d _conv;
///
///     public Residual(int channels) =&gt; _conv = Child("conv", new Conv2d(channels, channels, 3, padding: 1));
///
///     public override Tensor Forward(Tensor input) =&gt; input + _conv.Forward(input).Relu();
/// }
/// </code></example>
public abstract partial class Module
{
    readonly List<(string Name, Tensor Value)> _parameters = [];
    readonly List<(string Name, Tensor Value)> _buffers = [];
    readonly List<(string Name, Module Value)> _children = [];

    /// <summary>Whether the module trains: dropout drops, and batch norm uses and tracks the batch. True at first.</summary>
    public bool IsTraining { get; private set; } = true;

    /// <summary>The number of learned numbers in this module and those inside it; a shared parameter counts once.</summary>
    public long ParameterCount => Parameters().Sum(static parameter => (long)parameter.Count);

    /// <summary>The function.</summary>
    public abstract Tensor Forward(Tensor input);

    /// <summary>An input that is there.</summary>
    private protected static Tensor NotNull(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input;
    }

    /// <summary>The modules directly inside this one, in order of registration.</summary>
    public IEnumerable<Module> Children() => _children.Select(static child => child.Value);

    /// <summary>All parameters, this module's own first; one that is shared comes once.</summary>
    public IReadOnlyList<Tensor> Parameters()
    {
        List<Tensor> all = [];
        AddParameters(all, []);
        return all;
    }

    /// <summary>All parameters by dotted name, such as <c>blocks.0.weight</c>; one that is shared comes once, by its first name.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> NamedParameters() => Named(static module => module._parameters);

    /// <summary>All buffers, such as running statistics, by dotted name; one that is shared comes once, by its first name.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> NamedBuffers() => Named(static module => module._buffers);

    /// <summary>Switches this module and those inside it to training.</summary>
    /// <returns>This module.</returns>
    public Module Train() => SetTraining(true);

    /// <summary>Switches this module and those inside it to evaluation.</summary>
    /// <returns>This module.</returns>
    public Module Eval() => SetTraining(false);

    /// <summary>Stops learning: no parameter requires a gradient any more, while gradients still flow through to the input.</summary>
    /// <returns>This module.</returns>
    public Module Freeze() => SetRequiresGrad(false);

    /// <summary>Goes on learning: every parameter requires a gradient.</summary>
    /// <returns>This module.</returns>
    public Module Unfreeze() => SetRequiresGrad(true);

    /// <summary>Clears the gradient of every parameter; inside a <see cref="TensorScope"/> its memory is used again.</summary>
    public void ZeroGrad()
    {
        foreach ((_, Tensor parameter) in _parameters)
        {
            LeafGradient.Clear(parameter);
        }

        foreach ((_, Module child) in _children)
        {
            child.ZeroGrad();
        }
    }

    /// <summary>Registers what is to be learned: it requires a gradient from now on.</summary>
    /// <returns>The same tensor.</returns>
    /// <exception cref="ArgumentException">The name is taken, empty, or holds a dot.</exception>
    protected Tensor Parameter(string name, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        CheckName(name);
        value.RequiresGrad = true;
        _parameters.Add((name, value.Keep()));
        return value;
    }

    /// <summary>Registers state that is saved with the parameters and not learned.</summary>
    /// <returns>The same tensor.</returns>
    /// <inheritdoc cref="Parameter" path="/exception"/>
    protected Tensor Buffer(string name, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        CheckName(name);
        _buffers.Add((name, value.Keep()));
        return value;
    }

    /// <summary>Registers a module inside this one.</summary>
    /// <returns>The same module.</returns>
    /// <inheritdoc cref="Parameter" path="/exception"/>
    protected T Child<T>(string name, T module)
        where T : Module
    {
        ArgumentNullException.ThrowIfNull(module);
        CheckName(name);
        _children.Add((name, module));
        return module;
    }

    Module SetTraining(bool training)
    {
        IsTraining = training;
        foreach ((_, Module child) in _children)
        {
            child.SetTraining(training);
        }

        return this;
    }

    Module SetRequiresGrad(bool learns)
    {
        foreach ((_, Tensor parameter) in _parameters)
        {
            parameter.RequiresGrad = learns;
        }

        foreach ((_, Module child) in _children)
        {
            child.SetRequiresGrad(learns);
        }

        return this;
    }

    void AddParameters(List<Tensor> all, HashSet<TensorMemory> seen)
    {
        foreach ((_, Tensor parameter) in _parameters)
        {
            if (seen.Add(TensorMemory.Of(parameter)))
            {
                all.Add(parameter);
            }
        }

        foreach ((_, Module child) in _children)
        {
            child.AddParameters(all, seen);
        }
    }

    List<(string Name, Tensor Value)> Named(Func<Module, List<(string, Tensor)>> own)
    {
        List<(string, Tensor)> all = [];
        HashSet<TensorMemory> seen = [];
        Visit((prefix, module) =>
        {
            foreach ((string name, Tensor value) in own(module))
            {
                if (seen.Add(TensorMemory.Of(value)))
                {
                    all.Add((prefix + name, value));
                }
            }
        });
        return all;
    }

    /// <summary>This module, then those inside it, each with the prefix of its names.</summary>
    void Visit(Action<string, Module> action, string prefix = "")
    {
        action(prefix, this);
        foreach ((string name, Module child) in _children)
        {
            child.Visit(action, $"{prefix}{name}.");
        }
    }

    void CheckName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Contains('.') || Names().Contains(name))
        {
            throw new ArgumentException($"{GetType().Name}: '{name}' is taken or holds a dot; name what is registered differently.", nameof(name));
        }
    }

    IEnumerable<string> Names() =>
        _parameters.Select(static p => p.Name).Concat(_buffers.Select(static b => b.Name)).Concat(_children.Select(static c => c.Name));
}
