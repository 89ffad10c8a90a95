using System.Numerics;
using System.Numerics.Tensors;

namespace Criterion;

/// <content>Rounding. The functions are constant between their steps, so gradients are 0; integers are returned as they are.</content>
public sealed partial class Tensor
{
    /// <summary>Rounds to the nearest integer, halves to the even one. The gradient is 0.</summary>
    public Tensor Round() => Stepwise<ToNearest>(nameof(Round));

    /// <summary>Returns the largest integer that is not above x. The gradient is 0.</summary>
    public Tensor Floor() => Stepwise<Down>(nameof(Floor));

    /// <summary>Returns the smallest integer that is not below x. The gradient is 0.</summary>
    public Tensor Ceil() => Stepwise<Up>(nameof(Ceil));

    /// <summary>Removes the fraction: rounds towards 0. The gradient is 0.</summary>
    public Tensor Trunc() => Stepwise<TowardsZero>(nameof(Trunc));

    /// <summary>Returns the fraction of x, x − trunc x, which has the sign of x. The gradient is 1.</summary>
    public Tensor Frac() => this - Trunc();

    Tensor Stepwise<TRounding>(string operation)
        where TRounding : struct, IRounding
    {
        if (!DType.IsFloat())
        {
            return this;
        }

        Tensor result = Empty(Shape, DType);
        DType.RunFloats(new RoundElements<TRounding>(Contiguous(), result));
        return Autograd.Record(operation, result, [], default(ValueTuple), (this, static (g, _) => ZerosLike(g)));
    }

    interface IRounding
    {
        static abstract void Run<T>(ReadOnlySpan<T> x, Span<T> result)
            where T : IBinaryFloatingPointIeee754<T>;
    }

    readonly struct ToNearest : IRounding
    {
        public static void Run<T>(ReadOnlySpan<T> x, Span<T> result)
            where T : IBinaryFloatingPointIeee754<T> => TensorPrimitives.Round(x, MidpointRounding.ToEven, result);
    }

    readonly struct Down : IRounding
    {
        public static void Run<T>(ReadOnlySpan<T> x, Span<T> result)
            where T : IBinaryFloatingPointIeee754<T> => TensorPrimitives.Floor(x, result);
    }

    readonly struct Up : IRounding
    {
        public static void Run<T>(ReadOnlySpan<T> x, Span<T> result)
            where T : IBinaryFloatingPointIeee754<T> => TensorPrimitives.Ceiling(x, result);
    }

    readonly struct TowardsZero : IRounding
    {
        public static void Run<T>(ReadOnlySpan<T> x, Span<T> result)
            where T : IBinaryFloatingPointIeee754<T> => TensorPrimitives.Truncate(x, result);
    }

    readonly struct RoundElements<TRounding>(Tensor x, Tensor result) : IFloatTask
        where TRounding : struct, IRounding
    {
        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => TRounding.Run<T>(x.Memory<T>().Span, result.Memory<T>().Span);
    }
}
