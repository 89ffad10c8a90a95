using System.Runtime.CompilerServices;
using Criterion.Drivers;
using Criterion.Numbers;

namespace Criterion.Optim;

/// <summary>A running mean of squares.</summary>
internal interface ISquareMean
{
    /// <summary>Returns the updated mean, as it is stored.</summary>
    T Next<T>(T kept, T x)
        where T : struct, IReal<T>;

    /// <summary>Returns the root of a stored mean.</summary>
    T Root<T>(T kept)
        where T : struct, IReal<T>;
}

/// <summary>
/// The mean of squares within a <see cref="StepRange"/>: squares do not overflow, and those that underflow are negligible against ε.
/// </summary>
internal readonly struct PlainSquareMean(double keep, double share) : ISquareMean
{
    /// <summary>The smallest ε.</summary>
    public const double LeastEpsilon = 1e-12;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Next<T>(T kept, T x)
        where T : struct, IReal<T> => (keep * kept) + (share * x * x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Root<T>(T kept)
        where T : struct, IReal<T> => T.Sqrt(kept);
}

/// <summary>
/// A running mean of squares, s ← keep · s + share · x², for x of any size. A mean whose squares would overflow or underflow is stored as
/// its negative root, which is representable.
/// </summary>
internal readonly struct SquareMean : ISquareMean
{
    /// <summary>The names in an optimizer's state of values that may be negative roots.</summary>
    public static readonly string[] Names = ["exp_avg_sq", "max_exp_avg_sq", "square_avg", "grad_var"];

    readonly double _keep, _share, _large, _small, _down, _up;

    public SquareMean(double keep, double share, DType type)
    {
        (_keep, _share) = (keep, share);

        // Powers of two are exact: above 2^large and below 2^−large numbers are squared after scaling by 2^−down and 2^up.
        (int large, int down, int up) = type == DType.Float32 ? (60, 70, 100) : (480, 520, 600);
        (_large, _small) = (Math.ScaleB(1, large), Math.ScaleB(1, -large));
        (_down, _up) = (Math.ScaleB(1, -down), Math.ScaleB(1, up));
    }

    /// <summary>Returns the smallest number to add to a root in a denominator: it makes 0 / 0 a 0 and changes no other quotient.</summary>
    public static double Least(DType type) => type == DType.Float32 ? float.Epsilon : double.Epsilon;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Root<T>(T kept)
        where T : struct, IReal<T> => T.Select(kept < 0, -kept, T.Sqrt(kept));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Next<T>(T kept, T x)
        where T : struct, IReal<T>
    {
        (T zero, T one) = (T.Zero, T.One);
        T isRoot = kept < zero;
        T root = T.Select(isRoot, -kept, zero);
        T square = T.Select(isRoot, zero, kept);
        T size = T.Max(T.Abs(x), root);
        T isLarge = size > _large;
        T isSmall = T.Max(size, square * (1 / _small)) < _small;
        T scale = T.Select(isLarge, _down, T.Select(isSmall, _up, one));
        T back = T.Select(isLarge, 1 / _down, T.Select(isSmall, 1 / _up, one));
        (root, x) = (root * scale, x * scale);
        T mean = (_keep * ((square * scale * scale) + (root * root))) + (_share * x * x);
        return T.Select(T.Equal(scale, one), mean, T.Sqrt(mean) * -back);
    }
}
