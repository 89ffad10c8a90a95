namespace Criterion.Training.Tests;

public class ImagePoolTests
{
    static Tensor Image(double value) => Tensor.Full([1, 1, 2, 2], value);

    [Fact]
    public void While_it_fills_images_pass_as_they_are()
    {
        ImagePool pool = new(3, new RandomStream(1));
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(i, pool.Exchange(Image(i)).Mean().Item());
        }

        Assert.Equal(3, pool.Count);
    }

    [Fact]
    public void Then_half_of_them_come_back_later()
    {
        ImagePool pool = new(10, new RandomStream(1));
        double[] given = [.. Enumerable.Range(0, 2000).Select(i => pool.Exchange(Image(i)).Mean().Item())];

        Assert.InRange(given.Index().Skip(10).Count(static item => item.Item == item.Index) / 1990.0, 0.46, 0.54);
        Assert.All(given.Index(), static item => Assert.True(item.Item <= item.Index));
        Assert.Equal(1990, given[10..].Distinct().Count());
    }

    [Fact]
    public void Without_room_every_image_passes() =>
        Assert.Equal(7, new ImagePool(0, new RandomStream(1)).Exchange(Image(7)).Mean().Item());

    [Fact]
    public void A_batch_is_exchanged_image_by_image_and_reaches_no_generator()
    {
        ImagePool pool = new(4, new RandomStream(1));
        Tensor images = Tensor.Rand([6, 1, 2, 2], random: new RandomStream(2));
        images.RequiresGrad = true;
        Tensor given = pool.Exchange(images * 1);

        Assert.Equal(images.Shape, given.Shape);
        Assert.False(given.RequiresGrad);
    }

    [Fact]
    public void It_goes_on_from_its_state()
    {
        ImagePool first = new(5, new RandomStream(1));
        for (int i = 0; i < 20; i++)
        {
            first.Exchange(Image(i));
        }

        ImagePool second = new(5, new RandomStream(99));
        second.LoadStateDict(first.StateDict().ToDictionary(static pair => pair.Key, static pair => pair.Value.Clone()));
        for (int i = 20; i < 60; i++)
        {
            Assert.Equal(first.Exchange(Image(i)).ToArray<float>(), second.Exchange(Image(i)).ToArray<float>());
        }
    }

    [Fact]
    public void Threads_get_and_leave_every_image_once()
    {
        ImagePool pool = new(10, new RandomStream(1));
        double[] seen = new double[400];
        Parallel.For(0, seen.Length, i => seen[i] = pool.Exchange(Image(i)).Mean().Item());
        IEnumerable<double> held = pool.StateDict().Where(static pair => pair.Key.StartsWith("images.", StringComparison.Ordinal))
            .Select(static pair => (double)pair.Value.Mean().Item());

        // While it fills, images also pass: those ten are seen and held.
        Assert.Equal(400, seen.Concat(held).Distinct().Count());
        Assert.Equal(10, pool.Count);
    }

    [Fact]
    public void A_negative_capacity_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImagePool(-1, new RandomStream(1)));
}
