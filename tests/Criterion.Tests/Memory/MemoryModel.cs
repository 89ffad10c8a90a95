using Criterion.Memory;

namespace Criterion.Tests.Memory;

/// <summary>The memory of a tensor as the model sees it. An object stands for one life: it is never used again.</summary>
sealed class ModelBlock(float[] values)
{
    public float[] Values { get; } = values;

    /// <summary>The scope that owns it, or null where it was kept.</summary>
    public ModelScope? Owner { get; set; }

    /// <summary>The time at which the owner got it.</summary>
    public long Since { get; set; }

    public int Readers { get; set; }

    public int Version { get; set; }

    public bool IsActivation { get; set; }

    public bool IsGradient { get; set; }

    /// <summary>The cause of its release, or null while it is alive.</summary>
    public ReleaseCause? Released { get; set; }
}

/// <summary>An open scope.</summary>
sealed class ModelScope
{
    public int Thread { get; } = Environment.CurrentManagedThreadId;

    public List<ModelBlock> Blocks { get; } = [];
}

/// <summary>A recorded operation, or a leaf.</summary>
sealed class ModelNode(long id)
{
    public long Id { get; } = id;

    /// <summary>The name of the operation; null for a leaf.</summary>
    public string? Operation { get; init; }

    public ModelNode?[] Inputs { get; init; } = [];

    /// <summary>The saved values, with their versions when they were recorded.</summary>
    public (ModelBlock Block, int Version, bool IsRead)[] Saved { get; init; } = [];

    /// <summary>Computes the gradient of each input from that of the result; the same object where the rule passes it on.</summary>
    public Func<MemoryModel, ModelBlock, ModelBlock?[]> Rule { get; init; } = static (_, _) => [];

    public bool IsFreed { get; set; }

    /// <summary>The gradient of a leaf.</summary>
    public ModelBlock? Grad { get; set; }
}

/// <summary>The error that the model predicts.</summary>
sealed class ModelError(string said) : Exception(said);

/// <summary>A model of which memory is alive and what released it: the rules of docs/memory.md, without a pool and reuse.</summary>
sealed class MemoryModel
{
    long _time;
    long _nodes;

    /// <summary>The innermost open scope of the thread that is acting.</summary>
    public ModelScope? Scope { get; set; }

    public bool IsRecording { get; set; } = true;

    /// <summary>The number of transitions by name, to check that the scripts reach each of them.</summary>
    public Dictionary<string, int> Counts { get; } = [];

    public long Now => _time;

    public ModelBlock Create(float[] values)
    {
        ModelBlock block = new(values);
        if (Scope is not null)
        {
            Give(block, Scope);
        }

        return block;
    }

    public ModelNode Leaf() => new(_nodes++);

    /// <summary>Records an operation if one of its inputs has a node.</summary>
    /// <param name="operation">The name.</param>
    /// <param name="inputs">The nodes of the inputs.</param>
    /// <param name="saved">The saved values, and whether the rules of the inputs that have a node read them.</param>
    /// <param name="rule">The rule.</param>
    public ModelNode? Record(
        string operation,
        ModelNode?[] inputs,
        (ModelBlock Block, bool IsRead)[] saved,
        Func<MemoryModel, ModelBlock, ModelBlock?[]> rule)
    {
        if (!IsRecording || Array.TrueForAll(inputs, static input => input is null))
        {
            return null;
        }

        Array.ForEach(saved, static value => value.Block.Readers++);
        return new ModelNode(_nodes++)
        {
            Operation = operation,
            Inputs = inputs,
            Saved = [.. saved.Select(static value => (value.Block, value.Block.Version, value.IsRead))],
            Rule = rule,
        };
    }

    /// <param name="block">The memory.</param>
    /// <param name="from">The only scope to take it from, or null for any.</param>
    public void Keep(ModelBlock block, ModelScope? from)
    {
        if (block.Owner is { } owner && owner.Thread != Environment.CurrentManagedThreadId)
        {
            throw new ModelError("another thread");
        }

        block.IsGradient = false;
        if (from is null || block.Owner == from)
        {
            (block.Owner, block.IsActivation) = (null, false);
            Count("kept");
        }
    }

    public void End(ModelScope scope)
    {
        foreach (ModelBlock block in scope.Blocks.Where(block => block.Owner == scope))
        {
            Release(block, ReleaseCause.ScopeEnded);
        }
    }

    /// <summary>A module inside another one has returned.</summary>
    public void Returned(ModelBlock input, ModelBlock output, ModelScope? scope, long since)
    {
        if (input == output || scope is null || input.Owner != scope || input.Since < since)
        {
            return;
        }

        if (input.Readers > 0)
        {
            input.IsActivation = true;
            Count("activation");
        }
        else
        {
            Release(input, ReleaseCause.ModuleReturned);
        }
    }

