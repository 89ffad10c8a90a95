namespace Criterion.Kernels;

/// <summary>The images of a batch whose values are too uneven for sums that mix neighbouring pixels, in runs.</summary>
internal readonly struct UnevenImages<S>
    where S : unmanaged
{
    readonly int _count;
    readonly ChannelsLast<S> _first;
    readonly ChannelsLast<S> _second;
    readonly bool _all;

    /// <summary>Creates the list of images that are uneven in a copy, or of all of them.</summary>
    public UnevenImages(int count, ChannelsLast<S> images, bool all)
        : this(count, images, images) => _all = all;

    /// <summary>Creates the list of images that are uneven in either of two copies.</summary>
    public UnevenImages(int count, ChannelsLast<S> first, ChannelsLast<S> second) => (_count, _first, _second) = (count, first, second);

    /// <summary>Returns the next run of such images from one on; of length 0 if there is none.</summary>
    public (int Image, int Count) From(int image)
    {
        while (image < _count && !IsUneven(image))
        {
            image++;
        }

        int end = image;
        while (end < _count && IsUneven(end))
        {
            end++;
        }

        return (image, end - image);
    }

    bool IsUneven(int image) => _all || _first.IsUneven(image) || _second.IsUneven(image);
}
