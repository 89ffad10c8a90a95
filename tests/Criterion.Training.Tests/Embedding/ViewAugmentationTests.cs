namespace Criterion.Training.Tests;

public class ViewAugmentationTests
{
    static readonly ViewAugmentation None = new(crop: 1, shift: 0, flip: false, brightness: 0, contrast: 0);

    static Tensor Images => Tensor.Rand([6, 3, 9, 7], random: new RandomStream(2), low: -1);

    [Fact]
    public void Without_changes_an_image_is_itself() => Assert.Equal(
        Images.ToArray<float>(), None.Apply(Images, new RandomStream(1)).ToArray<float>(), static (a, b) => Math.Abs(a - b) < 1e-6);

    [Fact]
    public void Every_image_changes_in_another_way_and_the_same_again_from_the_same_stream()
    {
        Tensor same = Images[0].Unsqueeze(0).Expand(6, 3, 9, 7).Contiguous();
        Tensor changed = new ViewAugmentation().Apply(same, new RandomStream(1));
        float[][] all = [.. changed.Split(1).Select(static image => image.ToArray<float>())];

        Assert.All(all.SelectMany(static image => image), static value => Assert.InRange(value, -1, 1));
        Assert.Equal(6, all.Select(static image => image[0]).Distinct().Count());
        int threads = Compute.Threads;
        Compute.Threads = 1;
        Assert.Equal(changed.ToArray<float>(), new ViewAugmentation().Apply(same, new RandomStream(1)).ToArray<float>());
        Compute.Threads = threads;
        Assert.NotEqual(changed.ToArray<float>(), new ViewAugmentation().Apply(same, new RandomStream(2)).ToArray<float>());
    }

    [Fact]
    public void Half_of_the_images_are_mirrored()
    {
        Tensor ramp = Tensor.Arange(-0.9, 0.95, 0.2).Reshape(1, 1, 1, 10).Expand(400, 1, 10, 10).Contiguous();
        Tensor mirrored = (None with { Flip = true }).Apply(ramp, new RandomStream(1));
        float[] first = [.. mirrored.Split(1).Select(static image => image.ToArray<float>()[0])];

        Assert.InRange(first.Count(static value => value > 0), 160, 240);
        Assert.All(first, static value => Assert.Equal(0.9, Math.Abs(value), 1e-5));
    }

    // A ramp from −0.9 to 0.9: the slope of a crop is its side, and its value at the centre is its place.
    [Fact]
    public void A_crop_is_within_the_image_and_a_shift_may_leave_it()
    {
        Tensor ramp = Tensor.Arange(-0.9, 0.95, 0.2).Reshape(1, 1, 1, 10).Expand(400, 1, 10, 10).Contiguous();
        (double side, double centre)[] crops = Of(None with { Crop = 0.5 });
        Assert.All(crops, static crop => Assert.InRange(crop.side, 0.5 - 1e-3, 1 + 1e-3));
        Assert.All(crops, static crop => Assert.InRange(Math.Abs(crop.centre), 0, 1 - crop.side + 0.02));
        Assert.InRange(crops.Min(static crop => crop.side), 0.5 - 1e-3, 0.52);

        Tensor moved = (None with { Shift = 0.3 }).Apply(ramp, new RandomStream(1));
        float[][] shifted = [.. moved.Split(1).Select(static image => image.ToArray<float>())];
        Assert.Contains(shifted, static image => image[0] == image[2] && image[0] == -0.9f);
        Assert.Contains(shifted, static image => image[0] > -0.4f);

        (double, double)[] Of(ViewAugmentation changes) =>
        [
            .. changes.Apply(ramp, new RandomStream(1)).Split(1).Select(static image => image.ToArray<float>())
                .Select(static row => ((row[5] - row[4]) / 0.2, (row[5] + row[4]) / 2.0)),
        ];
    }

    [Fact]
    public void Brightness_moves_all_values_and_contrast_their_distance_to_the_mean()
    {
        Tensor images = Images * 0.3;
        float[] bright = (None with { Brightness = 0.5 }).Apply(images, new RandomStream(1)).ToArray<float>();
        float[] strong = (None with { Contrast = 0.5 }).Apply(images, new RandomStream(1)).ToArray<float>();
        float[] before = images.ToArray<float>();
        double moved = bright[0] - before[0];
        double mean = before[..189].Average();
        double factor = (strong[0] - mean) / (before[0] - mean);

        Assert.All(Enumerable.Range(0, 189), i => Assert.Equal(before[i] + moved, bright[i], 1e-5));
        Assert.All(Enumerable.Range(0, 189), i => Assert.Equal(mean + ((before[i] - mean) * factor), strong[i], 1e-5));
        Assert.InRange(Math.Abs(moved), 1e-4, 0.5);
        Assert.InRange(factor, 0.5, 1.5);
    }

    [Fact]
    public void Text_is_read_as_it_is_written()
    {
        ViewAugmentation changes = new(crop: 0.25, flip: false, contrast: 0);
        Assert.Equal(changes, ViewAugmentation.Parse(changes.ToString()));
        Assert.Equal(new ViewAugmentation(), ViewAugmentation.Parse("default"));
        Assert.Throws<TrainingException>(static () => new ViewAugmentation().Apply(Tensor.Zeros([3, 8, 8]), new RandomStream(1)));
    }
}
