namespace Criterion;

/// <summary>One recorded operation, or a leaf: how to turn the gradient of its result into those of its inputs.</summary>
internal sealed class Node
{
    static long s_last;

    readonly Tensor? _leaf;
    SavedValue[] _saved = [];
    Func<Tensor, Tensor>?[] _rules = [];
    Func<Tensor, Tensor?[]>? _jointRule;

    Node(string name, Tensor? leaf, Node?[] inputs)
    {
        Name = name;
        _leaf = leaf;
        Inputs = inputs;
        Id = Interlocked.Increment(ref s_last);
    }

    public string Name { get; }

    /// <summary>Where the inputs come from; null for one that needs no gradient.</summary>
    public Node?[] Inputs { get; }

    /// <summary>Grows with time, so that sweeping from the highest visits results before what they came from.</summary>
    public long Id { get; }

    public bool IsLeaf => _leaf is not null;

    public bool IsFreed { get; private set; }

    public Tensor Target => _leaf!;

    public static Node Leaf(Tensor tensor) => tensor.DType.IsFloat()
        ? new Node("leaf", tensor, [])
        : throw new DTypeException($"Only floating-point tensors have gradients, and this one holds {tensor.DType}; convert it with .To(DType.Float32).");

    public static Node Operation(string name, Node?[] inputs, ReadOnlySpan<Tensor> saved, Func<Tensor, Tensor>?[] rules) =>
        new(name, null, inputs) { _saved = SavedValue.Of(saved), _rules = rules };

    public static Node Operation(string name, Node?[] inputs, ReadOnlySpan<Tensor> saved, Func<Tensor, Tensor?[]> rule) =>
        new(name, null, inputs) { _saved = SavedValue.Of(saved), _jointRule = rule };

    /// <summary>The gradients of the inputs for which <paramref name="wanted"/> holds, from the gradient of the result.</summary>
    public Tensor?[] Differentiate(Tensor gradient, Func<Node, bool> wanted)
    {
        foreach (SavedValue value in _saved)
        {
            value.CheckUnchanged(Name);
        }

        if (_jointRule is not null)
        {
            return _jointRule(gradient);
        }

        Tensor?[] gradients = new Tensor?[Inputs.Length];
        for (int i = 0; i < gradients.Length; i++)
        {
            if (Inputs[i] is { } input && wanted(input))
            {
                gradients[i] = _rules[i]!(gradient);
            }
        }

        return gradients;
    }

    /// <summary>Forgets the rules, and with them the values that they hold.</summary>
    public void Free()
    {
        if (!IsLeaf)
        {
            IsFreed = true;
            _rules = [];
            _jointRule = null;
            _saved = [];
        }
    }

    /// <summary>The memory of a value that a rule reads, as it was when it was recorded.</summary>
    readonly struct SavedValue(Storage storage)
    {
        readonly int _version = storage.Version;

        public static SavedValue[] Of(ReadOnlySpan<Tensor> tensors)
        {
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
