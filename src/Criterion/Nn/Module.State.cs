namespace Criterion.Nn;

public abstract partial class Module
{
    /// <summary>
    /// Returns parameters and buffers by dotted name, in PyTorch's order and layout. The tensors are the module's own, detached: they
    /// change in training; clone them for a snapshot. A shared tensor has an entry for each of its names.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        Visit(static (_, module) => module.PrepareState());
        return Entries();
    }

    OrderedDictionary<string, Tensor> Entries()
    {
        OrderedDictionary<string, Tensor> state = [];
        Visit((prefix, module) =>
        {
            foreach ((string name, Tensor value) in module._parameters.Concat(module._buffers))
            {
                state.Add(prefix + name, value.Detach());
            }
        });
        return state;
    }

    /// <summary>Copies values into parameters and buffers of the same names, converted to their types.</summary>
    /// <remarks>
    /// States of old versions of PyTorch can be loaded too: without <c>num_batches_tracked</c>, with running statistics of an instance
    /// normalization without them, and with other names of <see cref="SpectralNorm"/>. One of the names of a shared tensor is enough.
    /// </remarks>
    /// <param name="state">Tensors by dotted name.</param>
    /// <exception cref="StateDictException">
    /// Names or shapes do not match, or two names of one tensor have different values; nothing was changed.
    /// </exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state) => LoadStateDict(state, strict: true);

    /// <inheritdoc cref="LoadStateDict(IReadOnlyDictionary{string, Tensor})"/>
    /// <param name="state">Tensors by dotted name.</param>
    /// <param name="strict">Whether a missing or unexpected name throws; a wrong shape always throws.</param>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state, bool strict)
    {
        ArgumentNullException.ThrowIfNull(state);
        OrderedDictionary<string, Tensor> present = new(state);
        Visit((prefix, module) => module.Translate(prefix, present));
        OrderedDictionary<string, Tensor> own = Entries();
        StateMatch.Check(
            GetType().Name, own, present, strict, strict ? ", or pass strict: false to load the names that match" : "");
        StateMatch.Copy(own, present);
        Visit((prefix, module) => module.AfterLoad(name => present.ContainsKey(prefix + name)));
    }

    /// <summary>
    /// Converts parameters and floating-point buffers to a type, in place: their tensors stay the same objects. Gradients are dropped.
    /// Convert before an optimizer or a graph reads the parameters.
    /// </summary>
    /// <exception cref="DTypeException">The type is not floating-point.</exception>
    internal void Convert(DType type)
    {
        if (!type.IsFloat())
        {
            throw new DTypeException($"{GetType().Name}: parameters cannot be {type}. Convert them to DType.Float32 or DType.Float64.");
        }

        Dictionary<TensorMemory, Tensor> converted = [];
        Visit((string prefix, Module module) =>
        {
            foreach ((_, Tensor value) in module._parameters.Concat(module._buffers))
            {
                if (value.DType.IsFloat() && value.DType != type)
                {
                    value.MoveTo(Converted(value, type, converted));
                }
            }
        });
        Visit(static (_, module) => module.AfterConvert());
    }

    /// <summary>Returns the converted memory of a tensor: the same for tensors that share it.</summary>
    static Tensor Converted(Tensor value, DType type, Dictionary<TensorMemory, Tensor> converted)
    {
        TensorMemory memory = TensorMemory.Of(value);
        if (!converted.TryGetValue(memory, out Tensor? result))
        {
            result = value.Detach().To(type).Keep();
            converted.Add(memory, result);
        }

        return result;
    }

    /// <summary>Runs after the parameters were converted to another type.</summary>
    private protected virtual void AfterConvert()
    {
    }

    /// <summary>Returns the type of the first floating-point parameter or buffer of this module itself, or null.</summary>
    private protected DType? OwnFloatType
    {
        get
        {
            if (_parameters.Count > 0)
            {
                return _parameters[0].Value.DType;
            }

            // Indexed, as this runs in every forward call.
            for (int i = 0; i < _buffers.Count; i++)
            {
                if (_buffers[i].Value.DType.IsFloat())
                {
                    return _buffers[i].Value.DType;
                }
            }

            return null;
        }
    }

    /// <summary>Updates the buffers before they are saved.</summary>
    private protected virtual void PrepareState()
    {
    }

    /// <summary>Converts entries of an earlier version of PyTorch, under a prefix, to the current ones.</summary>
    private protected virtual void Translate(string prefix, OrderedDictionary<string, Tensor> state)
    {
    }

    /// <summary>Runs after a state was loaded; the predicate returns whether it had a name.</summary>
    private protected virtual void AfterLoad(Predicate<string> wasLoaded)
    {
    }
}
