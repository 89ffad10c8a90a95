using Criterion.Memory;

namespace Criterion;

/// <summary>
/// The backward pass: visits the recorded operations from results to leaves, each once, and sums gradients. The object serves the next
/// pass of its thread, because its tables grow with the graph.
/// </summary>
internal sealed class BackwardPass : IDisposable
{
    [ThreadStatic]
    static Stack<BackwardPass>? t_spare;

    readonly PriorityQueue<Node, long> _queue = new();
    readonly Dictionary<Node, Tensor> _pending = [];
    readonly Dictionary<Node, Tensor?> _requested = [];
    readonly HashSet<Node> _onPath = [];
    readonly HashSet<Storage> _inUse = [];
    readonly Func<Node, bool> _isNeeded;
    Tensor?[] _gradients = new Tensor?[4];
    long _start;
    bool _isToLeaves;
    bool _isPartial;

    BackwardPass() => _isNeeded = node => _isToLeaves || _onPath.Contains(node);

    static BackwardPass New(bool toLeaves = false, bool partial = false)
    {
        BackwardPass pass = (t_spare ??= new()).TryPop(out BackwardPass? spare) ? spare : new();
        (pass._start, pass._isToLeaves, pass._isPartial) = (Storage.LastNumber, toLeaves, partial);
        return pass;
    }

    public void Dispose()
    {
        _queue.Clear();
        _pending.Clear();
        _requested.Clear();
        _onPath.Clear();
        _inUse.Clear();
        Array.Clear(_gradients);
        (t_spare ??= new()).Push(this);
    }

    public static void Backward(Tensor output, Tensor? gradient, bool retainGraph, bool createGraph)
    {
        Node root = RootOf(output, nameof(Backward));
        using BackwardPass pass = New(toLeaves: true);

        // A copy, because a leaf may take it over as its gradient.
        pass.Add(root, Seed(output, gradient?.Clone(), nameof(Backward)));
        pass.Run(retainGraph || createGraph, createGraph);
    }

