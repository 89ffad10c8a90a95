using System.Numerics;
using System.Runtime.Intrinsics;
using Criterion.Formulas;
using Criterion.Kernels;
using Criterion.Memory;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>
/// Runs a window formula over images, plane by plane and in tall planes band by band: see <see cref="WindowBand{TFormula, S, L}"/>.
/// </summary>
internal static class WindowDriver
{
    /// <summary>
    /// Writes the mean loss of each plane, and its gradient times <paramref name="scale"/> by each image for which a tensor is given.
    /// </summary>
    /// <returns>The sum of the means.</returns>
    public static double Run<TFormula>(
        TFormula formula, BlurWindow window, Tensor x, Tensor y, Tensor means, Tensor? gradientX, Tensor? gradientY, double scale)
        where TFormula : struct, IWindowFormula => x.DType == DType.Float32
        ? OverLanes<TFormula, float>(formula, window, x, y, means, gradientX, gradientY, scale)
        : OverLanes<TFormula, double>(formula, window, x, y, means, gradientX, gradientY, scale);

    static double OverLanes<TFormula, S>(
        TFormula formula, BlurWindow window, Tensor x, Tensor y, Tensor means, Tensor? gradientX, Tensor? gradientY, double scale)
        where TFormula : struct, IWindowFormula
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        if (Vector512.IsHardwareAccelerated)
        {
            return Over<TFormula, S, Lane512<double>>(formula, window, x, y, means, gradientX, gradientY, scale);
        }

        return Vector256.IsHardwareAccelerated
            ? Over<TFormula, S, Lane256<double>>(formula, window, x, y, means, gradientX, gradientY, scale)
            : Over<TFormula, S, Lane128<double>>(formula, window, x, y, means, gradientX, gradientY, scale);
    }

    static double Over<TFormula, S, L>(
        TFormula formula, BlurWindow window, Tensor x, Tensor y, Tensor means, Tensor? gradientX, Tensor? gradientY, double scale)
        where TFormula : struct, IWindowFormula
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, double>
    {
        WindowGeometry geometry = new(window, x.Shape[2], x.Shape[3]);
        Memory<double> totals = BufferPool<double>.Rent(means.Count * geometry.Bands);
        ParallelFor.Run(means.Count * geometry.Bands, new WindowBand<TFormula, S, L>(
            formula,
            geometry,
            x.Memory<S>(),
            y.Memory<S>(),
            totals,
            gradientX?.Memory<S>() ?? default,
            gradientY?.Memory<S>() ?? default,
            scale));
        double sum = Means(totals.Span, geometry, means.Memory<S>().Span);
        BufferPool<double>.Return(totals);
        return sum;
    }

    /// <summary>The mean of each plane from the sums of its bands; their sum.</summary>
    static double Means<S>(ReadOnlySpan<double> totals, WindowGeometry geometry, Span<S> means)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        double sum = 0;
        for (int plane = 0; plane < means.Length; plane++)
        {
            double total = 0;
            foreach (double band in totals.Slice(plane * geometry.Bands, geometry.Bands))
            {
                total += band;
            }

            sum += total / geometry.Places;
            means[plane] = S.CreateTruncating(total / geometry.Places);
        }

        return sum;
    }
}
