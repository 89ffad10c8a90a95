using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Criterion.Memory;

/// <summary>Reusable memory, aligned to a cache line so that a vector never straddles two.</summary>
internal static class BufferPool<T>
    where T : unmanaged
{
    const int Alignment = 64;
    const int LeastAligned = 256;
    const int ClassesPerOctave = 4;

    static readonly Stack<Memory<T>>?[] Classes = new Stack<Memory<T>>?[32 * ClassesPerOctave];
    static readonly Lock Gate = new();
    static long s_allocated;

    /// <summary>Bytes ever taken from the garbage collector: flat once a training loop is warm.</summary>
    public static long AllocatedBytes => Interlocked.Read(ref s_allocated);

    /// <summary>Memory of at least <paramref name="length"/> elements with unspecified content.</summary>
    /// <exception cref="TensorException">No array has that many elements.</exception>
    public static Memory<T> Rent(long length)
    {
        int least = BufferSize.Checked(length);
        if (RedZones.Current is { } zones)
        {
            return zones.Rent<T>(least);
        }

        (int index, int size) = ClassOf(least);
        lock (Gate)
        {
            if (Classes[index] is { Count: > 0 } free)
            {
                return free.Pop();
            }
        }

        return Allocate(size);
    }

    /// <summary>Takes back what <see cref="Rent"/> gave, whole.</summary>
    public static void Return(Memory<T> buffer)
    {
        if (RedZones.Current is { } zones && zones.TryReturn(buffer))
        {
            return;
        }

        (int index, int size) = ClassOf(buffer.Length);
        if (size != buffer.Length)
        {
            // Memory between red zones has exactly the length asked for, and outlived them.
            return;
        }

        lock (Gate)
        {
            (Classes[index] ??= new Stack<Memory<T>>()).Push(buffer);
        }
    }

    /// <summary>Fresh memory of <paramref name="length"/> elements that the garbage collector owns.</summary>
    public static Memory<T> Allocate(int length)
    {
        if (RedZones.Current is { } zones)
        {
            return zones.Rent<T>(length);
        }

        Interlocked.Add(ref s_allocated, (long)length * Unsafe.SizeOf<T>());
        return AllocateAligned(length);
    }

    /// <summary>Memory that begins at a cache line; short or very long memory may begin anywhere.</summary>
    internal static Memory<T> AllocateAligned(int length)
    {
        if ((long)length * Unsafe.SizeOf<T>() < LeastAligned)
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

    /// <summary>The size class that holds <paramref name="length"/>: four to an octave, so at most a quarter is wasted.</summary>
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
