using System.Numerics;
using Criterion.Kernels;

namespace Criterion;

public sealed partial class Tensor
{
    /// <summary>Resizes images <c>[N, C, H, W]</c> by taking the nearest pixel, rounded down as in PyTorch.</summary>
    /// <param name="size">The new height and width; at least 1.</param>
    /// <exception cref="ShapeException">The tensor is not <c>[N, C, H, W]</c>, or its images have no pixels.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1.</exception>
    public Tensor UpsampleNearest2d(Size2 size)
    {
        CheckResize(nameof(UpsampleNearest2d), size, nameof(size));
        (int height, int width) = (Shape[2], Shape[3]);
        if (size.Height % height == 0 && size.Width % width == 0)
        {
            // Whole factors, the common case, are a repetition.
            (int down, int across) = (size.Height / height, size.Width / width);
            return Reshape(Shape[0], Shape[1], height, 1, width, 1).Expand(-1, -1, -1, down, -1, across)
                .Reshape(Shape[0], Shape[1], size.Height, size.Width);
        }

        return Select(2, SamplePositions.Nearest(height, size.Height)).Select(3, SamplePositions.Nearest(width, size.Width));
    }

    /// <summary>Resizes images <c>[N, C, H, W]</c> by bilinear interpolation.</summary>
    /// <param name="size">The new height and width; at least 1.</param>
    /// <param name="alignCorners">
    /// Whether the centres of the corner pixels, rather than their outer edges, keep their positions. Default: false.
    /// </param>
    /// <param name="antialias">
    /// Whether a side that shrinks is averaged with a triangle filter as wide as the factor requires, as in Pillow, instead of sampled at
    /// single points. Default: false, as in PyTorch.
    /// </param>
    /// <remarks>
    /// Pixels with weight 0 are skipped: a NaN or ∞ reaches only the outputs that depend on it. PyTorch multiplies them by 0, which gives
    /// NaN.
    /// </remarks>
    /// <exception cref="ArgumentException">Both <paramref name="alignCorners"/> and <paramref name="antialias"/> are set.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1.</exception>
    /// <exception cref="ShapeException">The tensor is not <c>[N, C, H, W]</c>, or its images have no pixels.</exception>
    public Tensor UpsampleBilinear2d(Size2 size, bool alignCorners = false, bool antialias = false)
    {
        const string Operation = nameof(UpsampleBilinear2d);
        CheckResize(Operation, size, nameof(size));
        if (alignCorners && antialias)
        {
            throw new ArgumentException(
                $"{Operation}: antialias requires alignCorners: false. Set only one of the two.", nameof(antialias));
        }

        (int height, int width) = (Shape[2], Shape[3]);
        const string Name = "upsample_bilinear2d";
        const string AdjointName = "upsample_bilinear2d gradient";
        return Floating().Resample(antialias
            ? Resampling.Of(Name, AdjointName, new TriangleFilter(height, size.Height), new TriangleFilter(width, size.Width))
            : Resampling.Of(
                Name,
                AdjointName,
                new LinearInterpolation(height, size.Height, alignCorners),
                new LinearInterpolation(width, size.Width, alignCorners)));
    }

    /// <summary>Resamples both sides of each plane of images.</summary>
    internal Tensor Resample(Resampling map)
    {
        Tensor result = Empty([Shape[0], Shape[1], map.Rows.Outputs, map.Columns.Outputs], DType);
        DType.RunFloats(new ResamplePlanes(Contiguous(), map, result));
        return Autograd.Record(map.Name, result, [], map, (this, static (g, of) => g.Resample(of.Adjoint)));
    }

    /// <summary>Checks a size to which images are brought: it needs pixels to come from, and memory.</summary>
    void CheckResize(string operation, Size2 size, string name)
    {
        CheckImages(operation);
        size.CheckAtLeast(1, operation, name);
        if (Shape[2] == 0 || Shape[3] == 0)
        {
            throw new ShapeException($"{operation}: images {Shape} have no pixels. Height and width must be at least 1.");
        }

        _ = new Shape(Shape[0], Shape[1], size.Height, size.Width);
    }

    readonly struct ResamplePlanes(Tensor planes, Resampling map, Tensor result) : IFloatTask
    {
        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            Resample<T>.Run(planes.Memory<T>(), map.Rows, map.Columns, result.Memory<T>());
    }
}
