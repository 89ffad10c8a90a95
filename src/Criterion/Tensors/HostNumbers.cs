using System.Numerics;
using Criterion.Memory;

namespace Criterion;

/// <summary>Converts between numbers of .NET and elements of tensors.</summary>
internal static class HostNumbers
{
    /// <summary>Returns whether a type is stored as it is.</summary>
    public static bool IsElement<T>() =>
        typeof(T) == typeof(float) || typeof(T) == typeof(double) || typeof(T) == typeof(long) || typeof(T) == typeof(byte);

    /// <summary>Creates a tensor of numbers: integers as Int64, Half as Float32, others that are no element type as Float64.</summary>
    /// <exception cref="DTypeException">An integer is beyond the range of Int64.</exception>
    public static Tensor ToTensor<T>(ReadOnlySpan<T> values, Shape shape)
        where T : unmanaged, INumber<T>
    {
        if (IsElement<T>())
        {
            return Tensor.Copied(values, shape);
        }

        return IsInteger<T>() ? ToIntegers(values, shape)
            : typeof(T) == typeof(Half) ? Converted<T, float>(values, shape)
            : Converted<T, double>(values, shape);
    }

    /// <summary>Copies elements to an array of another type, which must represent each of them; floats are rounded.</summary>
    /// <exception cref="DTypeException">The type is not one of numbers, or a value is not representable in it.</exception>
    public static TTo[] ToArray<TTo>(string operation, Tensor x)
        where TTo : unmanaged
    {
        TTo[] result = new TTo[x.Count];
        object array = result;
        switch (array)
        {
            case float[] to: Read(operation, x, to); break;
            case double[] to: Read(operation, x, to); break;
            // An array of integers also matches that of the other sign.
            case long[] when typeof(TTo) == typeof(long): Read(operation, x, (long[])array); break;
            case byte[] when typeof(TTo) == typeof(byte): Read(operation, x, (byte[])array); break;
            case sbyte[]: Read(operation, x, (sbyte[])array); break;
            case short[] when typeof(TTo) == typeof(short): Read(operation, x, (short[])array); break;
            case ushort[]: Read(operation, x, (ushort[])array); break;
            case int[] when typeof(TTo) == typeof(int): Read(operation, x, (int[])array); break;
            case uint[]: Read(operation, x, (uint[])array); break;
            case ulong[]: Read(operation, x, (ulong[])array); break;
            case Half[] to: Read(operation, x, to); break;
            case decimal[] to: Read(operation, x, to); break;
            case bool[] to: ReadTruths(operation, x, to); break;
            default:
                throw new DTypeException(
                    $"{operation}: {typeof(TTo).Name} is not a type that elements are converted to. "
                    + "Use float, double, an integer type of up to 64 bits, Half, decimal or bool.");
        }

        return result;
    }

    static bool IsInteger<T>() =>
        typeof(T) == typeof(int) || typeof(T) == typeof(short) || typeof(T) == typeof(sbyte) || typeof(T) == typeof(ushort)
        || typeof(T) == typeof(uint) || typeof(T) == typeof(ulong) || typeof(T) == typeof(nint) || typeof(T) == typeof(nuint)
        || typeof(T) == typeof(char) || typeof(T) == typeof(Int128) || typeof(T) == typeof(UInt128);

    static Tensor Converted<T, TElement>(ReadOnlySpan<T> values, Shape shape)
        where T : INumber<T>
        where TElement : unmanaged, INumber<TElement>
    {
        Storage<TElement> storage = Storage.Rent<TElement>(values.Length);
        Span<TElement> elements = storage.Memory.Span;
        for (int i = 0; i < values.Length; i++)
        {
            elements[i] = TElement.CreateSaturating(values[i]);
        }

        return new Tensor(storage, shape);
    }

    static Tensor ToIntegers<T>(ReadOnlySpan<T> values, Shape shape)
        where T : INumber<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (T.CreateSaturating(long.CreateSaturating(values[i])) != values[i])
            {
                throw new DTypeException(
                    $"From: {values[i]} at element {i} is beyond the range of Int64. Convert the values to double first.");
            }
        }

        return Converted<T, long>(values, shape);
    }

    static void Read<TTo>(string operation, Tensor x, TTo[] to)
        where TTo : unmanaged, INumber<TTo>
    {
        if (x.DType == DType.Bool)
        {
            ReadOnlySpan<bool> truths = x.Memory<bool>().Span;
            for (int i = 0; i < to.Length; i++)
            {
                to[i] = truths[i] ? TTo.One : TTo.Zero;
            }
        }
        else
        {
            x.DType.RunNumbers(new ReadNumbers<TTo>(operation, x, to));
        }
    }

    static void ReadTruths(string operation, Tensor x, bool[] to)
    {
        byte[] bits = ToArray<byte>(operation, x);
        for (int i = 0; i < bits.Length; i++)
        {
            to[i] = bits[i] <= 1
                ? bits[i] == 1
                : throw new DTypeException($"{operation}: {bits[i]} at element {i} is neither 0 nor 1. Convert with .To(DType.Bool).");
        }
    }

    readonly struct ReadNumbers<TTo>(string operation, Tensor x, TTo[] to) : INumberTask
        where TTo : unmanaged, INumber<TTo>
    {
        public void Run<TFrom>()
            where TFrom : unmanaged, INumber<TFrom>
        {
            ReadOnlySpan<TFrom> from = x.Memory<TFrom>().Span;
            for (int i = 0; i < to.Length; i++)
            {
                if (!TryConvert(from[i], out to[i]))
                {
                    throw new DTypeException(FormattableString.Invariant(
                        $"{operation}: {from[i]} at element {i} is not a value of {typeof(TTo).Name}. Use Round, or read it as double."));
                }
            }
        }

        // Floats and decimals may be rounded; integers must be exact.
        static bool TryConvert<TFrom>(TFrom from, out TTo to)
            where TFrom : INumber<TFrom>
        {
            try
            {
                to = TTo.CreateChecked(from);
                return MayRound || TFrom.CreateChecked(to) == from;
            }
            catch (OverflowException)
            {
                to = default;
                return false;
            }
        }

        static bool MayRound =>
            typeof(TTo) == typeof(float) || typeof(TTo) == typeof(double) || typeof(TTo) == typeof(Half) || typeof(TTo) == typeof(decimal);
    }
}
