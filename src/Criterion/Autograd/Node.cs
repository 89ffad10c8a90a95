namespace Criterion;

/// <summary>One recorded operation, or a leaf.</summary>
internal abstract class Node
{
    static long s_last;

    private protected Node(string name, Node?[] inputs)
    {
        Name = name;
        Inputs = inputs;
        Id = Interlocked.Increment(ref s_last);
    }

    public string Name { get; }

    /// <summary>Where the inputs come from; null for one that needs no gradient.</summary>
    public Node?[] Inputs { get; }

    /// <summary>Grows with time, so that sweeping from the highest visits results before what they came from.</summary>
    public long Id { get; }

    public static Node Leaf(Tensor tensor) => tensor.DType.IsFloat()
        ? new LeafNode(tensor)
        : throw new DTypeException($"Only floating-point tensors have gradients, and this one holds {tensor.DType}; convert it with .To(DType.Float32).");
}

/// <summary>A tensor that was not computed: the gradient ends up in it.</summary>
internal sealed class LeafNode(Tensor target) : Node("leaf", [])
{
    public Tensor Target { get; } = target;
}

/// <summary>How to turn the gradient of a result into those of its inputs.</summary>
internal abstract class OperationNode(string name, Node?[] inputs, ReadOnlySpan<Tensor> saved) : Node(name, inputs)
{
    SavedValue[] _saved = SavedValue.Of(saved);

    public bool IsFreed { get; private set; }

    /// <summary>Works out the gradients of the inputs for which <paramref name="wanted"/> holds, from the gradient of the result.</summary>
    public void Differentiate(Tensor gradient, Func<Node, bool> wanted, Span<Tensor?> ofInputs)
    {
        foreach (SavedValue value in _saved)
        {
            value.CheckUnchanged(Name);
        }

        ofInputs.Clear();
        ApplyRules(gradient, wanted, ofInputs);
    }

    /// <summary>Forgets the rules, and with them the values that they hold.</summary>
    public void Free()
    {
        IsFreed = true;
        _saved = [];
        ForgetRules();
    }

    private protected abstract void ApplyRules(Tensor gradient, Func<Node, bool> wanted, Span<Tensor?> ofInputs);

    private protected abstract void ForgetRules();

    /// <summary>The memory of a value that a rule reads, as it was when it was recorded.</summary>
    readonly struct SavedValue(Storage storage)
    {
        readonly int _version = storage.Version;

        public static SavedValue[] Of(ReadOnlySpan<Tensor> tensors)
        {
            if (tensors.IsEmpty)
            {
                return [];
            }

            SavedValue[] saved = new SavedValue[tensors.Length];
            for (int i = 0; i < saved.Length; i++)
            {
                saved[i] = new SavedValue(tensors[i].Storage);
            }

            return saved;
        }

        public void CheckUnchanged(string operation)
        {
            if (storage.Version != _version)
            {
                throw new AutogradException(
                    $"A tensor that the gradient of '{operation}' needs was changed in place after it was used. Change a .Clone() of it instead, or run the backward pass first.");
            }
        }
    }
}

/// <summary>An operation with one rule for each input.</summary>
internal abstract class SeparateNode(string name, Node?[] inputs, ReadOnlySpan<Tensor> saved) : OperationNode(name, inputs, saved)
{
    private protected override void ApplyRules(Tensor gradient, Func<Node, bool> wanted, Span<Tensor?> ofInputs)
    {
        for (int i = 0; i < Inputs.Length; i++)
        {
            if (Inputs[i] is { } input && wanted(input))
            {
                ofInputs[i] = ApplyRule(i, gradient);
            }
        }
    }

    private protected abstract Tensor ApplyRule(int input, Tensor gradient);
}

/// <summary>Rules that hold themselves what they read.</summary>
internal sealed class ClosureNode(string name, Node?[] inputs, ReadOnlySpan<Tensor> saved, Func<Tensor, Tensor>[] rules)
    : SeparateNode(name, inputs, saved)
{
    Func<Tensor, Tensor>[] _rules = rules;

    private protected override Tensor ApplyRule(int input, Tensor gradient) => _rules[input](gradient);

    private protected override void ForgetRules() => _rules = [];
}

/// <summary>Rules that hold nothing: what they read is held once, for all of them, in <typeparamref name="TState"/>.</summary>
internal sealed class StateNode<TState>(
    string name, Node?[] inputs, ReadOnlySpan<Tensor> saved, TState state, Func<Tensor, TState, Tensor>[] rules)
    : SeparateNode(name, inputs, saved)
{
    TState _state = state;
    Func<Tensor, TState, Tensor>[] _rules = rules;

    private protected override Tensor ApplyRule(int input, Tensor gradient) => _rules[input](gradient, _state);

    private protected override void ForgetRules() => (_state, _rules) = (default!, []);
}

/// <summary>An operation whose gradients come out together.</summary>
internal sealed class JointNode<TState>(
    string name, Node?[] inputs, ReadOnlySpan<Tensor> saved, TState state, Func<Tensor, TState, Tensor?[]>? rule)
    : OperationNode(name, inputs, saved)
{
    TState _state = state;
    Func<Tensor, TState, Tensor?[]>? _rule = rule;

    private protected override void ApplyRules(Tensor gradient, Func<Node, bool> wanted, Span<Tensor?> ofInputs) =>
        _rule!(gradient, _state).CopyTo(ofInputs);

    private protected override void ForgetRules() => (_state, _rule) = (default!, null);
}
