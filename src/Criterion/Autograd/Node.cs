using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Memory;

namespace Criterion;

/// <summary>One recorded operation, or a leaf.</summary>
internal abstract class Node
{
    static long s_last;

    private protected Node(string name)
    {
        Name = name;
        Id = Interlocked.Increment(ref s_last);
    }

    public string Name { get; }

    /// <summary>Where the inputs come from; null for one that needs no gradient.</summary>
    public abstract ReadOnlySpan<Node?> Inputs { get; }

    /// <summary>Grows with time, so that sweeping from the highest visits results before what they came from.</summary>
    public long Id { get; }

    public static Node Leaf(Tensor tensor) => tensor.DType.IsFloat()
        ? new LeafNode(tensor)
        : throw new DTypeException($"Only floating-point tensors have gradients, and this one holds {tensor.DType}; convert it with .To(DType.Float32).");
}

/// <summary>A tensor that was not computed: the gradient ends up in it.</summary>
internal sealed class LeafNode(Tensor target) : Node("leaf")
{
    public Tensor Target { get; } = target;

    public override ReadOnlySpan<Node?> Inputs => [];
}

/// <summary>How to turn the gradient of a result into those of its inputs.</summary>
internal abstract class OperationNode(string name, ReadOnlySpan<Tensor?> saved) : Node(name)
{
    SavedValue[]? _saved = SavedValue.Of(saved);

    public bool IsFreed => _saved is null;

    /// <summary>Works out the gradients of the inputs for which <paramref name="wanted"/> holds, from the gradient of the result.</summary>
    public void Differentiate(Tensor gradient, Func<Node, bool> wanted, Span<Tensor?> ofInputs)
    {
        foreach (SavedValue value in _saved!)
        {
            value.CheckUnchanged(Name);
        }

        ofInputs.Clear();
        ApplyRules(gradient, wanted, ofInputs);
    }

    /// <summary>Forgets what the rules hold.</summary>
    /// <returns>The values that this operation will not read again.</returns>
    public SavedValue[] Free()
    {
        SavedValue[] saved = _saved!;
        foreach (SavedValue value in saved)
        {
            value.Leave();
        }

        _saved = null;
        ForgetRules();
        return saved;
    }

    private protected abstract void ApplyRules(Tensor gradient, Func<Node, bool> wanted, Span<Tensor?> ofInputs);

    private protected abstract void ForgetRules();
}

/// <summary>The memory of a value that a rule reads, as it was when it was recorded.</summary>
internal readonly struct SavedValue(Storage storage)
{
    readonly int _version = storage.Version;
    readonly int _generation = storage.Generation;

    public static SavedValue[] Of(ReadOnlySpan<Tensor?> tensors)
    {
        int count = 0;
        foreach (Tensor? tensor in tensors)
        {
            count += tensor is null ? 0 : 1;
        }

        SavedValue[] saved = count == 0 ? [] : new SavedValue[count];
        foreach (Tensor? tensor in tensors)
        {
            if (tensor is not null)
            {
                saved[^count--] = new SavedValue(tensor.Storage);
                tensor.Storage.Readers++;
            }
        }

        return saved;
    }

    /// <summary>The operation is not among the readers any more.</summary>
    public void Leave()
    {
        if (storage.Generation == _generation)
        {
            storage.Readers--;
        }
    }

    /// <summary>Gives memory that nobody reads any more back to its scope, unless it is <paramref name="needed"/>.</summary>
    public void Release(ScopedMemory scope, HashSet<Storage> needed)
    {
        if (storage is { IsPassing: true, Readers: 0 } && storage.Generation == _generation && !needed.Contains(storage))
        {
            scope.Release(storage, 0);
        }
    }

    public void CheckUnchanged(string operation)
    {
        // A rule that reads memory that was given back says so itself.
        if (storage.Version != _version && storage.Generation == _generation)
        {
            throw new AutogradException(
                $"A tensor that the gradient of '{operation}' needs was changed in place after it was used. Change a .Clone() of it instead, or run the backward pass first.");
        }
    }
}

/// <summary>A value for each input of an operation: up to three inside of its node, more in an array.</summary>
internal struct PerInput<T>
{
    readonly T[]? _many;
    Three _few;

    public PerInput(int count) => _many = count > 3 ? new T[count] : null;

    /// <summary>At least as many as the operation has inputs.</summary>
    [UnscopedRef]
    public Span<T> Values => _many ?? (Span<T>)_few;

    [InlineArray(3)]
    struct Three
    {
        T _first;
    }
}

/// <summary>An operation with one gradient rule for each input.</summary>
internal sealed class SeparateNode<TState> : OperationNode
{
    PerInput<Node?> _inputs;
    PerInput<Func<Tensor, TState, Tensor>> _rules;
    TState _state;

    public SeparateNode(
        string name, ReadOnlySpan<Tensor?> saved, TState state, ReadOnlySpan<(Tensor? Input, Func<Tensor, TState, Tensor> Rule)> rules)
        : base(name, saved)
    {
        (_state, _inputs, _rules) = (state, new(rules.Length), new(rules.Length));
        for (int i = 0; i < rules.Length; i++)
        {
            (_inputs.Values[i], _rules.Values[i]) = (rules[i].Input?.Node, rules[i].Rule);
        }
    }

    public override ReadOnlySpan<Node?> Inputs => _inputs.Values;

    private protected override void ApplyRules(Tensor gradient, Func<Node, bool> isNeeded, Span<Tensor?> ofInputs)
    {
        for (int i = 0; i < Inputs.Length; i++)
        {
            if (Inputs[i] is { } input && isNeeded(input))
            {
                ofInputs[i] = _rules.Values[i](gradient, _state);
            }
        }
    }

    private protected override void ForgetRules() => (_state, _rules) = (default!, default);
}

/// <summary>An operation with one rule that computes the gradients of all inputs together.</summary>
internal sealed class JointNode<TState> : OperationNode
{
    readonly Func<Tensor, TState, Tensor?[]> _rule;
    PerInput<Node?> _inputs;
    TState _state;

    public JointNode(
        string name, ReadOnlySpan<Tensor?> saved, TState state, ReadOnlySpan<Tensor?> inputs, Func<Tensor, TState, Tensor?[]> rule)
        : base(name, saved)
    {
        (_state, _rule, _inputs) = (state, rule, new(inputs.Length));
        for (int i = 0; i < inputs.Length; i++)
        {
            _inputs.Values[i] = inputs[i]?.Node;
        }
    }

    public override ReadOnlySpan<Node?> Inputs => _inputs.Values;

    private protected override void ApplyRules(Tensor gradient, Func<Node, bool> isNeeded, Span<Tensor?> ofInputs) =>
        _rule(gradient, _state).CopyTo(ofInputs);

    private protected override void ForgetRules() => _state = default!;
}