    public void ClearGradient(ModelNode leaf)
    {
        if (leaf.Grad is { IsGradient: true } gradient && Scope is not null)
        {
            gradient.IsGradient = false;
            Give(gradient, Scope);
            Count("gradient cleared in a scope");
        }

        leaf.Grad = null;
    }

    public void Backward(ModelNode root, int length, bool retainGraph)
    {
        Dictionary<ModelNode, ModelBlock> pending = new() { [root] = Create([.. Enumerable.Repeat(1f, length)]) };
        ModelScope? scope = retainGraph ? null : Scope;
        (long start, bool wasRecording, IsRecording) = (_time, IsRecording, false);
        try
        {
            while (pending.Count > 0)
            {
                ModelNode node = pending.Keys.MaxBy(static node => node.Id)!;
                pending.Remove(node, out ModelBlock? gradient);
                Visit(node, gradient!, pending, retainGraph, scope, start);
            }
        }
        finally
        {
            IsRecording = wasRecording;
        }
    }

    void Visit(
        ModelNode node, ModelBlock gradient, Dictionary<ModelNode, ModelBlock> pending, bool retainGraph, ModelScope? scope, long start)
    {
        if (node.Operation is null)
        {
            Accumulate(node, gradient, [], pending.Values);
            return;
        }

        CheckReadable(node);
        long since = _time;
        ModelBlock?[] parts = node.Rule(this, gradient);
        if (!retainGraph)
        {
            node.IsFreed = true;
            Array.ForEach(node.Saved, static value => value.Block.Readers -= value.Block.Released is null ? 1 : 0);
        }

        Propagate(node, parts, pending);
        foreach ((ModelBlock block, _, _) in scope is null ? [] : node.Saved)
        {
            if (block is { IsActivation: true, Readers: 0, Released: null } && block.Owner == scope && !pending.ContainsValue(block))
            {
                Release(block, ReleaseCause.GradientsComputed);
            }
        }

        foreach (ModelBlock block in scope?.Blocks.Where(block => block.Owner == scope && !pending.ContainsValue(block)) ?? [])
        {
            if (block.Since >= since || (block == gradient && block.Since >= start))
            {
                Release(block, ReleaseCause.GradientPassedOn);
            }
        }
    }

    static void CheckReadable(ModelNode node)
    {
        if (node.IsFreed)
        {
            throw new ModelError("retainGraph: true");
        }

        if (Array.Exists(node.Saved, static value => value.Block.Released is null && value.Block.Version != value.Version))
        {
            throw new ModelError("changed in place");
        }

        if (Array.Exists(node.Saved, static value => value.IsRead && value.Block.Released is not null))
        {
            throw new ModelError($"the gradient of '{node.Operation}' cannot be computed");
        }
    }

    void Propagate(ModelNode node, ModelBlock?[] parts, Dictionary<ModelNode, ModelBlock> pending)
    {
        for (int i = 0; i < parts.Length; i++)
        {
            if (node.Inputs[i] is not { } input)
            {
                continue;
            }

            if (input.Operation is null)
            {
                Accumulate(input, parts[i]!, parts, pending.Values);
            }
            else
            {
                pending[input] = pending.TryGetValue(input, out ModelBlock? sum) ? Sum(sum, parts[i]!) : parts[i]!;
            }
        }
    }

    void Accumulate(ModelNode leaf, ModelBlock part, ModelBlock?[] parts, IEnumerable<ModelBlock> pending)
    {
        if (leaf.Grad is { IsGradient: true, Readers: 0 } sum)
        {
            Add(sum.Values, part.Values);
            sum.Version++;
            Count("gradient added in place");
            return;
        }

        bool isShared = parts.Count(other => other == part) + (2 * pending.Count(other => other == part)) > 1;
        bool isOwn = leaf.Grad is null && !isShared && part is { Readers: 0, IsGradient: false } && part.Owner == Scope;
        Count(isOwn ? "gradient taken over" : "gradient copied");
        ModelBlock own = leaf.Grad is { } before ? Sum(before, part) : isOwn ? part : Create([.. part.Values]);
        (own.Owner, own.IsActivation, own.IsGradient) = (null, false, true);
        ClearGradient(leaf);
        leaf.Grad = own;
    }

    ModelBlock Sum(ModelBlock a, ModelBlock b)
    {
        ModelBlock sum = Create([.. a.Values]);
        Add(sum.Values, b.Values);
        return sum;
    }

    static void Add(float[] sum, float[] values)
    {
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] += values[i];
        }
    }

    void Give(ModelBlock block, ModelScope scope)
    {
        (block.Owner, block.Since) = (scope, _time++);
        scope.Blocks.Add(block);
    }

    void Release(ModelBlock block, ReleaseCause cause)
    {
        (block.Owner, block.Released, block.Readers) = (null, cause, 0);
        Count($"{cause}");
    }

    void Count(string what) => Counts[what] = Counts.GetValueOrDefault(what) + 1;
}
