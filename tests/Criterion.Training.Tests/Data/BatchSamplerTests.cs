namespace Criterion.Training.Tests;

public class BatchSamplerTests
{
    [Fact]
    public void An_epoch_holds_every_item_at_most_once_and_drops_the_last_partial_batch()
    {
        BatchSampler sampler = new(10, 3, new RandomStream(1));
        long[] epoch = [.. Draw(sampler, 3).SelectMany(batch => batch)];

        Assert.Equal(9, epoch.Distinct().Count());
        Assert.All(epoch, item => Assert.InRange(item, 0, 9));
        Assert.Equal((0, 3), (sampler.Epoch, sampler.Batch));
        Draw(sampler, 1);
        Assert.Equal((1, 1), (sampler.Epoch, sampler.Batch));
    }

    [Fact]
    public void The_same_stream_gives_the_same_batches_and_another_gives_others()
    {
        Assert.Equal(Draw(new(50, 8, new RandomStream(3)), 20), Draw(new(50, 8, new RandomStream(3)), 20));
        Assert.NotEqual(Draw(new(50, 8, new RandomStream(3)), 20), Draw(new(50, 8, new RandomStream(4)), 20));
    }

    [Fact]
    public void Two_integers_are_its_whole_state()
    {
        BatchSampler whole = new(50, 8, new RandomStream(3));
        Draw(whole, 10);
        BatchSampler resumed = new(50, 8, new RandomStream(3), whole.Epoch, whole.Batch);

        Assert.Equal(Draw(whole, 10), Draw(resumed, 10));
    }

    [Fact]
    public void Epochs_are_in_different_orders()
    {
        BatchSampler sampler = new(32, 32, new RandomStream(3));
        long[][] epochs = Draw(sampler, 2);

        Assert.NotEqual(epochs[0], epochs[1]);
        Assert.Equal(epochs[0].Order(), epochs[1].Order());
    }

    [Fact]
    public void The_order_outlives_the_scope_in_which_an_epoch_begins()
    {
        BatchSampler sampler = new(4, 2, new RandomStream(3));
        for (int i = 0; i < 8; i++)
        {
            using TensorScope scope = new();
            Assert.Equal(2, sampler.Next().ToArray<long>().Length);
        }
    }

    [Fact]
    public void Threads_get_each_batch_once()
    {
        BatchSampler sampler = new(4000, 1, new RandomStream(3));
        long[][] drawn = new long[8][];
        Parallel.For(0, drawn.Length, i => drawn[i] = [.. Draw(sampler, 500).Select(static batch => batch[0])]);
        Assert.Equal(4000, drawn.SelectMany(static items => items).Distinct().Count());
    }

    [Fact]
    public void Data_outlive_the_scope_in_which_they_are_made()
    {
        ImageDataset data;
        using (new TensorScope())
        {
            data = new ImageDataset("ones", Tensor.Ones([4, 1, 8, 8]), range: ImageRange.ZeroOne);
        }

        Assert.Equal(256, data.Images.ToArray<float>().Length);
    }

    [Fact]
    public void Too_few_images_are_refused()
    {
        TrainingException error = Assert.Throws<TrainingException>(() => new BatchSampler(5, 8, new RandomStream(0)));
        Assert.Contains("5 items do not fill a batch of 8", error.Message, StringComparison.Ordinal);
    }

    static long[][] Draw(BatchSampler sampler, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => sampler.Next().ToArray<long>())];
}
