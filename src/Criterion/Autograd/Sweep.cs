using Criterion.Formulas;
using Criterion.Memory;

namespace Criterion;

/// <summary>
/// The backward sweep: visits recorded operations from results to leaves, each once, and adds up gradients. A sweep that has ended is
/// used again for the next one on its thread, because what it keeps books in grows with the graph.
/// </summary>
internal sealed class Sweep : IDisposable
{
    [ThreadStatic]
    static Stack<Sweep>? t_spare;

    readonly PriorityQueue<Node, long> _queue = new();
    readonly Dictionary<Node, Tensor> _pending = [];
    readonly Dictionary<Node, Tensor?> _found = [];
    readonly HashSet<Node> _path = [];
    readonly HashSet<Storage> _needed = [];
    readonly Func<Node, bool> _wanted;
    Tensor?[] _gradients = new Tensor?[4];
    bool _isToLeaves;
    bool _isPartial;

    Sweep() => _wanted = node => _isToLeaves || _path.Contains(node);

    static Sweep New(bool toLeaves = false, bool partial = false)
    {
        Sweep sweep = (t_spare ??= new()).TryPop(out Sweep? spare) ? spare : new();
        (sweep._isToLeaves, sweep._isPartial) = (toLeaves, partial);
        return sweep;
    }

    public void Dispose()
    {
        _queue.Clear();
        _pending.Clear();
        _found.Clear();
        _path.Clear();
        _needed.Clear();
        Array.Clear(_gradients);
        (t_spare ??= new()).Push(this);
    }

    public static void Backward(Tensor output, Tensor? gradient, bool retainGraph, bool createGraph)
    {
        Node root = RootOf(output, nameof(Backward));
        using Sweep sweep = New(toLeaves: true);

        // A copy, because a leaf may keep it as its gradient.
        sweep.Add(root, Seed(output, gradient?.Clone(), nameof(Backward)));
        sweep.Run(retainGraph || createGraph, createGraph);
    }

    /// <summary>The gradients by <paramref name="inputs"/>: total ones, or, where one input was computed from another, <paramref name="partial"/> ones.</summary>
    public static Tensor[] Grad(
        ReadOnlySpan<Tensor> outputs,
        ReadOnlySpan<Tensor> inputs,
        ReadOnlySpan<Tensor> gradients,
        bool createGraph,
        bool retainGraph,
        bool allowUnused,
        bool partial = false)
    {
        if (!gradients.IsEmpty && gradients.Length != outputs.Length)
        {
            throw new ArgumentException($"Grad: {gradients.Length} gradients are given for {outputs.Length} outputs; give one for each, or none.", nameof(gradients));
        }

        using Sweep sweep = New(partial: partial);
        for (int i = 0; i < outputs.Length; i++)
        {
            Tensor seed = Seed(outputs[i], gradients.IsEmpty ? null : gradients[i], nameof(Grad));
            sweep.Add(RootOf(outputs[i], nameof(Grad)), seed);
        }

        foreach (Tensor input in inputs)
        {
            sweep._found[RootOf(input, nameof(Grad))] = null;
        }

        sweep.FindPaths();
        sweep.Run(retainGraph || createGraph, createGraph);

        Tensor[] result = new Tensor[inputs.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = sweep._found[inputs[i].Node!] ?? (allowUnused
                ? Tensor.ZerosLike(inputs[i])
                : throw new AutogradException($"Grad: input {i} of shape {inputs[i].Shape} was not used to compute the outputs; pass allowUnused: true to get zeros."));
        }

        return result;
    }

    /// <summary>Runs the rules from the newest operation to the oldest.</summary>
    void Run(bool retainGraph, bool createGraph)
    {
        using var mode = new Autograd.Mode(createGraph);
        SweepMemory memory = new(isFinal: !retainGraph, _needed);
        while (_queue.TryDequeue(out Node? node, out _))
        {
            _pending.Remove(node, out Tensor? gradient);
            if (!Arrive(node, gradient!))
            {
                continue;
            }

            int mark = memory.Mark();
            OperationNode operation = (OperationNode)node;
            Differentiate(operation, gradient!);
            SavedValue[] read = retainGraph ? [] : operation.Free();
            HandOn(operation.Inputs);
            memory.Release(mark, read, gradient!, _pending, _found);
        }
    }

