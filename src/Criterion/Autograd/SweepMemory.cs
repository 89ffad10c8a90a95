namespace Criterion;

/// <summary>
/// Gives the memory of gradients back to the pool as soon as a sweep has passed them, instead of at the end of the scope: what a rule
/// makes and does not return, and the gradient of a result once those of its inputs are known.
/// </summary>
internal readonly struct SweepMemory
{
    readonly TensorScope? _scope;
    readonly HashSet<Storage> _needed = [];
    readonly int _start;

    SweepMemory(TensorScope? scope)
    {
        _scope = scope;
        _start = scope?.Adopted ?? 0;
    }

    /// <summary>Of a sweep that begins now. One that is recorded, or that will be repeated, needs all that it makes.</summary>
    public static SweepMemory Of(bool isFinal) => new(isFinal ? TensorScope.Current : null);

    /// <summary>To be passed to <see cref="Release"/> when a rule has run.</summary>
    public int Mark() => _scope?.Adopted ?? 0;

    /// <summary>
    /// Releases what was made since <paramref name="mark"/>, and <paramref name="passed"/>, unless a gradient that is
    /// <paramref name="pending"/> or <paramref name="kept"/> shares it.
    /// </summary>
    public void Release(int mark, Tensor passed, Dictionary<Node, Tensor> pending, Dictionary<Node, Tensor?>? kept)
    {
        if (_scope is null)
        {
            return;
        }

        _needed.Clear();
        foreach (Tensor tensor in pending.Values)
        {
            _needed.Add(tensor.Storage);
        }

        if (kept is not null)
        {
            foreach (Tensor? tensor in kept.Values)
            {
                if (tensor is not null)
                {
                    _needed.Add(tensor.Storage);
                }
            }
        }

        _scope.ReleaseFrom(mark, _needed);
        if (!_needed.Contains(passed.Storage))
        {
            _scope.Release(passed.Storage, _start);
        }
    }
}
