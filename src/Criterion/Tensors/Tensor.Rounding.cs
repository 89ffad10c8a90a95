using System.Numerics;
using System.Numerics.Tensors;

namespace Criterion;

/// <content>Rounding to integers: piecewise constant, so that the gradients are 0. Integers are returned unchanged.</content>
public sealed partial class Tensor
{
    /// <summary>Rounds to the nearest integer, halves to the even one, as PyTorch and <see cref="Math.Round(double)"/> do.</summary>
    public Tensor Round() => RoundBy<ToNearest>(nameof(Round));

    /// <summary>Rounds down, towards −∞.</summary>
    public Tensor Floor() => RoundBy<Down>(nameof(Floor));

    /// <summary>Rounds up, towards +∞.</summary>
    public Tensor Ceil() => RoundBy<Up>(nameof(Ceil));

    /// <summary>Removes the fraction: rounds towards 0.</summary>
    public Tensor Trunc() => RoundBy<TowardsZero>(nameof(Trunc));

    Tensor RoundBy<TRounding>(string operation)
        where TRounding : struct, IRounding
    {
        Tensor x = Countable();
        if (!x.DType.IsFloat())
        {
            return x;
        }

        Tensor result = Empty(Shape, DType);
        DType.RunFloats(new RoundElements<TRounding>(x.Contiguous(), result));
        return Autograd.Record(operation, result, [], default(ValueTuple), (x, static (g, _) => ZerosLike(g)));
    }

    interface IRounding
    {
        static abstract void Run<T>(ReadOnlySpan<T> x, Span<T> result)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>;
    }

    readonly struct ToNearest : IRounding
    {
        public static void Run<T>(ReadOnlySpan<T> x, Span<T> result)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => TensorPrimitives.Round(x, result);
    }

    readonly struct Down : IRounding
    {
        public static void Run<T>(ReadOnlySpan<T> x, Span<T> result)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => TensorPrimitives.Floor(x, result);
    }

    readonly struct Up : IRounding
    {
        public static void Run<T>(ReadOnlySpan<T> x, Span<T> result)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => TensorPrimitives.Ceiling(x, result);
    }

    readonly struct TowardsZero : IRounding
    {
        public static void Run<T>(ReadOnlySpan<T> x, Span<T> result)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => TensorPrimitives.Truncate(x, result);
    }

    readonly struct RoundElements<TRounding>(Tensor x, Tensor result) : IFloatTask
        where TRounding : struct, IRounding
    {
        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => TRounding.Run(x.Memory<T>().Span, result.Memory<T>().Span);
    }
}
