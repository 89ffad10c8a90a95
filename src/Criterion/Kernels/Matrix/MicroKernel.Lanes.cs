using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Criterion.Kernels;

/// <summary>
/// What the micro-kernel asks of a vector register: <typeparamref name="V"/> is the register, <typeparamref name="S"/> a lane of it.
/// </summary>
internal unsafe interface ILanes<S, V>
    where S : unmanaged
    where V : unmanaged
{
    static abstract int Count { get; }

    static abstract V Load(S* source);

    static abstract void Store(V value, S* target);

    static abstract V Broadcast(S value);

    static abstract V Add(V left, V right);

    /// <summary><paramref name="a"/> · <paramref name="b"/> + <paramref name="sum"/>, rounded once where the machine can.</summary>
    static abstract V MultiplyAdd(V a, V b, V sum);
}

/// <summary>Sixteen floats or eight doubles.</summary>
internal readonly unsafe struct Lanes512<S> : ILanes<S, Vector512<S>>
    where S : unmanaged
{
    public static int Count => Vector512<S>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<S> Load(S* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<S> value, S* target) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<S> Broadcast(S value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<S> Add(Vector512<S> left, Vector512<S> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<S> MultiplyAdd(Vector512<S> a, Vector512<S> b, Vector512<S> sum) =>
        typeof(S) == typeof(float)
            ? Vector512.MultiplyAddEstimate(a.AsSingle(), b.AsSingle(), sum.AsSingle()).As<float, S>()
            : Vector512.MultiplyAddEstimate(a.AsDouble(), b.AsDouble(), sum.AsDouble()).As<double, S>();
}

/// <summary>Eight floats or four doubles.</summary>
internal readonly unsafe struct Lanes256<S> : ILanes<S, Vector256<S>>
    where S : unmanaged
{
    public static int Count => Vector256<S>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<S> Load(S* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<S> value, S* target) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<S> Broadcast(S value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<S> Add(Vector256<S> left, Vector256<S> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<S> MultiplyAdd(Vector256<S> a, Vector256<S> b, Vector256<S> sum) =>
        typeof(S) == typeof(float)
            ? Vector256.MultiplyAddEstimate(a.AsSingle(), b.AsSingle(), sum.AsSingle()).As<float, S>()
            : Vector256.MultiplyAddEstimate(a.AsDouble(), b.AsDouble(), sum.AsDouble()).As<double, S>();
}

/// <summary>Four floats or two doubles.</summary>
internal readonly unsafe struct Lanes128<S> : ILanes<S, Vector128<S>>
    where S : unmanaged
{
    public static int Count => Vector128<S>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<S> Load(S* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<S> value, S* target) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<S> Broadcast(S value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<S> Add(Vector128<S> left, Vector128<S> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<S> MultiplyAdd(Vector128<S> a, Vector128<S> b, Vector128<S> sum) =>
        typeof(S) == typeof(float)
            ? Vector128.MultiplyAddEstimate(a.AsSingle(), b.AsSingle(), sum.AsSingle()).As<float, S>()
            : Vector128.MultiplyAddEstimate(a.AsDouble(), b.AsDouble(), sum.AsDouble()).As<double, S>();
}
