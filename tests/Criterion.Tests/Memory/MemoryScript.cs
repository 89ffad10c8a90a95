using Criterion.Memory;
using Criterion.Tests.Threads;

namespace Criterion.Tests.Memory;

/// <summary>A random sequence of steps that create, keep and release memory, each of them compared with the model.</summary>
sealed partial class MemoryScript(int seed, SteppedThread other)
{
    const int Length = 6;
    const int MaxEntries = 40;
    const int MaxDepth = 4;

    readonly Random _random = new(seed);
    readonly List<Entry> _entries = [];
    readonly List<(Tensor Leaf, ModelNode Node)> _leaves = [];
    readonly List<Tensor> _captured = [];
    readonly List<ModelBlock> _capturedBlocks = [];
    readonly List<string> _log = [];
    int _left;

    public MemoryModel Model { get; } = new();

    /// <summary>Errors that named the cause of a release, and all errors for released tensors.</summary>
    public (int Exact, int All) Named { get; private set; }

    public void Run(int steps)
    {
        _left = steps;
        while (_left > 0)
        {
            if (_random.Next(4) > 0)
            {
                InScope(0);
            }
            else
            {
                Steps(default, null, 0);
            }
        }
    }

    /// <summary>A few steps inside of a scope or outside of all.</summary>
    void Steps(TensorScope scope, ModelScope? handle, int depth)
    {
        for (int i = _random.Next(2, 20); i > 0 && _left > 0; i--)
        {
            _left--;
            Step(scope, handle, depth);
            Check();
        }
    }

    void Step(TensorScope scope, ModelScope? handle, int depth)
    {
        switch (_random.Next(16))
        {
            case 0 or 1 when depth < MaxDepth:
                InScope(depth);
                break;
            case 2 when depth < MaxDepth:
                Suspended(scope, handle, depth);
                break;
            case 3 when depth < MaxDepth:
                Unrecorded(scope, handle, depth);
                break;
            case 4 or 5:
                Backward();
                break;
            case 6 when _entries.Count > 0:
                KeepByScope(scope, handle, Any());
                break;
            case 7 when _entries.Count > 0:
                Keep(Any());
                break;
            case 8 or 9:
                PassThroughModules();
                break;
            case 10 when depth < MaxDepth:
                OnOtherThread();
                break;
            case 11:
                LookAtGradient();
                break;
            default:
                Compute();
                break;
        }
    }

    void InScope(int depth)
    {
        Log("scope {");
        ModelScope? outer = Model.Scope;
        ModelScope inner = Model.Scope = new ModelScope();
        using (TensorScope scope = new())
        {
            Steps(scope, inner, depth + 1);
        }

        Model.End(inner);
        Model.Scope = outer;
        Log("}");
    }

    void Suspended(TensorScope scope, ModelScope? handle, int depth)
    {
        Log("suspend {");
        (ModelScope? outer, Model.Scope) = (Model.Scope, null);
        using (TensorScope.Suspend())
        {
            Steps(scope, handle, depth + 1);
        }

        Model.Scope = outer;
        Log("}");
    }

    void Unrecorded(TensorScope scope, ModelScope? handle, int depth)
    {
        Log("no grad {");
        (bool outer, Model.IsRecording) = (Model.IsRecording, false);
        using (Autograd.NoGrad())
        {
            Steps(scope, handle, depth + 1);
        }

        Model.IsRecording = outer;
        Log("}");
    }

    /// <summary>The same on a thread that has no scope of its own, or one that ends there.</summary>
    void OnOtherThread()
    {
        Log("thread {");
        (ModelScope? outer, Model.Scope) = (Model.Scope, null);
        (bool wasRecording, Model.IsRecording) = (Model.IsRecording, true);
        bool isInScope = _random.Next(2) == 0;
        Exception? error = null;
        other.Run(() => error = Record.Exception(() =>
        {
            if (isInScope)
            {
                InScope(MaxDepth);
            }
            else
            {
                Steps(default, null, MaxDepth);
            }
        }));
        (Model.Scope, Model.IsRecording) = (outer, wasRecording);
        Log("}");
        if (error is not null)
        {
            throw error;
        }
    }

    void KeepByScope(TensorScope scope, ModelScope? handle, Entry entry)
    {
        Log($"scope.Keep {_entries.IndexOf(entry)}");
        Exception? error = null;
        try
        {
            scope.Keep(entry.Tensor);
        }
        catch (TensorException thrown)
        {
            error = thrown;
        }

        Agree(error, () => Model.Keep(Alive(entry), handle ?? new ModelScope()));
    }

    void Keep(Entry entry)
    {
        Log($"Keep {_entries.IndexOf(entry)}");
        Agree(Record.Exception(entry.Tensor.Keep), () => Model.Keep(Alive(entry), null));
    }

