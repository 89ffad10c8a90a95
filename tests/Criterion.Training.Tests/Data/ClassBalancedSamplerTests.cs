namespace Criterion.Training.Tests;

public class ClassBalancedSamplerTests
{
    // Classes of 1 to 23 examples in random order, numbered with gaps and below 0.
    static readonly long[] Uneven = Mixed([(-3, 7), (0, 12), (5, 23), (6, 4), (900, 8), (901, 5), (902, 4)]);

    [Theory]
    [InlineData(2, 1)]
    [InlineData(2, 4)]
    [InlineData(3, 3)]
    [InlineData(5, 4)]
    [InlineData(7, 2)]
    public void A_batch_is_P_classes_of_K_different_examples(int classes, int perClass)
    {
        ClassBalancedSampler sampler = New(Uneven, classes, perClass);
        foreach (long[] batch in Draw(sampler, 3 * sampler.BatchesPerEpoch))
        {
            Assert.Equal(classes * perClass, batch.Distinct().Count());
            long[][] groups = [.. batch.Chunk(perClass)];
            Assert.All(groups, static group => Assert.Single(group.Select(static i => Uneven[i]).Distinct()));
            Assert.Equal(classes, groups.Select(static group => Uneven[group[0]]).Distinct().Count());
        }
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 4)]
    [InlineData(5, 3)]
    [InlineData(7, 4)]
    public void Every_epoch_holds_every_example(int classes, int perClass)
    {
        ClassBalancedSampler sampler = New(Uneven, classes, perClass);
        for (int epoch = 0; epoch < 3; epoch++)
        {
            long[] drawn = [.. Draw(sampler, sampler.BatchesPerEpoch).SelectMany(static batch => batch)];
            Assert.Equal(Uneven.Length, drawn.Distinct().Count());
            Assert.Equal((epoch, sampler.BatchesPerEpoch), (sampler.Epoch, sampler.Batch));
        }
    }

    [Fact]
    public void Classes_are_equally_frequent_however_large()
    {
        ClassBalancedSampler sampler = New(Uneven, 7, 2);
        long[] drawn = [.. Draw(sampler, 4 * sampler.BatchesPerEpoch).SelectMany(static batch => batch)];
        Assert.Single(drawn.CountBy(static i => Uneven[i]).Select(static pair => pair.Value).Distinct());
    }

    [Fact]
    public void Classes_are_about_equally_frequent_where_passes_are_filled_up()
    {
        ClassBalancedSampler sampler = New(Uneven, 5, 2);
        long[] drawn = [.. Draw(sampler, 400).SelectMany(static batch => batch)];
        double expected = drawn.Length / 7.0;
        Assert.All(drawn.CountBy(static i => Uneven[i]), pair => Assert.InRange(pair.Value, 0.9 * expected, 1.1 * expected));
    }

    [Fact]
    public void Examples_of_a_class_are_equally_frequent_up_to_the_filling()
    {
        ClassBalancedSampler sampler = New(Uneven, 7, 4);
        IEnumerable<long> drawn = Draw(sampler, 6 * 50).SelectMany(static batch => batch).Where(static i => Uneven[i] == 5);
        int[] counts = [.. drawn.CountBy(static i => i).Select(static pair => pair.Value)];
        Assert.Equal(23, counts.Length);
        Assert.InRange(counts.Max() - counts.Min(), 0, 20);
    }

    [Fact]
    public void Two_integers_resume_it_at_any_batch()
    {
        ClassBalancedSampler whole = New(Uneven, 3, 4);
        ClassBalancedSampler other = New(Uneven, 3, 4);
        Draw(other, 5);
        for (int i = 0; i < 2 * whole.BatchesPerEpoch; i++)
        {
            ClassBalancedSampler resumed = New(Uneven, 3, 4);
            other.LoadStateDict(whole.StateDict());
            resumed.LoadStateDict(whole.StateDict());
            long[] expected = Draw(whole, 1)[0];
            Assert.Equal(expected, Draw(resumed, 1)[0]);
            Assert.Equal(expected, Draw(other, 1)[0]);
        }

        Assert.Equal(2, whole.StateDict()["place"].Count);
    }

    [Fact]
    public void The_stream_decides_and_is_not_advanced()
    {
        RandomStream random = new(3);
        long[][] first = Draw(new ClassBalancedSampler(Tensor.From(Uneven), 3, 4, random), 20);
        Assert.Equal(0UL, random.Position);
        Assert.Equal(first, Draw(new ClassBalancedSampler(Tensor.From(Uneven), 3, 4, random), 20));
        Assert.NotEqual(first, Draw(New(Uneven, 3, 4), 20));
    }

    [Fact]
    public void Epochs_and_passes_differ()
    {
        ClassBalancedSampler sampler = New(Uneven, 7, 4);
        long[][] batches = Draw(sampler, 12);
        Assert.Equal(12, batches.Select(static batch => string.Join(' ', batch)).Distinct().Count());
        Assert.True(batches.Select(static batch => string.Join(' ', batch.Select(static i => Uneven[i]))).Distinct().Count() > 8);
    }

    [Fact]
    public void With_one_example_per_class_no_label_repeats()
    {
        ClassBalancedSampler sampler = New(Uneven, 7, 1);
        Assert.All(Draw(sampler, 60), static batch => Assert.Equal(7, batch.Select(static i => Uneven[i]).Distinct().Count()));
    }

    [Fact]
    public void Small_classes_throw_repeat_or_are_left_out()
    {
        long[] labels = Mixed([(0, 9), (1, 2), (2, 6), (3, 1)]);
        TrainingException error = Assert.Throws<TrainingException>(() => New(labels, 2, 4));
        Assert.Contains("2 of 4 classes have fewer than 4 examples; the smallest has 1", error.Message, StringComparison.Ordinal);

        ClassBalancedSampler repeating = New(labels, 4, 4, SmallClasses.Repeat);
        long[] drawn = [.. Draw(repeating, repeating.BatchesPerEpoch).SelectMany(static batch => batch)];
        Assert.Equal(labels.Length, drawn.Distinct().Count());
        Assert.Single(drawn.CountBy(i => labels[i]).Select(static pair => pair.Value).Distinct());

        ClassBalancedSampler skipping = New(labels, 2, 4, SmallClasses.Skip);
        drawn = [.. Draw(skipping, skipping.BatchesPerEpoch).SelectMany(static batch => batch)];
        Assert.Equal([0L, 2L], drawn.Select(i => labels[i]).Distinct().Order());
        Assert.Equal(15, drawn.Distinct().Count());
    }

    [Fact]
    public void Impossible_batches_are_refused()
    {
        Assert.Contains("a batch of 8 classes needs as many, and there are 7",
            Assert.Throws<TrainingException>(() => New(Uneven, 8, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("there are 0 to draw from",
            Assert.Throws<TrainingException>(() => New([], 2, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("there are 1 to draw from",
            Assert.Throws<TrainingException>(() => New([4, 4, 4], 2, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => New(Uneven, 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => New(Uneven, 2, 0));
        Assert.Contains("must be Int64 [N], but are Float32 [3]", Assert.Throws<TrainingException>(
            () => new ClassBalancedSampler(Tensor.Ones([3]), 2, 1, new RandomStream(0))).Message, StringComparison.Ordinal);
        Assert.Contains("must be Int64 [N], but are Int64 [2, 2]", Assert.Throws<TrainingException>(
            () => new ClassBalancedSampler(Tensor.From([1L, 2, 3, 4], [2, 2]), 2, 1, new RandomStream(0))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void States_of_other_samplers_are_refused()
    {
        ClassBalancedSampler sampler = New(Uneven, 3, 4);
        Draw(sampler, 2);
        foreach (long[] place in new long[][] { [0, 10_000], [-1, 0], [0, -1], [long.MaxValue, 0] })
        {
            Assert.Throws<StateDictException>(() => sampler.LoadStateDict(
                new Dictionary<string, Tensor> { ["place"] = Tensor.From(place) }));
        }

        Assert.Throws<StateDictException>(() => sampler.LoadStateDict(new Dictionary<string, Tensor>()));
        Assert.Equal((0, 2), (sampler.Epoch, sampler.Batch));
    }

    [Fact]
    public void Threads_get_each_batch_once()
    {
        long[] labels = [.. Enumerable.Range(0, 4000).Select(static i => (long)(i / 2))];
        ClassBalancedSampler sampler = New(labels, 2, 2);
        long[][][] drawn = new long[8][][];
        Parallel.For(0, drawn.Length, i => drawn[i] = Draw(sampler, 125));
        Assert.Equal(4000, drawn.SelectMany(static batches => batches).SelectMany(static batch => batch).Distinct().Count());
    }

    [Fact]
    public void Many_small_classes_cost_linear_time()
    {
        long[] labels = [.. Enumerable.Range(0, 60_000).Select(static i => (long)(i / 5))];
        ClassBalancedSampler sampler = New(labels, 32, 4);
        Assert.Equal(2 * 375, sampler.BatchesPerEpoch);
        Assert.Equal(60_000, Draw(sampler, sampler.BatchesPerEpoch).SelectMany(static batch => batch).Distinct().Count());
    }

    static ClassBalancedSampler New(long[] labels, int classes, int perClass, SmallClasses small = SmallClasses.Throw) =>
        new(Tensor.From(labels), classes, perClass, new RandomStream(7), small);

    static long[][] Draw(ClassBalancedSampler sampler, int batches) =>
        [.. Enumerable.Range(0, batches).Select(_ => sampler.Next().ToArray<long>())];

    static long[] Mixed((long Label, int Count)[] classes)
    {
        long[] labels = [.. classes.SelectMany(static item => Enumerable.Repeat(item.Label, item.Count))];
        new Random(5).Shuffle(labels);
        return labels;
    }
}
