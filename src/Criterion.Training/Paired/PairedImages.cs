namespace Criterion.Training;

/// <summary>
/// Images and their counterparts, in the same order, of which some are held out from training, evenly spaced in the data, for measurements
/// and pictures.
/// </summary>
/// <remarks>Immutable: any number of threads may read it at once.</remarks>
public sealed class PairedImages
{
    /// <summary>The most pairs that are held out unless a number is given.</summary>
    public const int MostHeldOut = 500;

    // Of few pairs a tenth.
    const int HeldOutShare = 10;

    /// <summary>Creates pairs of images in memory.</summary>
    /// <param name="input">The images to translate.</param>
    /// <param name="target">Their counterparts, in the same order, of any one size and as many channels.</param>
    /// <param name="heldOut">
    /// The number of pairs to hold out, at least 1 and fewer than there are. Default: a tenth, at most 500, at least 1.
    /// </param>
    /// <exception cref="TrainingException">The numbers of images or their channels differ, or no pair remains.</exception>
    public PairedImages(ImageDataset input, ImageDataset target, int? heldOut = null)
    {
        CheckCounts(input, target);
        if (input.Channels != target.Channels)
        {
            throw new TrainingException(
                $"Pairs need images with the same channels, but those of '{input.Source}' have {input.Channels} and those of "
                + $"'{target.Source}' {target.Channels}. Convert both to grey or both to colour.");
        }

        int count = heldOut ?? Math.Clamp(input.Count / HeldOutShare, 1, MostHeldOut);
        if (count < 1 || count >= input.Count)
        {
            throw new TrainingException(
                $"{count} of {Counted.Of(input.Count, "pair")} cannot be held out: at least one must be measured and one trained on. "
                + $"Give more pairs, or set {nameof(PairedOptions)}.{nameof(PairedOptions.HeldOut)} to "
                + $"{(input.Count > 2 ? $"a number from 1 to {input.Count - 1}" : "1")}.");
        }

        (Input, Target) = (input, target);
        long[] all = [.. Enumerable.Range(0, input.Count).Select(static i => (long)i)];
        long[] held = [.. all.Take(count).Select(i => i * input.Count / count)];
        HeldOutPlaces = Tensor.From(held).Keep();
        TrainingPlaces = Tensor.From([.. all.Except(held)]).Keep();
    }

    /// <summary>Gets all images to translate.</summary>
    public ImageDataset Input { get; }

    /// <summary>Gets the counterparts of all images.</summary>
    public ImageDataset Target { get; }

    /// <summary>Gets the indices of the pairs to train on, Int64 <c>[n]</c>.</summary>
    public Tensor TrainingPlaces { get; }

    /// <summary>Gets the indices of the pairs that are held out, Int64 <c>[m]</c>.</summary>
    public Tensor HeldOutPlaces { get; }

    /// <summary>Returns the held-out pairs: Float32, <c>[m, C, H, W]</c>, values in [−1, 1].</summary>
    /// <param name="most">The most pairs to return, the first ones. Default: all.</param>
    public (Tensor Input, Tensor Target) HeldOut(int? most = null)
    {
        Tensor places = HeldOutPlaces.Narrow(0, 0, Math.Min(most ?? int.MaxValue, HeldOutPlaces.Count));
        return (Input.Batch(places), Target.Batch(places));
    }

    /// <summary>Returns pairs of images and smaller copies of them.</summary>
    /// <param name="images">The images, which become the targets.</param>
    /// <param name="factor">The factor by which both sides shrink.</param>
    /// <param name="heldOut">
    /// <inheritdoc cref="PairedImages(ImageDataset, ImageDataset, int?)" path="/param[@name='heldOut']/node()"/>
    /// </param>
    /// <remarks>
    /// The small images are made by Pillow's bicubic filter, antialiased, within one level of its bytes, and rounded as if they had been
    /// saved.
    /// </remarks>
    /// <exception cref="TrainingException">A side is no multiple of the factor, or is below 8 · factor pixels.</exception>
    public static PairedImages Reduced(ImageDataset images, int factor, int? heldOut = null)
    {
        const int Least = 8;
        ArgumentNullException.ThrowIfNull(images);
        Size2 size = images.Size;
        if (size.Height % factor != 0 || size.Width % factor != 0 || Math.Min(size.Height, size.Width) < Least * factor)
        {
            int side = Math.Max(Least, (Math.Max(size.Height, size.Width) + factor - 1) / factor) * factor;
            throw new TrainingException(
                $"Images that are reduced by {factor} need sides that are multiples of {factor}, of at least {Least * factor} pixels, but "
                + $"those of '{images.Source}' are {size}. Resize them to {side} ({ImageDataset.SizeParameter}).");
        }

        Size2 small = new(size.Height / factor, size.Width / factor);
        Tensor reduced = ModuleBatches.Map(
            images.Stored, part => PixelValues.ToBytes(Bicubic(PixelValues.Signed(part), small)), batchSize: 64);
        return new PairedImages(new ImageDataset($"{images.Source}, reduced by {factor}", reduced), images, heldOut);
    }

    /// <summary>Refuses sets of different numbers of images.</summary>
    internal static void CheckCounts(ImageDataset input, ImageDataset target)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(target);
        if (input.Count != target.Count)
        {
            throw new TrainingException(
                $"Pairs need as many target images as input images, but '{input.Source}' has {input.Count} and '{target.Source}' has "
                + $"{target.Count}. Give the counterpart of each image, in the same order.");
        }
    }

    /// <summary>Resizes images with values in [−1, 1] by Pillow's bicubic filter, whose overshoot is clamped as in bytes.</summary>
    internal static Tensor Bicubic(Tensor images, Size2 size) => SeparableResize.Bicubic(images, size).Clamp(-1, 1);
}