    void Backward()
    {
        Entry[] roots = [.. _entries.Where(static entry => entry.Node is not null).TakeLast(_random.Next(1, MaxEntries))];
        if (roots.Length == 0)
        {
            return;
        }

        BackwardOf(roots[_random.Next(roots.Length)]);
    }

    void BackwardOf(Entry root)
    {
        bool retain = _random.Next(3) == 0;
        Log($"backward of {_entries.IndexOf(root)}{(retain ? ", retained" : "")}");
        Tensor seed = Tensor.Ones([root.Length]);
        Exception? error = Record.Exception(() => root.Tensor.Backward(seed, retainGraph: retain));
        Agree(error, () => Model.Backward(root.Node!, root.Length, retain));
        Assert.Equal(_captured.Count, _capturedBlocks.Count);
        _entries.AddRange(_captured.Zip(_capturedBlocks, (g, block) => new Entry(g, block, 0, root.Length, null)));
        _captured.Clear();
        _capturedBlocks.Clear();
    }

    void LookAtGradient()
    {
        if (_leaves.Count == 0)
        {
            return;
        }

        (Tensor leaf, ModelNode node) = _leaves[_random.Next(_leaves.Count)];
        Assert.Equal(node.Grad is null, leaf.Grad is null);
        if (_random.Next(2) == 0)
        {
            Log("clear gradient");
            LeafGradient.Clear(leaf);
            Model.ClearGradient(node);
        }
        else if (node.Grad is not null)
        {
            Log($"gradient as {_entries.Count}");
            _entries.Add(new Entry(leaf.Grad!, node.Grad, 0, node.Grad.Values.Length, null));
        }
    }

    void Try(Func<Entry> apply)
    {
        try
        {
            _entries.Add(apply());
        }
        catch (TensorException error)
        {
            // Only an input that the model has released, or a scope of another thread, may fail. Check compares the errors.
            Assert.True(
                error.Message.Contains("another thread", StringComparison.Ordinal)
                || _entries.Exists(static x => x.Block.Released is not null),
                Describe(error.Message));
        }
    }

    /// <summary>One of all tensors, or of the last few that have a history.</summary>
    Entry Any()
    {
        Entry[] recent = _random.Next(2) > 0 ? [.. _entries.Where(static entry => entry.Node is not null).TakeLast(4)] : [];
        return recent.Length > 0 ? recent[_random.Next(recent.Length)] : _entries[_random.Next(_entries.Count)];
    }

    static ModelBlock Alive(Entry entry) =>
        entry.Block.Released is null ? entry.Block : throw new ModelError(ReleaseText(entry.Block.Released.Value));

    /// <summary>Compares an error with the one that the model predicts.</summary>
    void Agree(Exception? error, Action predict)
    {
        Exception? predicted = Record.Exception(predict);
        Assert.True(predicted is null or ModelError, $"{predicted}");
        Assert.True(
            (error is null) == (predicted is null) && (error is null || Matches(error, predicted!.Message)),
            Describe($"predicted: {predicted?.Message ?? "no error"}; actual: {error?.Message ?? "none"}"));
    }

    /// <summary>Reads every tensor that is alive or was just released, and some of the others: an exception takes long.</summary>
    void Check()
    {
        foreach (Entry entry in _entries)
        {
            if (entry.IsKnownReleased && _random.Next(10) > 0)
            {
                continue;
            }

            entry.IsKnownReleased = entry.Block.Released is not null;
            Exception? error = Record.Exception(() =>
                Assert.Equal(entry.Block.Values.AsSpan(entry.Start, entry.Length).ToArray(), entry.Tensor.ToArray<float>()));
            if (entry.Block.Released is not { } cause)
            {
                Assert.True(error is null, Describe($"tensor {_entries.IndexOf(entry)} is alive: {error?.Message}"));
                continue;
            }

            Assert.True(
                error is TensorException && Matches(error, ReleaseText(cause)),
                Describe($"tensor {_entries.IndexOf(entry)} was released by {cause}: {error?.Message ?? "it can be read"}"));
            bool isExact = error!.Message.Contains(ReleaseText(cause), StringComparison.Ordinal);
            Named = (Named.Exact + (isExact ? 1 : 0), Named.All + 1);
        }

        while (_entries.Count > MaxEntries)
        {
            _entries.RemoveAt(_random.Next(_entries.Count));
        }
    }

    static bool Matches(Exception error, string text) => error is TensorException
        && (error.Message.Contains(text, StringComparison.Ordinal)
            || error.Message.Contains("was released. Call", StringComparison.Ordinal));

    static string ReleaseText(ReleaseCause cause) => cause switch
    {
        ReleaseCause.ScopeEnded => "its TensorScope ended",
        ReleaseCause.ModuleReturned => "had returned",
        ReleaseCause.GradientsComputed => "the last one that reads it",
        _ => "an intermediate gradient",
    };

    void Log(string step) => _log.Add(step);

    string Describe(string what) => $"seed {seed}: {what}\n{string.Join('\n', _log.TakeLast(60))}";
}
