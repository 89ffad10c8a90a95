namespace Criterion;

/// <summary>The backward sweep: visits recorded operations from results to leaves, each once, and adds up gradients.</summary>
internal static class Sweep
{
    public static void Backward(Tensor output, Tensor? gradient, bool retainGraph, bool createGraph)
    {
        Node root = RootOf(output, nameof(Backward));

        // A copy, because a leaf may keep it as its gradient.
        Dictionary<Node, Tensor> pending = new() { [root] = Seed(output, gradient?.Clone(), nameof(Backward)) };
        Run(pending, wanted: static _ => true, Accumulate, null, retainGraph || createGraph, createGraph);
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
        Dictionary<Node, Tensor> pending = [];
        for (int i = 0; i < outputs.Length; i++)
        {
            Tensor seed = Seed(outputs[i], gradients.IsEmpty ? null : gradients[i], nameof(Grad));
            Add(pending, RootOf(outputs[i], nameof(Grad)), seed);
        }

        Dictionary<Node, Tensor?> found = [];
        foreach (Tensor input in inputs)
        {
            found[RootOf(input, nameof(Grad))] = null;
        }

        HashSet<Node> path = PathsTo(found, pending.Keys, partial);
        Run(pending, path.Contains, Collect, found, retainGraph || createGraph, createGraph);

        Tensor[] result = new Tensor[inputs.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = found[inputs[i].Node!] ?? (allowUnused
                ? Tensor.ZerosLike(inputs[i])
                : throw new AutogradException($"Grad: input {i} of shape {inputs[i].Shape} was not used to compute the outputs; pass allowUnused: true to get zeros."));
        }

        return result;

        bool Collect(Node node, Tensor gradient)
        {
            bool isInput = found.ContainsKey(node);
            if (isInput)
            {
                found[node] = gradient;
            }

            return node is OperationNode && path.Contains(node) && !(partial && isInput);
        }
    }

    /// <summary>
    /// Runs the rules from the newest operation to the oldest. <paramref name="arrived"/> is told the whole gradient of a node
    /// and says whether to go on through it; what it has put into <paramref name="kept"/> outlives the sweep.
    /// </summary>
    static void Run(
        Dictionary<Node, Tensor> pending,
        Func<Node, bool> wanted,
        Func<Node, Tensor, bool> arrived,
        Dictionary<Node, Tensor?>? kept,
        bool retainGraph,
        bool createGraph)
    {
        using var mode = new Autograd.Mode(createGraph);
        SweepMemory memory = SweepMemory.Of(isFinal: !retainGraph);
        Tensor?[] gradients = new Tensor?[4];
        PriorityQueue<Node, long> queue = new();
        foreach (Node node in pending.Keys)
        {
            queue.Enqueue(node, -node.Id);
        }

        while (queue.TryDequeue(out Node? node, out _))
        {
            pending.Remove(node, out Tensor? gradient);
            if (!arrived(node, gradient!))
            {
                continue;
            }

            OperationNode operation = (OperationNode)node;
            if (operation.IsFreed)
            {
                throw new AutogradException(
                    $"The graph of '{node.Name}' was freed by an earlier backward pass. Pass retainGraph: true to that pass, or compute the result again.");
            }

            int mark = memory.Mark();
            int inputs = node.Inputs.Length;
            Array.Resize(ref gradients, Math.Max(inputs, gradients.Length));
            operation.Differentiate(gradient!, wanted, gradients.AsSpan(0, inputs));
            for (int i = 0; i < inputs; i++)
            {
                if (gradients[i] is { } part && node.Inputs[i] is { } input && wanted(input) && Add(pending, input, part))
                {
                    queue.Enqueue(input, -input.Id);
                }
            }

            if (!retainGraph)
            {
                operation.Free();
                memory.Release(mark, gradient!, pending, kept);
            }
        }
    }

    static bool Accumulate(Node node, Tensor gradient)
    {
        if (node is LeafNode { Target: var leaf })
        {
            Tensor? before = leaf.Grad;
            leaf.Grad = Autograd.TakeOver(before is null ? gradient : before + gradient);
            if (before is not null)
            {
                Autograd.GiveBack(before);
            }
        }

        return node is OperationNode;
    }

    /// <returns>Whether the node had no gradient yet.</returns>
    static bool Add(Dictionary<Node, Tensor> pending, Node node, Tensor gradient)
    {
        if (pending.TryGetValue(node, out Tensor? sum))
        {
            pending[node] = sum + gradient;
            return false;
        }

        pending[node] = gradient;
        return true;
    }

    /// <summary>The nodes from which one of <paramref name="targets"/> can be reached, not looking beyond these if <paramref name="partial"/>.</summary>
    static HashSet<Node> PathsTo(Dictionary<Node, Tensor?> targets, IEnumerable<Node> roots, bool partial)
    {
        HashSet<Node> path = [.. targets.Keys];
        HashSet<Node> seen = [];
        List<Node> order = [];
        Stack<Node> stack = new(roots);
        while (stack.TryPop(out Node? node))
        {
            if (!seen.Add(node))
            {
                continue;
            }

            order.Add(node);
            foreach (Node? input in partial && targets.ContainsKey(node) ? [] : node.Inputs)
            {
                if (input is not null)
                {
                    stack.Push(input);
                }
            }
        }

        // Inputs are older than results: from the oldest up, a node is on a path when one of its inputs is.
        foreach (Node node in order.OrderBy(static n => n.Id))
        {
            if (node.Inputs.Any(input => input is not null && path.Contains(input)))
            {
                path.Add(node);
            }
        }

        return path;
    }

    static Node RootOf(Tensor tensor, string operation) => tensor.Node ?? throw new AutogradException(
        $"{operation}: a tensor of shape {tensor.Shape} does not require a gradient. Set RequiresGrad = true on what is to be learned, and compute the result outside NoGrad.");

    static Tensor Seed(Tensor output, Tensor? gradient, string operation)
    {
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
