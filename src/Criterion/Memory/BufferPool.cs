using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Criterion.Memory;

/// <summary>A pool of buffers for the whole process, aligned to a cache line so that no vector straddles two.</summary>
internal static class BufferPool<T>
    where T : unmanaged
{
    const int Alignment = 64;
    const int MinAlignedBytes = 256;
    const int ClassesPerOctave = 4;

    static readonly Stack<Memory<T>>?[] Classes = new Stack<Memory<T>>?[32 * ClassesPerOctave];
    static readonly Lock Gate = new();
    static long s_allocated;

    /// <summary>Gets the bytes allocated so far: constant once a training loop is warm.</summary>
    public static long AllocatedBytes => Interlocked.Read(ref s_allocated);

    /// <summary>Rents memory of at least <paramref name="length"/> elements with unspecified content.</summary>
    /// <exception cref="TensorException">The length is larger than that of the largest array.</exception>
    public static Memory<T> Rent(long length)
    {
        int count = BufferSize.Checked(length);
        if (RedZones.Current is { } zones)
        {
            return zones.Rent<T>(count);
        }

        (int index, int size) = ClassOf(count);
        lock (Gate)
        {
            if (Classes[index] is { Count: > 0 } free)
            {
                return free.Pop();
            }
        }

        return Allocate(size);
    }

    /// <summary>Returns memory to the pool: exactly what <see cref="Rent"/> returned.</summary>
    public static void Return(Memory<T> buffer)
    {
        if (RedZones.Current is { } zones && zones.TryReturn(buffer))
        {
            return;
        }

        (int index, int size) = ClassOf(buffer.Length);
        if (size != buffer.Length)
        {
            // Memory rented under red zones that were closed since: it has exactly the requested length.
            return;
        }

        lock (Gate)
        {
            (Classes[index] ??= new Stack<Memory<T>>()).Push(buffer);
        }
    }

    /// <summary>Allocates memory of <paramref name="length"/> elements that the garbage collector owns.</summary>
    public static Memory<T> Allocate(int length)
    {
        if (RedZones.Current is { } zones)
        {
            return zones.Rent<T>(length);
        }

        Interlocked.Add(ref s_allocated, (long)length * Unsafe.SizeOf<T>());
        return AllocateAligned(length);
    }

    /// <summary>Allocates memory that begins at a cache line, unless it is very short or very long.</summary>
    internal static Memory<T> AllocateAligned(int length)
    {
        if ((long)length * Unsafe.SizeOf<T>() < MinAlignedBytes)
        {
            return new T[length];
        }

        int padding = Alignment / Unsafe.SizeOf<T>();
        if (length > Array.MaxLength - padding)
        {
            return GC.AllocateUninitializedArray<T>(length, pinned: true);
        }

        T[] array = GC.AllocateUninitializedArray<T>(length + padding, pinned: true);
        return array.AsMemory(FirstAligned(array), length);
    }

    static unsafe int FirstAligned(T[] array)
    {
        nuint address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
        nuint aligned = (address + (Alignment - 1)) & ~(nuint)(Alignment - 1);
        return (int)((aligned - address) / (nuint)Unsafe.SizeOf<T>());
    }

    /// <summary>Returns the size class of a length. An octave has four, so at most a quarter of a buffer is unused.</summary>
    static (int Index, int Size) ClassOf(int length)
    {
        int least = Math.Max(length, 64);
        int octave = BitOperations.Log2((uint)(least - 1));
        int step = 1 << (octave - 2);
        int quarter = (least - 1 - (1 << octave)) / step;
        long size = (1L << octave) + ((quarter + 1L) * step);
        return ((octave * ClassesPerOctave) + quarter, (int)Math.Min(size, Array.MaxLength));
    }
}
