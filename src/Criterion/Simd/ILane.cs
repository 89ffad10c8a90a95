using Criterion.Numbers;

namespace Criterion.Simd;

/// <summary>A number that stands for several neighbouring elements: what the drivers load, compute with and store.</summary>
/// <typeparam name="TSelf">The lane.</typeparam>
/// <typeparam name="S">Its elements.</typeparam>
internal interface ILane<TSelf, S> : IReal<TSelf>
    where TSelf : struct, ILane<TSelf, S>
    where S : unmanaged
{
    /// <summary>How many elements one lane holds.</summary>
    static abstract int Width { get; }

    static abstract TSelf Load(ref readonly S source, nint index);

    /// <summary>As many floats as the lane holds, widened; of doubles only.</summary>
    static abstract TSelf LoadWidened(ref readonly float source, nint index);

    void Store(ref S destination, nint index);

    /// <summary>Stores past the cache, to an address that is a multiple of the lane's size: see <see cref="Streaming"/>.</summary>
    unsafe void Stream(S* destination);

    /// <summary>a · b + c, rounded once where the machine can.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>x held within [low, high]; NaN stays.</summary>
    static abstract TSelf Hold(TSelf x, double low, double high);

    /// <summary>x · 2ⁿ for whole n from −252 to 254, in single precision only.</summary>
    static abstract TSelf Scale(TSelf x, TSelf n);

    /// <summary>The larger; where one is NaN, b or NaN.</summary>
    static abstract TSelf Larger(TSelf a, TSelf b);

    /// <summary>xᵖ element by element.</summary>
    static abstract TSelf PowFixed(TSelf x, double p);

    /// <summary>The nearest whole number, in single precision only.</summary>
    static abstract TSelf Round(TSelf x);

    /// <summary>
    /// m in [3/4, 3/2) and a whole exponent with x = m · 2ᵉ. Of 0 and ∞ m is 1 and the exponent −∞ and ∞; of a negative number and of
    /// NaN one of the two is NaN.
    /// </summary>
    static abstract TSelf Split(TSelf x, out TSelf exponent);

    /// <summary>The sum of the elements, always added in the same order.</summary>
    S Sum();

    /// <summary>The largest element; any number or NaN where one is NaN.</summary>
    S Largest();
}
