using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Criterion.Memory;

/// <summary>
/// While one is open, all memory that the pool gives lies between poisoned margins and is filled with poison: what is read before
/// it is written, or beside the buffer, is NaN (0xCD bytes in integers), and what is written beside it, or after it was returned, is found.
/// </summary>
/// <remarks>
/// For tests. Buffers have exactly the length asked for and are never reused. Memory that nobody returns is checked by
/// <see cref="Check"/> as well, as every buffer is held until then.
/// </remarks>
internal sealed class RedZones : IDisposable
{
    /// <summary>Bytes on each side: more than any kernel's widest step.</summary>
    public const int MarginBytes = 4096;

    static RedZones? s_current;

    readonly Lock _gate = new();
    readonly Dictionary<object, Zone> _zones = new(ReferenceEqualityComparer.Instance);
    readonly List<string> _damage = [];
    readonly bool _namesOwners;

    RedZones(bool namesOwners) => _namesOwners = namesOwners;

    /// <summary>Those that are open, or null.</summary>
    public static RedZones? Current => Volatile.Read(ref s_current);

    /// <summary>Opens red zones for the whole process.</summary>
    /// <param name="namesOwners">Whether messages hold the stack that rented a buffer: slow.</param>
    public static RedZones Open(bool namesOwners = false)
    {
        RedZones zones = new(namesOwners);
        return Interlocked.CompareExchange(ref s_current, zones, null) is null
            ? zones
            : throw new InvalidOperationException("RedZones.Open: red zones are open already.");
    }

    /// <summary>What was found so far: a line for each broken margin, write after the return, or second return.</summary>
    public IReadOnlyList<string> Check()
    {
        lock (_gate)
        {
            foreach (Zone zone in _zones.Values)
            {
                zone.Check(_damage);
            }

            string[] found = [.. _damage];
            _damage.Clear();
            return found;
        }
    }

    /// <summary>Forgets the buffers given so far; those that are still in use are no longer checked.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _zones.Clear();
        }
    }

    /// <summary>Ends the red zones.</summary>
    public void Dispose() => Interlocked.CompareExchange(ref s_current, null, this);

    /// <summary>Poisoned memory of exactly <paramref name="length"/> elements.</summary>
    public Memory<T> Rent<T>(int length)
        where T : unmanaged
    {
        int margin = MarginBytes / Unsafe.SizeOf<T>();
        Memory<T> all = BufferPool<T>.AllocateAligned(BufferSize.Checked(length + (2L * margin)));
        Zone<T> zone = new(all, margin, _namesOwners ? Environment.StackTrace : "");
        lock (_gate)
        {
            _zones.Add(zone.Array, zone);
        }

        return zone.Content;
    }

    /// <summary>Checks and poisons memory that was rented here; false for other memory.</summary>
    public bool TryReturn<T>(Memory<T> buffer)
        where T : unmanaged
    {
        lock (_gate)
        {
            if (!MemoryMarshal.TryGetArray(buffer, out ArraySegment<T> segment) || !_zones.TryGetValue(segment.Array!, out Zone? zone))
            {
                return false;
            }

            zone.Return(_damage);
            return true;
        }
    }

    abstract class Zone
    {
        public abstract void Check(List<string> damage);

        public abstract void Return(List<string> damage);
    }

    sealed class Zone<T> : Zone
        where T : unmanaged
    {
        const int PieceLength = 1 << 24;

        readonly Memory<T> _all;
        readonly int _margin;
        readonly string _owner;
        bool _isReturned;

        public Zone(Memory<T> all, int margin, string owner)
        {
            (_all, _margin, _owner) = (all, margin, owner);
            Fill(all.Span);
            _ = MemoryMarshal.TryGetArray(all, out ArraySegment<T> segment);
            Array = segment.Array!;
        }

        public T[] Array { get; }

        public Memory<T> Content => _all[_margin..^_margin];

        /// <summary>All bits set is NaN.</summary>
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

        // A span of bytes is no longer than any other: long buffers are taken in pieces.
        static void Fill(Span<T> span)
        {
            for (int at = 0; at < span.Length; at += PieceLength)
            {
                Piece(span, at).Fill(Poison);
            }
        }

        static Span<byte> Piece(Span<T> span, int at) => MemoryMarshal.AsBytes(span.Slice(at, Math.Min(PieceLength, span.Length - at)));

        /// <summary>Reports the first element that is not poison, and poisons all again.</summary>
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
