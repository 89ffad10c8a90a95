using System.Numerics;
using Criterion.Formulas;
using Criterion.Memory;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>The losses of the windows of two batches of images, with the gradients that are needed.</summary>
/// <param name="Formula">The formula.</param>
/// <param name="X">The first images, [planes, height, width].</param>
/// <param name="Y">The second images, of the same shape.</param>
/// <param name="Means">Receives the mean loss of each plane.</param>
/// <param name="Scale">A factor for the gradients.</param>
internal readonly record struct WindowLosses<TFormula>(TFormula Formula, Elements X, Elements Y, Elements Means, double Scale)
    where TFormula : struct, IWindowFormula
{
    /// <summary>Receives the gradient by the first images; default where it is not needed.</summary>
    public Elements GradientX { get; init; }

    /// <summary>Receives the gradient by the second images; default where it is not needed.</summary>
    public Elements GradientY { get; init; }
}

/// <summary>
/// Runs a window formula over images, plane by plane and in tall planes band by band: see <see cref="WindowBand{TFormula, S, D}"/>.
/// </summary>
internal static class WindowDriver
{
    /// <summary>Writes the mean loss of each plane, and the gradients times the scale.</summary>
    /// <returns>The sum of the means.</returns>
    public static double Run<TFormula>(in WindowLosses<TFormula> losses, WindowGeometry geometry)
        where TFormula : struct, IWindowFormula
    {
        Memory<double> sums = BufferPool<double>.Rent(losses.Means.Count * geometry.Bands);
        LaneLoop.Run(new Loop<TFormula>(losses, geometry, sums), losses.X.DType);
        double sum = losses.X.DType == DType.Float32
            ? AverageBands<float>(sums.Span, geometry, losses.Means)
            : AverageBands<double>(sums.Span, geometry, losses.Means);
        BufferPool<double>.Return(sums);
        return sum;
    }

    /// <summary>Writes the mean of each plane from the sums of its bands, and returns their sum.</summary>
    static double AverageBands<S>(ReadOnlySpan<double> sums, WindowGeometry geometry, Elements means)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        double sum = 0;
        Span<S> results = means.Span<S>();
        for (int plane = 0; plane < results.Length; plane++)
        {
            double total = 0;
            foreach (double band in sums.Slice(plane * geometry.Bands, geometry.Bands))
            {
                total += band;
            }

            sum += total / geometry.Places;
            results[plane] = S.CreateTruncating(total / geometry.Places);
        }

        return sum;
    }

    readonly struct Loop<TFormula>(WindowLosses<TFormula> losses, WindowGeometry geometry, Memory<double> sums) : ILaneLoop
        where TFormula : struct, IWindowFormula
    {
        public int Chunks => losses.Means.Count * geometry.Bands;

        void ILaneLoop.Run<S, L, D>(int chunk) => new WindowBand<TFormula, S, D>(losses, geometry, sums).Run(chunk);
    }
}
