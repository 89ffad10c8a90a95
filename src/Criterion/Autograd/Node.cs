using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Memory;

namespace Criterion;

/// <summary>A recorded operation, or a leaf.</summary>
internal abstract class Node
{
    static long s_last;

    private protected Node(string name)
    {
        Name = name;
        Id = Interlocked.Increment(ref s_last);
    }

    public string Name { get; }

    /// <summary>The nodes of the inputs; null for an input that needs no gradient.</summary>
    public abstract ReadOnlySpan<Node?> Inputs { get; }

    /// <summary>Grows with time: in descending order results come before their inputs.</summary>
    public long Id { get; }

    public static Node Leaf(Tensor tensor) => tensor.DType.IsFloat()
        ? new LeafNode(tensor)
        : throw new DTypeException(
            $"RequiresGrad: only floating-point tensors have gradients, and this one is {tensor.DType}. "
            + "Convert it with .To(DType.Float32).");
}

/// <summary>A tensor that was not computed from others; the backward pass adds to its gradient.</summary>
internal sealed class LeafNode(Tensor target) : Node("leaf")
{
    public Tensor Target { get; } = target;

    /// <summary>Memory of the caller for the first gradient that is computed along with a result; null where there is none.</summary>
    public Tensor? GradientMemory { get; set; }

    public override ReadOnlySpan<Node?> Inputs => [];
}

/// <summary>A recorded operation with its gradient rules.</summary>
internal abstract class OperationNode(string name, ReadOnlySpan<Tensor?> saved) : Node(name)
{
    SavedValue[]? _saved = SavedValues(saved);

    public bool IsFreed => _saved is null;

    /// <summary>Computes the gradients of the inputs that are needed from the gradient of the result.</summary>
    /// <exception cref="AutogradException">A value that a rule reads was changed in place.</exception>
    /// <exception cref="TensorException">A value that a rule reads was released.</exception>
    public void Differentiate(Tensor gradient, Func<Node, bool> isNeeded, Span<Tensor?> ofInputs)
    {
        foreach (SavedValue value in _saved!)
        {
            if (value.IsChanged)
            {
                ThrowChanged();
            }
        }

        ofInputs.Clear();
        try
        {
            ApplyRules(gradient, isNeeded, ofInputs);
        }
        catch (TensorException error) when (Array.Exists(_saved, static value => value.IsReleased))
        {
            // Only the rules know which of the saved values they read: not all of them are needed for every gradient.
            throw new TensorException($"Backward: the gradient of '{Name}' cannot be computed. {error.Message}", error);
        }
    }

    /// <summary>Drops the rules and what they read.</summary>
    /// <returns>The values that this operation does not read any more.</returns>
    public SavedValue[] Free()
    {
        SavedValue[] saved = _saved!;
        foreach (SavedValue value in saved)
        {
            value.Forget();
        }

        _saved = null;
        DropRules();
        return saved;
    }

    private protected abstract void ApplyRules(Tensor gradient, Func<Node, bool> isNeeded, Span<Tensor?> ofInputs);

    private protected abstract void DropRules();

    static SavedValue[] SavedValues(ReadOnlySpan<Tensor?> tensors)
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
            }
        }

        return saved;
    }

    void ThrowChanged() => throw new AutogradException(
        $"Backward: a tensor that the gradient of '{Name}' needs was changed in place after it was used. "
        + "Change a .Clone() of it instead, or run the backward pass first.");
}

/// <summary>A value for each input of an operation.</summary>
internal interface IPerInput<T>
{
    /// <summary>Gets at least as many values as there are inputs.</summary>
    [UnscopedRef]
    Span<T> Values { get; }

    void Allocate(int count);
}

/// <summary>Up to three values, inside of the node: training steps record hundreds of operations, nearly all with few inputs.</summary>
[InlineArray(Most)]
internal struct FewInputs<T> : IPerInput<T>
{
    public const int Most = 3;

    T _first;

    [UnscopedRef]
    public Span<T> Values => MemoryMarshal.CreateSpan(ref _first, Most);

    public readonly void Allocate(int count)
    {
    }
}

/// <summary>Any number of values.</summary>
internal struct ManyInputs<T> : IPerInput<T>
{
    T[] _values;

    [UnscopedRef]
    public readonly Span<T> Values => _values;

    public void Allocate(int count) => _values = new T[count];
}

/// <summary>An operation with one gradient rule for each input.</summary>
internal sealed class SeparateNode<TState, TInputs, TRules> : OperationNode
    where TInputs : struct, IPerInput<Node?>
    where TRules : struct, IPerInput<Func<Tensor, TState, Tensor>>
{
    TInputs _inputs;
    TRules _rules;
    TState _state;

    public SeparateNode(
        string name, ReadOnlySpan<Tensor?> saved, TState state, ReadOnlySpan<(Tensor? Input, Func<Tensor, TState, Tensor> Rule)> rules)
        : base(name, saved)
    {
        (_state, _inputs, _rules) = (state, default, default);
        _inputs.Allocate(rules.Length);
        _rules.Allocate(rules.Length);
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

    private protected override void DropRules() => (_state, _rules) = (default!, default);
}

/// <summary>An operation with one rule that computes the gradients of all inputs together.</summary>
internal sealed class JointNode<TState, TInputs> : OperationNode
    where TInputs : struct, IPerInput<Node?>
{
    readonly Func<Tensor, TState, Tensor?[]> _rule;
    TInputs _inputs;
    TState _state;

    public JointNode(
        string name, ReadOnlySpan<Tensor?> saved, TState state, ReadOnlySpan<Tensor?> inputs, Func<Tensor, TState, Tensor?[]> rule)
        : base(name, saved)
    {
        (_state, _rule, _inputs) = (state, rule, default);
        _inputs.Allocate(inputs.Length);
        for (int i = 0; i < inputs.Length; i++)
        {
            _inputs.Values[i] = inputs[i]?.Node;
        }
    }

    public override ReadOnlySpan<Node?> Inputs => _inputs.Values;

    private protected override void ApplyRules(Tensor gradient, Func<Node, bool> isNeeded, Span<Tensor?> ofInputs) =>
        _rule(gradient, _state).CopyTo(ofInputs);

    private protected override void DropRules() => _state = default!;
}
