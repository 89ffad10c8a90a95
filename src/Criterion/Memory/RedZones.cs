using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Criterion.Memory;

/// <summary>
/// Poisoned margins around every buffer that the pool rents out while this is open. A read of uninitialised memory, or outside of the
/// buffer, yields NaN (0xCD bytes in integers). A write outside of the buffer, or after its return, is reported.
/// </summary>
/// <remarks>
/// For tests. Buffers have exactly the requested length and are never reused. Every buffer is referenced until <see cref="Clear"/>, so
/// that <see cref="Check"/> covers memory that is never returned.
/// </remarks>
internal sealed class RedZones : IDisposable
{
    /// <summary>The bytes on each side: more than the widest step of any kernel.</summary>
    public const int MarginBytes = 4096;

    static RedZones? s_current;

    readonly Lock _gate = new();
    readonly Dictionary<object, GuardedBuffer> _buffers = new(ReferenceEqualityComparer.Instance);
    readonly List<string> _damage = [];
    readonly bool _namesOwners;

    RedZones(bool namesOwners) => _namesOwners = namesOwners;

    /// <summary>Gets the open red zones, or null.</summary>
    public static RedZones? Current => Volatile.Read(ref s_current);

    /// <summary>Opens red zones for the whole process.</summary>
    /// <param name="namesOwners">Whether messages contain the stack trace of the rent, which is slow.</param>
    public static RedZones Open(bool namesOwners = false)
    {
        RedZones zones = new(namesOwners);
        return Interlocked.CompareExchange(ref s_current, zones, null) is null
            ? zones
            : throw new InvalidOperationException("RedZones.Open: red zones are open already. Dispose them first.");
    }

    /// <summary>
    /// Returns the damage found since the last call: one line for each overwritten margin, write after return, or second return.
    /// </summary>
    public IReadOnlyList<string> Check()
    {
        lock (_gate)
        {
            foreach (GuardedBuffer buffer in _buffers.Values)
            {
                buffer.Check(_damage);
            }

            string[] found = [.. _damage];
            _damage.Clear();
            return found;
        }
    }

    /// <summary>Drops the buffers rented so far; those still in use are no longer checked.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _buffers.Clear();
        }
    }

    /// <summary>Closes the red zones.</summary>
    public void Dispose() => Interlocked.CompareExchange(ref s_current, null, this);

    /// <summary>Rents poisoned memory of exactly <paramref name="length"/> elements.</summary>
    public Memory<T> Rent<T>(int length)
        where T : unmanaged
    {
        int margin = MarginBytes / Unsafe.SizeOf<T>();
        Memory<T> all = BufferPool<T>.AllocateAligned(BufferSize.Checked(length + (2L * margin)));
        GuardedBuffer<T> buffer = new(all, margin, _namesOwners ? Environment.StackTrace : "");
        lock (_gate)
        {
            _buffers.Add(buffer.Array, buffer);
        }

        return buffer.Content;
    }

    /// <summary>Checks and poisons memory that was rented here. Returns false for other memory.</summary>
    public bool TryReturn<T>(Memory<T> buffer)
        where T : unmanaged
    {
        lock (_gate)
        {
            if (!MemoryMarshal.TryGetArray(buffer, out ArraySegment<T> segment)
                || !_buffers.TryGetValue(segment.Array!, out GuardedBuffer? guarded))
            {
                return false;
            }

            guarded.Return(_damage);
            return true;
        }
    }

    abstract class GuardedBuffer
    {
        public abstract void Check(List<string> damage);

        public abstract void Return(List<string> damage);
    }

    sealed class GuardedBuffer<T> : GuardedBuffer
        where T : unmanaged
    {
        const int PieceLength = 1 << 24;

        readonly Memory<T> _all;
        readonly int _margin;
        readonly string _owner;
        bool _isReturned;

        public GuardedBuffer(Memory<T> all, int margin, string owner)
        {
            (_all, _margin, _owner) = (all, margin, owner);
            Fill(all.Span);
            _ = MemoryMarshal.TryGetArray(all, out ArraySegment<T> segment);
            Array = segment.Array!;
        }

        public T[] Array { get; }

        public Memory<T> Content => _all[_margin..^_margin];

        /// <summary>The byte of poison; floats of all ones are NaN.</summary>
        static byte Poison => typeof(T) == typeof(float) || typeof(T) == typeof(double) ? (byte)0xFF : (byte)0xCD;

        public override void Return(List<string> damage)
        {
            if (_isReturned)
            {
                damage.Add($"{Describe()} was returned twice.");
            }

            Check(damage);
            Fill(Content.Span);
            _isReturned = true;
        }

        public override void Check(List<string> damage)
        {
            Find(_all.Span[.._margin], "before", _margin, damage);
            Find(_all.Span[^_margin..], "behind", 0, damage);
            if (_isReturned)
            {
                Find(Content.Span, "into, after the return of,", 0, damage);
            }
        }

        // The length of a span of bytes is an int as well: long buffers are processed in pieces.
        static void Fill(Span<T> span)
        {
            for (int at = 0; at < span.Length; at += PieceLength)
            {
                Piece(span, at).Fill(Poison);
            }
        }

        static Span<byte> Piece(Span<T> span, int at) => MemoryMarshal.AsBytes(span.Slice(at, Math.Min(PieceLength, span.Length - at)));

        /// <summary>Reports the first element that is not poison, and poisons the span again.</summary>
        void Find(Span<T> span, string where, int end, List<string> damage)
        {
            for (int at = 0; at < span.Length; at += PieceLength)
            {
                int first = Piece(span, at).IndexOfAnyExcept(Poison);
                if (first >= 0)
                {
                    int place = Math.Abs(end - at - (first / Unsafe.SizeOf<T>()));
                    damage.Add($"Something wrote {where} {Describe()}, {place} elements from the edge.");
                    Fill(span);
                    return;
                }
            }
        }

        string Describe() => $"a buffer of {Content.Length} elements of {typeof(T).Name}{(_owner.Length > 0 ? $", rented {_owner}" : "")}";
    }
}
