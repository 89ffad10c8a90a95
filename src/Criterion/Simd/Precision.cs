using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Criterion.Simd;

/// <summary>Rows of floats or doubles to and from doubles. Like every kernel's loop it is compiled at full speed from the first call.</summary>
internal static unsafe class Precision
{
    /// <summary>A row as doubles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Widen<S>(ReadOnlySpan<S> row, double* result)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        if (typeof(S) == typeof(double))
        {
            MemoryMarshal.Cast<S, double>(row).CopyTo(new Span<double>(result, row.Length));
            return;
        }

        ref float source = ref Unsafe.As<S, float>(ref MemoryMarshal.GetReference(row));
        int i = 0;
        for (; i <= row.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            (Vector256<double> lower, Vector256<double> upper) = Vector256.Widen(Vector256.LoadUnsafe(ref source, (nuint)i));
            lower.Store(result + i);
            upper.Store(result + i + Vector256<double>.Count);
        }

        for (; i < row.Length; i++)
        {
            result[i] = Unsafe.Add(ref source, i);
        }
    }

    /// <summary>Doubles as a row; with <paramref name="add"/> on top of what is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Narrow<S>(double* values, Span<S> row, bool add)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        ref S target = ref MemoryMarshal.GetReference(row);
        int i = 0;
        if (typeof(S) == typeof(float))
        {
            ref float singles = ref Unsafe.As<S, float>(ref target);
            for (; i <= row.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                Vector256<float> value = Vector256.Narrow(Vector256.Load(values + i), Vector256.Load(values + i + Vector256<double>.Count));
                value = add ? Vector256.LoadUnsafe(ref singles, (nuint)i) + value : value;
                value.StoreUnsafe(ref singles, (nuint)i);
            }
        }

        for (; i < row.Length; i++)
        {
            S value = S.CreateTruncating(values[i]);
            Unsafe.Add(ref target, i) = add ? Unsafe.Add(ref target, i) + value : value;
        }
    }
}