    void Differentiate(OperationNode operation, Tensor gradient)
    {
        if (operation.IsFreed)
        {
            throw new AutogradException(
                $"The graph of '{operation.Name}' was freed by an earlier backward pass. Pass retainGraph: true to that pass, or compute the result again.");
        }

        Array.Resize(ref _gradients, Math.Max(operation.Inputs.Length, _gradients.Length));
        operation.Differentiate(gradient, _wanted, _gradients);
    }

    /// <summary>Takes note of the whole gradient of a node, and says whether to go on through it.</summary>
    bool Arrive(Node node, Tensor gradient)
    {
        if (_isToLeaves && node is LeafNode leaf)
        {
            Accumulate(leaf, gradient);
        }

        bool isFound = _found.ContainsKey(node);
        if (isFound)
        {
            _found[node] = gradient;
        }

        return node is OperationNode && _wanted(node) && !(_isPartial && isFound);
    }

    /// <summary>The gradients of an operation's inputs, added to what has come to these so far.</summary>
    void HandOn(ReadOnlySpan<Node?> inputs)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            if (_gradients[i] is not { } part || inputs[i] is not { } input || !_wanted(input))
            {
                continue;
            }

            if (_isToLeaves && input is LeafNode leaf)
            {
                Accumulate(leaf, part);
            }
            else
            {
                Add(input, part);
            }
        }
    }

    /// <summary>Adds to a leaf's gradient, in place where nobody else can know that memory. Sweeps of other threads may do so too.</summary>
    void Accumulate(LeafNode node, Tensor part)
    {
        lock (node)
        {
            Accumulate(node.Target, part);
        }
    }

    void Accumulate(Tensor leaf, Tensor part)
    {
        switch (leaf.Grad)
        {
            case null:
                leaf.Grad = Autograd.TakeOver(IsShared(part.Storage) ? part.Clone() : part);
                break;
            case { Storage: { IsLent: true, Readers: 0 } } sum when !Autograd.Enabled:
                TensorFormula.Update(default(Add), sum, part);
                break;
            case var before:
                leaf.Grad = Autograd.TakeOver(before + part);
                Autograd.GiveBack(before);
                break;
        }
    }

    /// <summary>Whether the memory of one gradient is that of another one on its way too.</summary>
    bool IsShared(Storage storage)
    {
        int holders = 0;
        foreach (Tensor? gradient in _gradients)
        {
            holders += gradient?.Storage == storage ? 1 : 0;
        }

        foreach (Tensor gradient in _pending.Values)
        {
            holders += gradient.Storage == storage ? 2 : 0;
        }

        return holders > 1;
    }

    void Add(Node node, Tensor gradient)
    {
        if (_pending.TryGetValue(node, out Tensor? sum))
        {
            _pending[node] = sum + gradient;
        }
        else
        {
            _pending.Add(node, gradient);
            _queue.Enqueue(node, -node.Id);
        }
    }

    /// <summary>Finds the nodes from which one of those asked for can be reached, not looking beyond these if the sweep is partial.</summary>
    void FindPaths()
    {
        HashSet<Node> seen = [];
        List<Node> order = [];
        Stack<Node> stack = new(_pending.Keys);
        while (stack.TryPop(out Node? node))
        {
            if (!seen.Add(node))
            {
                continue;
            }

            order.Add(node);
            foreach (Node? input in _isPartial && _found.ContainsKey(node) ? [] : node.Inputs)
            {
                if (input is not null)
                {
                    stack.Push(input);
                }
            }
        }

        // Inputs are older than results: from the oldest up, a node is on a path when one of its inputs is.
        order.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        _path.UnionWith(_found.Keys);
        foreach (Node node in order)
        {
            foreach (Node? input in node.Inputs)
            {
                if (input is not null && _path.Contains(input))
                {
                    _path.Add(node);
                    break;
                }
            }
        }
    }

    static Node RootOf(Tensor tensor, string operation)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.Node ?? throw new AutogradException(
            $"{operation}: a tensor of shape {tensor.Shape} does not require a gradient. Set RequiresGrad = true on what is to be learned, and compute the result outside NoGrad.");
    }

    static Tensor Seed(Tensor output, Tensor? gradient, string operation)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (gradient is not null)
        {
            return gradient.Shape == output.Shape && gradient.DType == output.DType
                ? gradient
                : throw new ShapeException($"{operation}: the gradient {gradient.Shape} {gradient.DType} does not match the output {output.Shape} {output.DType}.");
        }

        return output.Count == 1
            ? Tensor.OnesLike(output)
            : throw new ShapeException($"{operation}: only a scalar has a gradient of its own, and the output is {output.Shape}. Reduce it with .Sum() or .Mean(), or pass the gradient.");
    }
}
