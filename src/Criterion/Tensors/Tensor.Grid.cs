using Criterion.Kernels;

namespace Criterion;

// Sampling at positions that are data: composed of operations, so that it has derivatives of every order by image and positions.
public sealed partial class Tensor
{
    /// <summary>
    /// Samples images <c>[N, C, H, W]</c> at given points by bilinear interpolation. PyTorch equivalent:
    /// <c>torch.nn.functional.grid_sample</c>, which has no second derivatives.
    /// </summary>
    /// <remarks>
    /// The gradient by the grid jumps where a point crosses a pixel's centre; there it is that of the pixels below and to the right. It is
    /// 0 where <see cref="GridPadding.Border"/> clamps a point. A NaN in the grid gives NaN.
    /// </remarks>
    /// <param name="grid">
    /// The points, <c>[N, h, w, 2]</c>: x to the right, then y downwards, from −1 to 1 across the image; of the images' type.
    /// </param>
    /// <param name="padding">The values beyond the image. Default: <see cref="GridPadding.Zeros"/>.</param>
    /// <param name="alignCorners">
    /// Whether −1 and 1 are the centres of the border pixels, rather than their outer edges. Default: false.
    /// </param>
    /// <returns>The samples, <c>[N, C, h, w]</c>.</returns>
    /// <exception cref="ShapeException">
    /// The tensor is not <c>[N, C, H, W]</c> or has no pixels, or the grid is not <c>[N, h, w, 2]</c>.
    /// </exception>
    /// <exception cref="DTypeException">Images and grid are not of the same floating-point type.</exception>
    public Tensor GridSample(Tensor grid, GridPadding padding = GridPadding.Zeros, bool alignCorners = false)
    {
        CheckGrid(grid);
        int border = padding == GridPadding.Zeros ? 1 : 0;
        Tensor points = grid.Reshape(Shape[0], 1, -1, 2);
        AxisSamples columns = AxisSamples.Of(points.Narrow(3, 0, 1).Squeeze(3), Shape[3], padding, alignCorners);
        AxisSamples rows = AxisSamples.Of(points.Narrow(3, 1, 1).Squeeze(3), Shape[2], padding, alignCorners);
        Tensor framed = Pad([border, border, border, border]);
        Tensor planes = framed.Flatten(2);
        return (Corner(rows.Before, columns.Before) + Corner(rows.Before, columns.After)
            + Corner(rows.After, columns.Before) + Corner(rows.After, columns.After))
            .Reshape(Shape[0], Shape[1], grid.Shape[1], grid.Shape[2]);

        Tensor Corner((Tensor Place, Tensor Weight) row, (Tensor Place, Tensor Weight) column)
        {
            Tensor index = (row.Place * framed.Shape[3]) + column.Place;
            return planes.Gather(2, index.Expand(Shape[0], Shape[1], index.Shape[2])) * (row.Weight * column.Weight);
        }
    }

    /// <summary>
    /// Creates the points of images under affine maps, for <see cref="GridSample"/>. PyTorch equivalent:
    /// <c>torch.nn.functional.affine_grid</c>.
    /// </summary>
    /// <param name="maps">
    /// The maps <c>[N, 2, 3]</c> from points (x, y, 1) of the result, from −1 to 1, to points of the image to sample.
    /// </param>
    /// <param name="size">The height and width of the result; at least 1.</param>
    /// <param name="alignCorners">
    /// Whether −1 and 1 are the centres of the border pixels, rather than their outer edges. Default: false.
    /// </param>
    /// <returns>The grid, <c>[N, h, w, 2]</c>.</returns>
    /// <exception cref="ShapeException">The maps are not <c>[N, 2, 3]</c>.</exception>
    /// <exception cref="DTypeException">The maps are not floating-point numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1.</exception>
    public static Tensor AffineGrid(Tensor maps, Size2 size, bool alignCorners = false)
    {
        if (NotNull(maps).Rank != 3 || maps.Shape[1] != 2 || maps.Shape[2] != 3)
        {
            throw new ShapeException($"AffineGrid: the maps must be [N, 2, 3], but are {maps.Shape}. Give two rows of a matrix per image.");
        }

        _ = MustFloat(maps.DType, nameof(AffineGrid));
        size.CheckAtLeast(1, nameof(AffineGrid), nameof(size));
        Tensor[] axes = MeshGrid(Centres(size.Height), Centres(size.Width));
        Tensor points = Stack([axes[1], axes[0], OnesLike(axes[0])], 2).Reshape(1, -1, 3);
        return points.Expand(maps.Shape[0], -1, -1).MatMul(maps.Transpose(1, 2)).Reshape(maps.Shape[0], size.Height, size.Width, 2);

        Tensor Centres(int count)
        {
            double end = count == 1 ? 0 : alignCorners ? 1 : (count - 1.0) / count;
            return Linspace(-end, end, count, maps.DType);
        }
    }

    void CheckGrid(Tensor grid)
    {
        const string Operation = nameof(GridSample);
        CheckImages(Operation);
        if (NotNull(grid).DType != DType || !DType.IsFloat())
        {
            throw new DTypeException(
                $"{Operation}: images of {DType} and a grid of {grid.DType} must be of one floating-point type. Convert one with .To.");
        }

        if (grid.Rank != 4 || grid.Shape[0] != Shape[0] || grid.Shape[3] != 2)
        {
            throw new ShapeException(
                $"{Operation}: the grid must be [{Shape[0]}, h, w, 2] for images {Shape}, but is {grid.Shape}. "
                + "Give x and y of each point.");
        }

        if (Shape[2] == 0 || Shape[3] == 0)
        {
            throw new ShapeException($"{Operation}: images {Shape} have no pixels. Height and width must be at least 1.");
        }
    }

    /// <summary>The two pixels between which each point lies along one axis, with their weights, which are differentiable.</summary>
    readonly record struct AxisSamples((Tensor Place, Tensor Weight) Before, (Tensor Place, Tensor Weight) After)
    {
        /// <summary>Finds the pixels.</summary>
        /// <param name="points">The points from −1 to 1, <c>[N, 1, P]</c>.</param>
        /// <param name="size">The pixels along the axis, without the frame of one zero that <see cref="GridPadding.Zeros"/> adds.</param>
        /// <param name="padding">The values beyond the image.</param>
        /// <param name="alignCorners">Whether −1 and 1 are centres of pixels.</param>
        public static AxisSamples Of(Tensor points, int size, GridPadding padding, bool alignCorners)
        {
            Tensor at = alignCorners ? (points + 1) * ((size - 1) / 2.0) : (((points + 1) * size) - 1) / 2;
            GridAxis axis = new(at.Detach().To(DType.Float64).ToArray<double>(), size, padding, alignCorners);
            Tensor slope = Like(axis.Slopes);
            // The fold of a padding is affine between its edges.
            Tensor inside = padding == GridPadding.Zeros ? at : (at * slope) + (Like(axis.Positions) - (at.Detach() * slope));
            Tensor after = inside - Like(axis.Lower);
            return new((Places(0), 1 - after), (Places(1), after));

            Tensor Like(double[] values) => From(values, points.Shape).To(points.DType);
            Tensor Places(int next) => From(axis.Places(next), points.Shape);
        }
    }
}
