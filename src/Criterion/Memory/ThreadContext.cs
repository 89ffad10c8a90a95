using System.Runtime.CompilerServices;

namespace Criterion.Memory;

/// <summary>What operations read from the thread that they run on.</summary>
internal struct ThreadSettings
{
    /// <summary>Whether operations are left unrecorded.</summary>
    public bool IsUnrecorded;

    /// <summary>The memory of the innermost open scope, or null outside every scope.</summary>
    public MemoryScope? Scope;

    /// <summary>Why layers must not mix the samples of a batch, or null where they may.</summary>
    public string? CouplingRefusal;
}

/// <summary>The ambient state of one thread, and the guards that are open on it.</summary>
/// <remarks>
/// Every other thread-static field of the library is a cache or a flag that the same call sets and clears. State that outlives a call
/// changes through a <see cref="SettingsChange"/> only.
/// </remarks>
internal sealed class ThreadContext
{
    [ThreadStatic]
    static ThreadContext? t_current;

    long[] _open = new long[16];
    int _depth;
    long _last;

    /// <summary>The state as the open guards have set it.</summary>
    public ThreadSettings Settings;

    public static ThreadContext Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => t_current ?? Create();
    }

    /// <summary>Opens a guard.</summary>
    /// <returns>Its place among the open ones, and its number, which no other guard of this thread has.</returns>
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

    /// <summary>Closes the guard at a place and those opened after it.</summary>
    /// <returns>Whether it was the last one opened.</returns>
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
/// Restores the ambient state of its thread when it ends. A ref struct: the compiler refuses to hold it across <c>await</c> or
/// <c>yield</c>, to capture it and to store it, so that it ends on the thread on which it began.
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

    /// <summary>Whether neither this guard nor one opened before it has ended.</summary>
    public bool IsOpen => _thread is not null && _thread.IsOpen(_place, _number);

    /// <summary>Restores the state; does nothing the second time.</summary>
    /// <exception cref="TensorException">A guard opened later is still open; it is closed too.</exception>
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
