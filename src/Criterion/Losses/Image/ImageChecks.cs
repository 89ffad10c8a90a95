using System.Globalization;
using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>What losses and metrics of images ask of them.</summary>
internal static class ImageChecks
{
    /// <summary>Says that a tensor does not hold images.</summary>
    public static void CheckImages(string name, Tensor images, string argument)
    {
        ArgumentNullException.ThrowIfNull(images, argument);
        if (images.Rank != 4)
        {
            throw new ShapeException($"{name}: {argument} must be images [N, C, H, W], and is {images.Shape}. Unsqueeze a missing dim.");
        }
    }

    /// <summary>Says which value lies outside the stated range; NaN passes: it shows in the result.</summary>
    public static void CheckRange(string name, ImageRange range, Tensor values, string argument)
    {
        (double least, double largest) = range.Accepted();
        var outside = new Outside(least, largest);
        Tensor plain = values.Detach();
        if (plain.Count == 0 || !(TensorFormula.Sum(outside, plain).Item() > 0))
        {
            return;
        }

        double[] all = plain.To(DType.Float64).ToArray<double>();
        int first = Array.FindIndex(all, value => outside.Value<Real>(value).Value > 0);
        throw new LossException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: {argument} must be in the range {range}, {range.Black()} to {range.White()}, and element {first} is {all[first]}. State another range, or use {argument}.Clamp({range.Black()}, {range.White()})."));
    }

    /// <summary>Says that images are too small.</summary>
    public static void CheckSide(string name, Tensor images, int least, string why)
    {
        int side = Math.Min(images.Shape[2], images.Shape[3]);
        if (side < least)
        {
            throw new ShapeException($"{name}: images of {images.Shape} are too small: the least side is {least}{why}.");
        }
    }

    /// <summary>1 outside an interval, 0 within and for NaN.</summary>
    readonly struct Outside(double low, double high) : IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x)
            where T : struct, IReal<T>
        {
            T above = T.Select(T.Less(T.Const(high), x), T.Const(1), T.Const(0));
            return T.Select(T.Less(x, T.Const(low)), T.Const(1), above);
        }
    }
}