    /// <summary>
    /// Computes the gradients by <paramref name="inputs"/>: total ones, or <paramref name="partial"/> ones where one input was computed
    /// from another.
    /// </summary>
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
            throw new ArgumentException(
                $"Grad: {gradients.Length} gradients for {outputs.Length} outputs. Pass one for each, or none.", nameof(gradients));
        }

        using BackwardPass pass = New(partial: partial);
        for (int i = 0; i < outputs.Length; i++)
        {
            Tensor seed = Seed(outputs[i], gradients.IsEmpty ? null : gradients[i], nameof(Grad));
            pass.Add(RootOf(outputs[i], nameof(Grad)), seed);
        }

        foreach (Tensor input in inputs)
        {
            pass._requested[RootOf(input, nameof(Grad))] = null;
        }

        pass.FindPaths();
        pass.Run(retainGraph || createGraph, createGraph);

        Tensor[] result = new Tensor[inputs.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = pass._requested[inputs[i].Node!] ?? (allowUnused
                ? Tensor.ZerosLike(inputs[i])
                : throw new AutogradException(
                    $"Grad: input {i} of shape {inputs[i].Shape} was not used to compute the outputs. "
                    + "Pass allowUnused: true to get zeros."));
        }

        return result;
    }

    /// <summary>Applies the gradient rules from the newest operation to the oldest.</summary>
    void Run(bool retainGraph, bool createGraph)
    {
        using var mode = new Autograd.GradMode(createGraph);
        ScopeSection pass = retainGraph ? default : ScopeSection.Begin();
        while (_queue.TryDequeue(out Node? node, out _))
        {
            _pending.Remove(node, out Tensor? gradient);
            if (!Visit(node, gradient!))
            {
                continue;
            }

            ScopeSection rules = retainGraph ? default : ScopeSection.Begin();
            OperationNode operation = (OperationNode)node;
            Differentiate(operation, gradient!);
            SavedValue[] read = retainGraph ? [] : operation.Free();
            Propagate(operation.Inputs);
            Release(operation, gradient!, read, pass, rules);
        }
    }

    void Differentiate(OperationNode operation, Tensor gradient)
    {
        if (operation.IsFreed)
        {
            throw new AutogradException(
                $"Backward: the graph of '{operation.Name}' was freed by an earlier backward pass. "
                + "Pass retainGraph: true to that pass, or compute the result again.");
        }

        Array.Resize(ref _gradients, Math.Max(operation.Inputs.Length, _gradients.Length));
        operation.Differentiate(gradient, _isNeeded, _gradients);
    }

    /// <summary>Records the whole gradient of a node.</summary>
    /// <returns>Whether the pass continues through the node.</returns>
    bool Visit(Node node, Tensor gradient)
    {
        if (_isToLeaves && node is LeafNode leaf)
        {
            Accumulate(leaf, gradient);
        }

        bool isRequested = _requested.ContainsKey(node);
        if (isRequested)
        {
            _requested[node] = gradient;
        }

        return node is OperationNode && _isNeeded(node) && !(_isPartial && isRequested);
    }

    /// <summary>Adds the gradients of an operation's inputs to those that other operations gave them.</summary>
    void Propagate(ReadOnlySpan<Node?> inputs)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            if (_gradients[i] is not { } part || inputs[i] is not { } input || !_isNeeded(input))
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

    /// <summary>
    /// Releases what is read no more once an operation was differentiated: what its rules created and did not return, the activations
    /// that they were the last to read, and the gradient of its result.
    /// </summary>
    void Release(OperationNode operation, Tensor gradient, SavedValue[] read, ScopeSection pass, ScopeSection rules)
    {
        if (pass.IsOutside)
        {
            return;
        }

        CollectInUse();
        foreach (SavedValue value in read)
        {
            pass.ReleaseRead(value, _inUse, operation.Name);
        }

        rules.ReleaseAll(_inUse, ReleaseCause.GradientPassedOn, operation.Name);
        if (!_inUse.Contains(gradient.Storage))
        {
            pass.Release(gradient.Storage, ReleaseCause.GradientPassedOn, operation.Name);
        }
    }

    /// <summary>Collects the storages of the gradients that are pending or requested.</summary>
    void CollectInUse()
    {
        _inUse.Clear();
        foreach (Tensor gradient in _pending.Values)
        {
            _inUse.Add(gradient.Storage);
        }

        foreach (Tensor? gradient in _requested.Values)
        {
            if (gradient is not null)
            {
                _inUse.Add(gradient.Storage);
            }
        }
    }

    /// <summary>Adds to the gradient of a leaf. Backward passes of other threads may do so too.</summary>
    void Accumulate(LeafNode leaf, Tensor part)
    {
        lock (leaf)
        {
            LeafGradient.Add(leaf.Target, part, IsOwn(part.Storage) && !IsShared(part.Storage));
        }
    }

    /// <summary>Whether the memory was created for a gradient. A rule may also return a tensor that the user has.</summary>
    bool IsOwn(Storage storage) => storage.Number > _start || storage.IsFusedGradient;

    /// <summary>Whether another gradient of this pass has the same memory.</summary>
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

    /// <summary>Finds the nodes from which a requested one can be reached, not searching beyond these if the pass is partial.</summary>
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
            foreach (Node? input in _isPartial && _requested.ContainsKey(node) ? [] : node.Inputs)
            {
                if (input is not null)
                {
                    stack.Push(input);
                }
            }
        }

        // Inputs are older than results: from the oldest up, a node is on a path when one of its inputs is.
        order.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        _onPath.UnionWith(_requested.Keys);
        foreach (Node node in order)
        {
            foreach (Node? input in node.Inputs)
            {
                if (input is not null && _onPath.Contains(input))
                {
                    _onPath.Add(node);
                    break;
                }
            }
        }
    }

    static Node RootOf(Tensor tensor, string operation)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.Node ?? throw new AutogradException(
            $"{operation}: a tensor of shape {tensor.Shape} does not require a gradient. "
            + "Set RequiresGrad = true on the parameters or inputs, and compute the result outside NoGrad.");
    }

    static Tensor Seed(Tensor output, Tensor? gradient, string operation)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (gradient is not null)
        {
            return gradient.Shape == output.Shape && gradient.DType == output.DType
                ? gradient
                : throw new ShapeException(
                    $"{operation}: the gradient is {gradient.Shape} {gradient.DType}, and the output {output.Shape} {output.DType}. "
                    + "Pass a gradient of the output's shape and type.");
        }

        return output.Count == 1
            ? Tensor.OnesLike(output)
            : throw new ShapeException(
                $"{operation}: the output must be a scalar, and is {output.Shape}. "
                + "Reduce it with .Sum() or .Mean(), or pass its gradient.");
    }
}
