using System.Text.Json;
using Criterion.Losses;

namespace Criterion.Training.Tests;

public class CrossBatchMemoryTests
{
    static readonly JsonElement[] Golden = Load();

    public static TheoryData<string> Losses => [.. Golden.Select(static golden => golden.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Losses))]
    public void Rows_and_places_are_those_of_pytorch_metric_learning(string loss)
    {
        CrossBatchMemory memory = new(11, 3, dtype: DType.Float64);
        foreach (JsonElement step in Steps(loss))
        {
            memory.Enqueue(Matrix(step, "embeddings"), Labels(step, "labels"));
            bool full = step.GetProperty("full").GetBoolean();
            int count = full ? 11 : step.GetProperty("at").GetInt32();
            Assert.Equal(count, memory.Count);
            Assert.Equal(Single(step, "queue")[..(count * 3)], Single(memory.Embeddings));
            Assert.Equal(Labels(step, "queue_labels").ToArray<long>()[..count], memory.Labels.ToArray<long>());
            Assert.Equal(step.GetProperty("at").GetInt64(), memory.StateDict()["place"].ToArray<long>()[0]);
        }
    }

    /// <summary>
    /// Until the queue is full, the keys are those of pytorch-metric-learning, which has the batch in the queue, as constants, and removes
    /// its pairs of a row with itself.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_loss_over_the_keys_is_that_of_pytorch_metric_learning(bool byHand)
    {
        // The margin leaves out the pairs of a row with itself, whose distance is 0 up to rounding.
        Func<Tensor, Tensor, Tensor, Tensor, Tensor> form = byHand
            ? Contrastive
            : (queries, queryLabels, keys, keyLabels) => new BatchContrastiveLoss(
                positiveMargin: 1e-9, negativeMargin: 0.8, activeOnly: true).Forward(queries, queryLabels, keys, keyLabels);
        CrossBatchMemory memory = new(11, 3, dtype: DType.Float64);
        int compared = 0;
        foreach (JsonElement step in Steps("ContrastiveLoss"))
        {
            Tensor embeddings = Matrix(step, "embeddings");
            Tensor labels = Labels(step, "labels");
            embeddings.RequiresGrad = true;
            if (memory.Count + labels.Count <= memory.Capacity)
            {
                (Tensor keys, Tensor keyLabels) = memory.Join(embeddings.Detach(), labels);
                Tensor loss = form(embeddings, labels, keys, keyLabels);
                loss.Backward();
                Assert.Equal(step.GetProperty("loss").GetDouble(), loss.Item(), 1e-6);
                double[] expected = Matrix(step, "grad").ToArray<double>();
                Assert.All(embeddings.Grad!.ToArray<double>().Zip(expected), static pair => Assert.Equal(pair.Second, pair.First, 1e-6));
                compared++;
            }

            memory.Enqueue(embeddings, labels);
        }

        Assert.Equal(2, compared);
    }

    [Fact]
    public void Keys_are_the_batch_and_then_the_rows_of_the_queue()
    {
        CrossBatchMemory memory = new(4, 2);
        (Tensor alone, Tensor aloneLabels) = memory.Join(Rows(1, 2), Tensor.From(7L, 8));
        Assert.Equal([1, 1, 2, 2], alone.ToArray<float>());
        Assert.Equal([7, 8], aloneLabels.ToArray<long>());

        memory.Enqueue(Rows(10, 11, 12), Tensor.From(1L, 2, 3));
        memory.Enqueue(Rows(13, 14), Tensor.From(4L, 5));
        (Tensor keys, Tensor labels) = memory.Join(Rows(1, 2), Tensor.From(7L, 8));
        Assert.Equal([1, 1, 2, 2, 14, 14, 11, 11, 12, 12, 13, 13], keys.ToArray<float>());
        Assert.Equal([7, 8, 5, 2, 3, 4], labels.ToArray<long>());
    }

    [Fact]
    public void Gradients_flow_into_the_batch_and_not_into_earlier_ones()
    {
        CrossBatchMemory memory = new(4, 2);
        Tensor earlier = Rows(1, 2);
        earlier.RequiresGrad = true;
        memory.Enqueue(earlier * 1, Tensor.From(0L, 1));
        Tensor batch = Rows(3, 4);
        batch.RequiresGrad = true;
        (Tensor keys, _) = memory.Join(batch, Tensor.From(0L, 1));
        keys.Sum().Backward();
        Assert.Equal([1, 1, 1, 1], batch.Grad!.ToArray<float>());
        Assert.Null(earlier.Grad);
    }

    [Fact]
    public void A_backward_pass_after_enqueueing_is_right_for_joined_keys_and_throws_for_the_view()
    {
        CrossBatchMemory memory = new(2, 2);
        memory.Enqueue(Rows(1, 2), Tensor.From(0L, 1));
        Tensor batch = Rows(3, 4);
        batch.RequiresGrad = true;
        Tensor joined = (batch.MatMul(memory.Join(batch.Detach(), Tensor.From(0L, 1)).Embeddings.Transpose())).Sum();
        Tensor viewed = batch.MatMul(memory.Embeddings.Transpose()).Sum();
        memory.Enqueue(Rows(50, 60), Tensor.From(0L, 1));
        joined.Backward();
        Assert.Equal([10, 10, 10, 10], batch.Grad!.ToArray<float>());
        Assert.Throws<AutogradException>(() => viewed.Backward());
    }

    [Fact]
    public void Warm_up_counts_batches()
    {
        CrossBatchMemory memory = new(8, 2, warmUp: 2);
        Assert.False(memory.IsReady);
        memory.Enqueue(Rows(1), Tensor.From(0L));
        Assert.False(memory.IsReady);
        Assert.Equal(1, memory.Join(Rows(5), Tensor.From(0L)).Labels.Count);
        memory.Enqueue(Rows(2), Tensor.From(0L));
        Assert.True(memory.IsReady);
        Assert.Equal([5, 5, 1, 1, 2, 2], memory.Join(Rows(5), Tensor.From(0L)).Embeddings.ToArray<float>());
        Assert.False(new CrossBatchMemory(8, 2).IsReady);
    }

    [Fact]
    public void Clearing_begins_anew()
    {
        CrossBatchMemory memory = new(4, 2, warmUp: 1);
        memory.Enqueue(Rows(1, 2, 3), Tensor.From(0L, 1, 2));
        memory.Clear();
        Assert.Equal((0, 0L, false), (memory.Count, memory.Batches, memory.IsReady));
        memory.Enqueue(Rows(4), Tensor.From(9L));
        Assert.Equal([4, 4], memory.Embeddings.ToArray<float>());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(9)]
    public void It_resumes_from_its_state(int batches)
    {
        CrossBatchMemory whole = new(7, 3, warmUp: 3);
        RandomStream random = new(4);
        for (int i = 0; i < batches; i++)
        {
            whole.Enqueue(Tensor.Randn([2, 3], random: random), Tensor.RandInt(0, 5, [2], random));
        }

        CrossBatchMemory resumed = new(7, 3, warmUp: 3);
        resumed.Enqueue(Tensor.Ones([5, 3]), Tensor.Zeros([5], DType.Int64));
        resumed.LoadStateDict(whole.StateDict().ToDictionary(static pair => pair.Key, static pair => pair.Value.Clone()));
        for (int i = 0; i < 6; i++)
        {
            Assert.Equal((whole.Count, whole.Batches, whole.IsReady), (resumed.Count, resumed.Batches, resumed.IsReady));
            Assert.Equal(whole.Embeddings.ToArray<float>(), resumed.Embeddings.ToArray<float>());
            Assert.Equal(whole.Labels.ToArray<long>(), resumed.Labels.ToArray<long>());
            (Tensor rows, Tensor labels) = (Tensor.Randn([2, 3], random: random), Tensor.RandInt(0, 5, [2], random));
            whole.Enqueue(rows, labels);
            resumed.Enqueue(rows, labels);
        }
    }

    [Fact]
    public void States_of_other_queues_are_refused()
    {
        CrossBatchMemory memory = new(4, 2);
        memory.Enqueue(Rows(1, 2), Tensor.From(0L, 1));
        CrossBatchMemory longer = new(6, 2);
        longer.Enqueue(Rows(1, 2, 3, 4, 5, 6), Tensor.From(0L, 1, 2, 3, 4, 5));
        CrossBatchMemory wider = new(4, 3);
        wider.Enqueue(Tensor.Ones([1, 3]), Tensor.From(0L));
        foreach (IReadOnlyDictionary<string, Tensor> state in new[]
        {
            longer.StateDict(), wider.StateDict(), new CrossBatchMemory(4, 2, dtype: DType.Float64).StateDict(),
            new Dictionary<string, Tensor>(),
        })
        {
            Assert.Throws<StateDictException>(() => memory.LoadStateDict(state));
        }

        Assert.Equal([1, 1, 2, 2], memory.Embeddings.ToArray<float>());
    }

    [Fact]
    public void Rows_outlive_the_scope_in_which_they_are_enqueued()
    {
        CrossBatchMemory memory;
        using (new TensorScope())
        {
            memory = new(2, 2);
            memory.Enqueue(Rows(1, 2), Tensor.From(0L, 1));
        }

        Assert.Equal([1, 1, 2, 2], memory.Embeddings.ToArray<float>());
    }

    [Fact]
    public void Rows_that_do_not_fit_are_refused_and_change_nothing()
    {
        CrossBatchMemory memory = new(3, 2);
        memory.Enqueue(Rows(1), Tensor.From(5L));
        Refused("a batch of 4 rows does not fit into a queue of 3", () => memory.Enqueue(Rows(1, 2, 3, 4), Tensor.From(0L, 1, 2, 3)));
        Refused("an embedding is NaN or infinite", () => memory.Enqueue(Rows(1, float.NaN), Tensor.From(0L, 1)));
        Refused("an embedding is NaN or infinite", () => memory.Enqueue(Rows(float.PositiveInfinity), Tensor.From(0L)));
        Refused("must be Float32 [N, 2], but are Float32 [1, 3]", () => memory.Enqueue(Tensor.Ones([1, 3]), Tensor.From(0L)));
        Refused("must be Float32 [N, 2], but are Float64 [1, 2]", () => memory.Join(Tensor.Ones([1, 2], DType.Float64), Tensor.From(0L)));
        Refused("need labels of Int64 [1], but these are Int64 [2]", () => memory.Enqueue(Rows(1), Tensor.From(0L, 1)));
        Refused("need labels of Int64 [1], but these are Float32 [1]", () => memory.Join(Rows(1), Tensor.Ones([1])));
        Assert.Equal((1, 1L), (memory.Count, memory.Batches));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CrossBatchMemory(0, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CrossBatchMemory(2, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CrossBatchMemory(2, 2, warmUp: -1));

        static void Refused(string reason, Action action) =>
            Assert.Contains(reason, Assert.Throws<TrainingException>(action).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_batch_counts_as_a_batch_and_adds_no_row()
    {
        CrossBatchMemory memory = new(3, 2);
        memory.Enqueue(Tensor.Zeros([0, 2]), Tensor.Zeros([0], DType.Int64));
        Assert.Equal((0, 1L, false), (memory.Count, memory.Batches, memory.IsReady));
    }

    // Margins 1 and 0.2 of the cosine; the means over the pairs above 0, without those of a row with itself.
    static Tensor Contrastive(Tensor rows, Tensor labels, Tensor keys, Tensor keyLabels)
    {
        Tensor cosines = Unit(rows).MatMul(Unit(keys).Transpose());
        Tensor same = labels.Unsqueeze(1).EqualTo(keyLabels.Unsqueeze(0)).To(DType.Float64);
        int count = rows.Shape[0];
        Tensor earlier = Tensor.Zeros([count, keys.Shape[0] - count], DType.Float64);
        Tensor self = Tensor.Cat([Tensor.Eye(count, DType.Float64), earlier], 1);
        Tensor positive = (1 - cosines).Relu() * same * (1 - self);
        Tensor negative = (cosines - 0.2).Relu() * (1 - same);
        return Mean(positive) + Mean(negative);

        static Tensor Unit(Tensor x) => x / x.Square().Sum(1, keepDim: true).Sqrt();
        static Tensor Mean(Tensor terms) => terms.Sum() / Math.Max(1, (terms.Detach() > 0).To(DType.Float64).Sum().Item());
    }

    static Tensor Rows(params float[] values) =>
        Tensor.From([.. values.SelectMany(static value => new[] { value, value })], [values.Length, 2]);

    static IEnumerable<JsonElement> Steps(string loss) =>
        Golden.Single(golden => golden.GetProperty("name").GetString() == loss).GetProperty("steps").EnumerateArray();

    static Tensor Matrix(JsonElement step, string name)
    {
        double[][] rows = [.. step.GetProperty(name).EnumerateArray().Select(
            static row => row.EnumerateArray().Select(static x => x.GetDouble()).ToArray())];
        return Tensor.From([.. rows.SelectMany(static row => row)], [rows.Length, rows[0].Length]);
    }

    static Tensor Labels(JsonElement step, string name) =>
        Tensor.From(step.GetProperty(name).EnumerateArray().Select(static x => x.GetInt64()).ToArray());

    static float[] Single(JsonElement step, string name) => Single(Matrix(step, name));

    static float[] Single(Tensor rows) => Array.ConvertAll(rows.ToArray<double>(), static x => (float)x);

    static JsonElement[] Load()
    {
        using FileStream stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "golden", "metric_learning.json"));
        return [.. JsonDocument.Parse(stream).RootElement.GetProperty("cases").EnumerateArray()
            .Where(static golden => golden.GetProperty("op").GetString() == "CrossBatchMemory")];
    }
}
