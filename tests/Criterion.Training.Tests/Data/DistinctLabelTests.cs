namespace Criterion.Training.Tests;

/// <summary>Batches in which no label occurs twice.</summary>
public class DistinctLabelTests
{
    [Theory]
    [InlineData(40, 40, 8)]
    [InlineData(41, 13, 5)]
    [InlineData(200, 10, 10)]
    [InlineData(199, 60, 7)]
    [InlineData(7, 7, 7)]
    public void No_batch_repeats_a_label(int count, int classes, int batch)
    {
        long[] labels = Labels(count, classes);
        foreach (long[] drawn in Epochs(labels, batch, 3).SelectMany(static epoch => epoch))
        {
            Assert.Equal(batch, drawn.Select(i => labels[i]).Distinct().Count());
            Assert.Equal(batch, drawn.Distinct().Count());
        }
    }

    [Theory]
    [InlineData(40, 40, 8)]
    [InlineData(41, 13, 5)]
    [InlineData(200, 10, 10)]
    public void An_epoch_holds_each_item_once_and_drops_only_what_fills_no_batch(int count, int classes, int batch)
    {
        long[] labels = Labels(count, classes);
        foreach (long[][] epoch in Epochs(labels, batch, 3))
        {
            Assert.Equal(count / batch, epoch.Length);
            Assert.Equal(count / batch * batch, epoch.SelectMany(static items => items).Distinct().Count());
        }
    }

    [Fact]
    public void Different_items_are_dropped_in_each_epoch()
    {
        long[] labels = Labels(41, 13);
        long[][] dropped = [.. Epochs(labels, 9, 30).Select(epoch => Enumerable.Range(0, 41).Select(static i => (long)i)
            .Except(epoch.SelectMany(static items => items)).ToArray())];
        Assert.All(dropped, static items => Assert.Equal(5, items.Length));
        Assert.Equal(41, dropped.SelectMany(static items => items).Distinct().Count());
    }

    [Fact]
    public void A_label_with_more_items_than_batches_gives_one_to_each()
    {
        // 30 of label 0 and one of each other: no more than 20 / 4 batches of five can be filled.
        long[] labels = [.. Enumerable.Repeat(0L, 30), .. Enumerable.Range(1, 20).Select(static i => (long)i)];
        foreach (long[][] epoch in Epochs(labels, 5, 3))
        {
            Assert.Equal(5, epoch.Length);
            Assert.All(epoch, items => Assert.Equal(1, items.Count(i => labels[i] == 0)));
        }

        Assert.True(Epochs(labels, 5, 40).SelectMany(static epoch => epoch.SelectMany(static items => items)).Distinct().Count() > 45);
    }

    [Fact]
    public void Two_integers_resume_it()
    {
        Tensor labels = Tensor.From(Labels(41, 13));
        BatchSampler whole = new(41, 5, new RandomStream(3), distinctLabels: labels);
        for (int i = 0; i < 20; i++)
        {
            BatchSampler resumed = new(41, 5, new RandomStream(3), whole.Epoch, whole.Batch, labels);
            BatchSampler loaded = new(41, 5, new RandomStream(3), distinctLabels: labels);
            loaded.LoadStateDict(whole.StateDict());
            long[] expected = whole.Next().ToArray<long>();
            Assert.Equal(expected, resumed.Next().ToArray<long>());
            Assert.Equal(expected, loaded.Next().ToArray<long>());
        }
    }

    [Fact]
    public void Batches_that_cannot_be_filled_are_refused()
    {
        Assert.Contains("needs as many labels, and there are 3", Assert.Throws<TrainingException>(
            () => New(Labels(20, 3), 4)).Message, StringComparison.Ordinal);
        Assert.Contains("20 items need as many labels, but there are 19", Assert.Throws<TrainingException>(
            () => new BatchSampler(20, 4, new RandomStream(1), distinctLabels: Tensor.From(Labels(19, 9)))).Message,
            StringComparison.Ordinal);
        Assert.Contains("must be Int64 [N], but are Float32 [20]", Assert.Throws<TrainingException>(
            () => new BatchSampler(20, 4, new RandomStream(1), distinctLabels: Tensor.Ones([20]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Batches_without_the_option_are_as_before()
    {
        BatchSampler sampler = new(10, 3, new RandomStream(1));
        Assert.Equal(
            Tensor.Permutation(10, new RandomStream(1).Fork(0)).ToArray<long>()[..3],
            sampler.Next().ToArray<long>());
    }

    static BatchSampler New(long[] labels, int batch) =>
        new(labels.Length, batch, new RandomStream(11), distinctLabels: Tensor.From(labels));

    static IEnumerable<long[][]> Epochs(long[] labels, int batch, int epochs)
    {
        BatchSampler sampler = New(labels, batch);
        List<(int Epoch, long[] Items)> drawn = [];
        while (sampler.Epoch < epochs)
        {
            long[] items = sampler.Next().ToArray<long>();
            drawn.Add((sampler.Epoch, items));
        }

        return drawn.Where(item => item.Epoch < epochs).GroupBy(static item => item.Epoch, static item => item.Items)
            .Select(static epoch => epoch.ToArray());
    }

    static long[] Labels(int count, int classes)
    {
        long[] labels = [.. Enumerable.Range(0, count).Select(i => (long)(i % classes))];
        new Random(3).Shuffle(labels);
        return labels;
    }
}
