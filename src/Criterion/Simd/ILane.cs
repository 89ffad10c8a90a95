using System.Runtime.CompilerServices;
using Criterion.Numbers;

namespace Criterion.Simd;

/// <summary>A number that consists of several neighbouring elements: the one vocabulary for registers in drivers and kernels.</summary>
/// <remarks>
/// Loops over whole rows with one operation use <see cref="System.Numerics.Tensors.TensorPrimitives"/> instead. The default members are
/// functions that every width computes by <see cref="LaneMath{T, S}"/>.
/// </remarks>
/// <typeparam name="TSelf">The lane.</typeparam>
/// <typeparam name="S">The elements.</typeparam>
internal interface ILane<TSelf, S> : IReal<TSelf>
    where TSelf : struct, ILane<TSelf, S>
    where S : unmanaged
{
    /// <summary>The number of elements of a lane.</summary>
    static abstract int Width { get; }

    /// <summary>Returns a lane of equal elements.</summary>
    static abstract TSelf Broadcast(S value);

    static abstract TSelf Load(ref readonly S source, nint index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual unsafe TSelf Load(S* source) => TSelf.Load(in *source, 0);

    /// <summary>Loads as many floats as the lane has elements, widened to doubles; for lanes of doubles only.</summary>
    static abstract TSelf LoadWidened(ref readonly float source, nint index);

    void Store(ref S destination, nint index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual unsafe void Store(TSelf lane, S* destination) => lane.Store(ref *destination, 0);

    /// <summary>Rounds the elements to floats and stores them; for lanes of doubles only.</summary>
    void StoreNarrowed(ref float destination, nint index);

    /// <summary>Stores past the cache, to an address that is a multiple of the lane's size: see <see cref="Streaming"/>.</summary>
    unsafe void Stream(S* destination);

    /// <summary>Computes a · b + c, rounded once if the machine has a fused instruction.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>Limits x to [low, high]; NaN stays.</summary>
    static abstract TSelf Clamp(TSelf x, double low, double high);

    /// <summary>Computes x · 2ⁿ for integers n from −252 to 254, in single precision only.</summary>
    static abstract TSelf Scale(TSelf x, TSelf n);

    /// <summary>Returns the larger; where one is NaN, b or NaN.</summary>
    static abstract TSelf Larger(TSelf a, TSelf b);

    /// <summary>Computes xᵖ element by element.</summary>
    static abstract TSelf PowFixed(TSelf x, double p);

    /// <summary>Returns the nearest integer, in single precision only.</summary>
    static abstract TSelf Round(TSelf x);

    /// <summary>
    /// Returns m in [3/4, 3/2) and an integer exponent with x = m · 2ᵉ. For 0 and ∞, m is 1 and the exponent −∞ and ∞; for negative numbers
    /// and NaN one of the two is NaN.
    /// </summary>
    static abstract TSelf Split(TSelf x, out TSelf exponent);

    /// <summary>Returns the sum of the elements, always added in the same order.</summary>
    S Sum();

    /// <summary>Returns the largest element; any number or NaN if one is NaN.</summary>
    S Largest();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf IReal<TSelf>.Log(TSelf x) => LaneMath<TSelf, S>.Log(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf IReal<TSelf>.Expm1(TSelf x) => LaneMath<TSelf, S>.Expm1(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf IReal<TSelf>.Log1p(TSelf x) => LaneMath<TSelf, S>.Log1p(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf IReal<TSelf>.Tanh(TSelf x) => LaneMath<TSelf, S>.Tanh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf IReal<TSelf>.Erf(TSelf x) => LaneMath<TSelf, S>.Erf(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf IReal<TSelf>.NormalCdf(TSelf x) => LaneMath<TSelf, S>.NormalCdf(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf IReal<TSelf>.Sigmoid(TSelf x) => LaneMath<TSelf, S>.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf IReal<TSelf>.Sign(TSelf x) => LaneMath<TSelf, S>.Sign(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf IReal<TSelf>.ExpOfSquare(TSelf x, double factor) => LaneMath<TSelf, S>.ExpOfSquare(x, factor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf IReal<TSelf>.Tanh(TSelf x, out TSelf slope) => LaneMath<TSelf, S>.Tanh(x, out slope);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf IReal<TSelf>.Softplus(TSelf x) => LaneMath<TSelf, S>.Softplus(x, out _);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf IReal<TSelf>.Softplus(TSelf x, out TSelf sigmoid) => LaneMath<TSelf, S>.Softplus(x, out sigmoid);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf IReal<TSelf>.Pow(TSelf x, double p) => LaneMath<TSelf, S>.Pow(x, p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf IReal<TSelf>.Detach(TSelf x) => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf IReal<TSelf>.WithSlope(TSelf value, TSelf x, TSelf slope) => value;
}
