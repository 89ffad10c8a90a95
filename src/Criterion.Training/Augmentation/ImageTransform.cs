namespace Criterion.Training;

/// <summary>A transform for each image of a batch, drawn once: paired images are transformed alike by applying it to both.</summary>
public abstract record ImageTransform
{
    private protected ImageTransform(int count) => Count = count;

    /// <summary>Gets the number of images, N.</summary>
    public int Count { get; }

    /// <summary>Transforms images; differentiable to any order.</summary>
    /// <param name="images">
    /// The images, Float32 or Float64 <c>[N, C, H, W]</c>. Those of a pair may differ in channels; pixels are drawn for one size.
    /// </param>
    /// <returns>The transformed images, of the same shape.</returns>
    /// <exception cref="ShapeException">The images are not <c>[N, C, H, W]</c>, or the transform is for another number of them.</exception>
    public Tensor Apply(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return images.Rank == 4 && images.Shape[0] == Count
            ? Transform(images)
            : throw new ShapeException($"{GetType().Name}: images must be [{Count}, C, H, W], one for each transform that was drawn, "
                + $"but are {images.Shape}. Draw a transform for these images.");
    }

    private protected abstract Tensor Transform(Tensor images);
}
