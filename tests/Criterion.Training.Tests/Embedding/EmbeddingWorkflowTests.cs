using Criterion.Formats;
using Criterion.Losses;
using Criterion.Metrics;
using Criterion.Nn;
using Criterion.Optim;

namespace Criterion.Training.Tests;

/// <summary>Sampler, gradient cache, queue and momentum encoder in one training.</summary>
public class EmbeddingWorkflowTests
{
    [Fact]
    public void It_learns()
    {
        Workflow training = new();
        double before = training.Recall();
        double[] losses = [.. Enumerable.Range(0, 60).Select(_ => training.Step())];
        Assert.All(losses, static loss => Assert.True(double.IsFinite(loss)));
        Assert.True(training.Recall() > Math.Max(0.9, before), $"Recall@1 was {before} and is {training.Recall()}.");
        Assert.Equal(40, training.Memory.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void It_resumes_with_the_same_bits(int steps)
    {
        using TempFolder temp = new();
        Workflow whole = new();
        for (int i = 0; i < steps; i++)
        {
            whole.Step();
        }

        Safetensors.Write(temp["state.safetensors"], whole.State.StateDict());
        Workflow resumed = new();
        resumed.Step();
        resumed.State.LoadStateDict(Safetensors.Read(temp["state.safetensors"]).Tensors);
        for (int i = 0; i < 8; i++)
        {
            Assert.Equal(whole.Step(), resumed.Step());
        }

        Assert.Equal(Bits(whole), Bits(resumed));
    }

    /// <summary>The gradients of chunks and of one batch differ by rounding, and so do the weights after a step.</summary>
    [Fact]
    public void Chunks_train_as_one_batch_does()
    {
        Workflow chunks = new(chunk: 5);
        Workflow whole = new(chunk: 100);
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(whole.Step(), chunks.Step(), 1e-4);
        }
    }

    static double[] Bits(Workflow training) =>
        [.. training.State.StateDict().Values.SelectMany(static value => value.To(DType.Float64).ToArray<double>())];

    sealed class Workflow
    {
        const int Classes = 12;
        const int PerClass = 9;
        const int Dimensions = 8;

        static readonly BatchTripletLoss Triplet = new(margin: 0.3);
        static readonly BatchContrastiveLoss Contrastive = new(negativeMargin: 0.7);

        readonly Tensor _data;
        readonly Tensor _labels;
        readonly Sequential _encoder = Encoder(new RandomStream(1));
        readonly ClassBalancedSampler _sampler;
        readonly MomentumEncoder _momentum;
        readonly Adam _optimizer;
        readonly GradientCache _cache;

        public Workflow(int chunk = 5)
        {
            long[] labels = [.. Enumerable.Range(0, Classes * PerClass).Select(static i => (long)(i % Classes))];
            _labels = Tensor.From(labels);
            Tensor centres = Tensor.Randn([Classes, Dimensions], random: new RandomStream(7));
            _data = centres.IndexSelect(0, _labels) + (Tensor.Randn([labels.Length, Dimensions], random: new RandomStream(8)) * 0.4);
            _sampler = new(_labels, classes: 4, perClass: 3, new RandomStream(9));
            _momentum = new(_encoder, Encoder(new RandomStream(2)), momentum: 0.5);
            _optimizer = new(_encoder.Parameters(), 0.01);
            _cache = new(chunk);
            State = new(
                [
                    ("sampler", _sampler), ("encoder", _encoder), ("momentum", _momentum), ("optimizer", _optimizer), ("memory", Memory),
                    .. _encoder.RandomStreams().Concat(_momentum.Target.RandomStreams()).Index().Select(
                        static item => ($"random{item.Index}", (IStateful)item.Item)),
                ]);
        }

        public CrossBatchMemory Memory { get; } = new(40, 4, warmUp: 2);

        public StateGroup State { get; }

        public double Step()
        {
            using TensorScope scope = new();
            Tensor batch = _sampler.Next();
            (Tensor input, Tensor labels) = (_data.IndexSelect(0, batch), _labels.IndexSelect(0, batch));
            _encoder.Train();
            _optimizer.ZeroGrad();
            double loss = _cache.Backward(_encoder, input, embeddings => Loss(embeddings, labels)).Item();
            _optimizer.Step();
            _momentum.Update();
            Memory.Enqueue(_momentum.Forward(input), labels);
            return loss;
        }

        public double Recall()
        {
            using (Autograd.NoGrad())
            {
                return new RetrievalEvaluator().Evaluate(_encoder.Eval().Forward(_data), _labels).PrecisionAt(1).Value;
            }
        }

        Tensor Loss(Tensor embeddings, Tensor labels)
        {
            Tensor loss = Triplet.Forward(embeddings, labels);
            return Memory.IsReady ? loss + Contrastive.Forward(embeddings, labels, Memory.Embeddings, Memory.Labels) : loss;
        }

        static Sequential Encoder(RandomStream random) =>
        [
            new Linear(Dimensions, 24, random: random), new ReLU(), new Dropout(0.1, random.Fork(1)), new Linear(24, 4, random: random),
        ];
    }
}
