using System.Numerics;
using System.Runtime.CompilerServices;

namespace Criterion.Kernels;

/// <summary>Weighted sums of elements of either float type, in double precision.</summary>
internal static unsafe class ResampleSums
{
    /// <summary>target[i] = Σₖ weights[k] · source[i + k · stride].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Across<TFrom, TTo>(TFrom* source, nint stride, double* weights, int taps, TTo* target, int count)
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo>
    {
        int i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            (Vector<double> low, Vector<double> high) = (Vector<double>.Zero, Vector<double>.Zero);
            TFrom* from = source + i;
            for (int k = 0; k < taps; k++, from += stride)
            {
                Vector<double> weight = new(weights[k]);
                (Vector<double> left, Vector<double> right) = Load(from);
                low = Vector.MultiplyAddEstimate(weight, left, low);
                high = Vector.MultiplyAddEstimate(weight, right, high);
            }

            Store(low, high, target + i);
        }

        for (; i < count; i++)
        {
            double sum = 0;
            for (int k = 0; k < taps; k++)
            {
                sum = double.MultiplyAddEstimate(weights[k], double.CreateTruncating(source[i + (k * stride)]), sum);
            }

            target[i] = TTo.CreateTruncating(sum);
        }
    }

    /// <summary>target[i] = Σₖ weights[i · taps + k] · line[starts[i] + k].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Along<TTo>(double* line, int* starts, double* weights, int taps, TTo* target, int count)
        where TTo : unmanaged, INumberBase<TTo>
    {
        switch (taps)
        {
            case 1:
                for (int i = 0; i < count; i++)
                {
                    target[i] = TTo.CreateTruncating(weights[i] * line[starts[i]]);
                }

                break;
            case 2:
                for (int i = 0; i < count; i++, weights += 2)
                {
                    double* from = line + starts[i];
                    target[i] = TTo.CreateTruncating(double.MultiplyAddEstimate(weights[1], from[1], weights[0] * from[0]));
                }

                break;
            default:
                for (int i = 0; i < count; i++, weights += taps)
                {
                    target[i] = TTo.CreateTruncating(Dot(weights, line + starts[i], taps));
                }

                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector<double> Low, Vector<double> High) Load<T>(T* source)
        where T : unmanaged
    {
        if (typeof(T) == typeof(double))
        {
            return (Vector.Load((double*)source), Vector.Load((double*)source + Vector<double>.Count));
        }

        Vector.Widen(Vector.Load((float*)source), out Vector<double> low, out Vector<double> high);
        return (low, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store<T>(Vector<double> low, Vector<double> high, T* target)
        where T : unmanaged
    {
        if (typeof(T) == typeof(double))
        {
            low.Store((double*)target);
            high.Store((double*)target + Vector<double>.Count);
        }
        else
        {
            Vector.Narrow(low, high).Store((float*)target);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double Dot(double* weights, double* values, int count)
    {
        int k = 0;
        double sum = 0;
        if (count >= 2 * Vector<double>.Count)
        {
            Vector<double> sums = Vector<double>.Zero;
            for (; k <= count - Vector<double>.Count; k += Vector<double>.Count)
            {
                sums = Vector.MultiplyAddEstimate(Vector.Load(weights + k), Vector.Load(values + k), sums);
            }

            sum = Vector.Sum(sums);
        }

        for (; k < count; k++)
        {
            sum = double.MultiplyAddEstimate(weights[k], values[k], sum);
        }

        return sum;
    }
}
