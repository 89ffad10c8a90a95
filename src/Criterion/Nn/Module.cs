namespace Criterion.Nn;

/// <summary>
/// A part of a network: a function of one tensor with learned parameters, other state (buffers), and child modules. Names, order and layout
/// of the state are PyTorch's.
/// </summary>
/// <remarks>
/// <para>Register everything in the constructor; reflection is not used. PyTorch equivalent: <c>torch.nn.Module</c>.</para>
/// <para>
/// In evaluation any number of threads may call <see cref="Forward"/> at once: layers of the library do not change state then. In training
/// one thread at a time may use a module, since batch and spectral normalization update buffers; the same is true of switching the mode,
/// loading a state, and clearing gradients.
/// </para>
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
public abstract partial class Module : IStateful
{
    readonly List<(string Name, Tensor Value)> _parameters = [];
    readonly List<(string Name, Tensor Value)> _buffers = [];
    readonly List<(string Name, Module Value)> _children = [];

    /// <summary>
    /// Gets whether the module is in training mode, in which dropout is active and batch normalization uses and tracks the batch. Initially
    /// true.
    /// </summary>
    public bool IsTraining { get; private set; } = true;

    /// <summary>Gets the number of learned values in this module and its children; a shared parameter counts once.</summary>
    public long ParameterCount => Parameters().Sum(static parameter => (long)parameter.Count);

    /// <summary>Computes the output.</summary>
    public abstract Tensor Forward(Tensor input);

    /// <summary>Returns the direct child modules in order of registration.</summary>
    public IEnumerable<Module> Children() => _children.Select(static child => child.Value);

    /// <summary>Returns all parameters, this module's own first; a shared one is listed once.</summary>
    public IReadOnlyList<Tensor> Parameters()
    {
        List<Tensor> all = [];
        AddParameters(all, []);
        return all;
    }

    /// <summary>
    /// Returns all parameters by dotted name, such as <c>blocks.0.weight</c>; a shared one is listed once, by its first name.
    /// </summary>
    public IReadOnlyList<(string Name, Tensor Value)> NamedParameters() => Named(static module => module._parameters);

    /// <summary>Returns all buffers, such as running statistics, by dotted name; a shared one is listed once, by its first name.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> NamedBuffers() => Named(static module => module._buffers);

    /// <summary>Clears the gradient of every parameter; inside a <see cref="TensorScope"/> its memory is reused.</summary>
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

    /// <summary>Registers a learned parameter, which requires a gradient from now on.</summary>
    /// <returns>The same tensor.</returns>
    /// <exception cref="ArgumentException">The name is taken, is empty, or contains a dot.</exception>
    protected Tensor Parameter(string name, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        CheckName(name);
        value.RequiresGrad = true;
        _parameters.Add((name, value.Keep()));
        return value;
    }

    /// <summary>Registers state that is saved with the parameters but not learned.</summary>
    /// <returns>The same tensor.</returns>
    /// <inheritdoc cref="Parameter" path="/exception"/>
    protected Tensor Buffer(string name, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        CheckName(name);
        _buffers.Add((name, value.Keep()));
        return value;
    }

    /// <summary>Registers a child module.</summary>
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

    /// <summary>
    /// Switches this module and its children to training or evaluation, for <c>Train()</c> and <c>Eval()</c>. Override it to keep a part in
    /// one mode, such as a frozen normalization, and call the base.
    /// </summary>
    /// <param name="training">Whether the mode is training.</param>
    protected internal virtual void SetTraining(bool training)
    {
        IsTraining = training;
        foreach ((_, Module child) in _children)
        {
            child.SetTraining(training);
        }
    }

    internal void SetRequiresGrad(bool learns)
    {
        foreach ((_, Tensor parameter) in _parameters)
        {
            parameter.RequiresGrad = learns;
        }

        foreach ((_, Module child) in _children)
        {
            child.SetRequiresGrad(learns);
        }
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

    /// <summary>Visits this module and then its children, each with the prefix of its names.</summary>
    internal void Visit(Action<string, Module> action, string prefix = "")
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
            throw new ArgumentException(
                $"{GetType().Name}: the name '{name}' is taken or contains a dot. Choose another name.", nameof(name));
        }
    }

    IEnumerable<string> Names() =>
        _parameters.Select(static p => p.Name).Concat(_buffers.Select(static b => b.Name)).Concat(_children.Select(static c => c.Name));
}
