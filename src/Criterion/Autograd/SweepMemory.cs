using Criterion.Memory;

namespace Criterion;

/// <summary>
/// Gives the memory of gradients back to the pool as soon as a sweep has passed them, instead of at the end of the scope: what a rule
/// makes and does not return, and the gradient of a result once those of its inputs are known.
/// </summary>
internal readonly struct SweepMemory
{
    readonly ScopedMemory? _scope;
    readonly HashSet<Storage> _needed;
    readonly int _start;

    /// <summary>Of a sweep that begins now. One that is recorded, or that will be repeated, needs all that it makes.</summary>
    public SweepMemory(bool isFinal, HashSet<Storage> needed)
    {
        _scope = isFinal ? TensorScope.Current : null;
        _start = _scope?.Adopted ?? 0;
        _needed = needed;
    }

    /// <summary>To be passed to <see cref="Release"/> when a rule has run.</summary>
    public int Mark() => _scope?.Adopted ?? 0;

    /// <summary>
    /// Releases what was made since <paramref name="mark"/>, what was last <paramref name="read"/> by the rule that ran, and
    /// <paramref name="passed"/>, unless a gradient that is <paramref name="pending"/> or <paramref name="kept"/> shares it.
    /// </summary>
    public void Release(int mark, SavedValue[] read, Tensor passed, Dictionary<Node, Tensor> pending, Dictionary<Node, Tensor?> kept)
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

        foreach (Tensor? tensor in kept.Values)
        {
            if (tensor is not null)
            {
                _needed.Add(tensor.Storage);
            }
        }

        foreach (SavedValue value in read)
        {
            value.Release(_scope, _needed);
        }

        _scope.ReleaseFrom(mark, _needed);
        if (!_needed.Contains(passed.Storage))
        {
            _scope.Release(passed.Storage, _start);
        }
    }
}
