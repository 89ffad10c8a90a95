using System.Runtime.CompilerServices;

namespace Criterion.Memory;

/// <summary>The settings of a thread that operations read.</summary>
internal struct ThreadSettings
{
    /// <summary>Whether operations are not recorded for gradients.</summary>
    public bool IsUnrecorded;

    /// <summary>The innermost open scope, or null outside every scope.</summary>
    public MemoryScope? Scope;

    /// <summary>The reason for which layers must not mix the samples of a batch, or null where they may.</summary>
    public string? CouplingRefusal;

    /// <summary>The rows of a larger batch that are computed, or null where a batch is whole.</summary>
    public BatchWindow? Window;
}

/// <summary>The settings of one thread, and the changes of them that are in effect.</summary>
/// <remarks>
/// Every other thread-static field of the library is a cache, or a flag that the same call sets and clears. State that outlives a call
/// is changed by a <see cref="SettingsChange"/> only.
/// </remarks>
internal sealed class ThreadContext
{
    [ThreadStatic]
    static ThreadContext? t_current;

    long[] _open = new long[16];
    int _depth;
    long _last;

    /// <summary>The settings in effect.</summary>
    public ThreadSettings Settings;

    public static ThreadContext Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => t_current ?? Create();
    }

    /// <summary>Begins a change.</summary>
    /// <returns>Its place among those in effect, and its number, which no other change of this thread has.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (int Place, long Number) Open()
    {
        int place = _depth;
        if (place == _open.Length)
        {
            Grow();
        }

        _open[place] = ++_last;
        _depth = place + 1;
        return (place, _last);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsOpen(int place, long number) => place < _depth && _open[place] == number;

    /// <summary>Ends the change at a place and those begun after it.</summary>
    /// <returns>Whether it was the last one begun.</returns>
    public bool Close(int place)
    {
        bool isInnermost = place == _depth - 1;
        _depth = place;
        return isInnermost;
    }

    void Grow() => Array.Resize(ref _open, 2 * _open.Length);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static ThreadContext Create() => t_current = new();
}

/// <summary>
/// A change of the settings of a thread, undone at its end. It is a ref struct: the compiler does not allow it across <c>await</c> or
/// <c>yield</c>, in a lambda or in a field, so that it ends on the thread on which it began.
/// </summary>
internal readonly ref struct SettingsChange
{
    readonly ThreadContext? _thread;
    readonly ThreadSettings _before;
    readonly int _place;
    readonly long _number;

    public SettingsChange(ThreadContext thread)
    {
        (_thread, _before) = (thread, thread.Settings);
        (_place, _number) = thread.Open();
    }

    /// <summary>Gets whether neither this change nor one begun before it has ended.</summary>
    public bool IsOpen => _thread is not null && _thread.IsOpen(_place, _number);

    /// <summary>Restores the settings from before; does nothing the second time.</summary>
    /// <exception cref="TensorException">A change begun later was in effect; it ends too.</exception>
    public void Undo(string name)
    {
        if (!IsOpen)
        {
            return;
        }

        bool isInnermost = _thread!.Close(_place);
        _thread.Settings = _before;
        if (!isInnermost)
        {
            ThrowOutOfOrder(name);
        }
    }

    static void ThrowOutOfOrder(string name) => throw new TensorException(
        $"{name}: disposed while a scope or mode opened later was open; both are closed now. Open each in a using statement.");
}
