using System.Globalization;
using Criterion.Memory;
using Criterion.Nn;
using Criterion.Optim;
using Criterion.Tests.Kernels;

namespace Criterion.Tests.Nn;

/// <summary>A batch in chunks gives the same embeddings, loss and gradients as in one piece.</summary>
[Collection(nameof(ThreadCollection))]
public class GradientCacheTests
{
    static readonly Dictionary<string, Func<RandomStream, Module>> Encoders = new()
    {
        ["linear"] = static random => new Sequential(
            new Linear(12, 17, random: new(1)), new GELU(), new LayerNorm([17]), new Linear(17, 5, random: new(2))),
        ["dropout"] = static random => new Sequential(
            new Dropout(0.1, random), new Linear(12, 17, random: new(1)), new ReLU(), new Dropout(0.5, random),
            new Linear(17, 5, random: new(2))),
        ["wide"] = static random => new Sequential(
            new Linear(12, 200, random: new(1)), new Dropout(0.1, random), new ReLU(), new Linear(200, 150, random: new(2)), new Tanh(),
            new Linear(150, 5, random: new(3))),
        ["images"] = static random => new Sequential(
            new Reshape12(), new Conv2d(1, 6, 3, padding: 1, random: new(1)), new Dropout2d(0.3, random), new GroupNorm(2, 6), new ReLU(),
            new Flatten(), new Dropout(0.2, random), new Linear(72, 5, random: new(2))),
        ["noise"] = static random => new Noisy(random),
        ["spectral"] = static random => new Sequential(
            new SpectralNorm(new Linear(12, 17, random: new(1)), random: new(3)), new Dropout(0.5, random),
            new SpectralNorm(new Linear(17, 5, random: new(2)), random: new(4))),
    };

    public static TheoryData<string, int, int> Sizes
    {
        get
        {
            TheoryData<string, int, int> all = [];
            foreach (string name in Encoders.Keys)
            {
                foreach ((int rows, int chunk) in ((int, int)[])[(1, 2), (7, 2), (7, 3), (33, 8), (33, 33), (33, 100), (65, 64), (130, 32)])
                {
                    all.Add(name, rows, chunk);
                }
            }

            return all;
        }
    }

    public static TheoryData<string, int, int> LargeSizes
    {
        get
        {
            TheoryData<string, int, int> all = [];
            foreach (string name in Encoders.Keys)
            {
                foreach ((int rows, int chunk) in ((int, int)[])[(1, 64), (33, 64), (65, 64), (130, 64), (257, 65), (300, 128)])
                {
                    all.Add(name, rows, chunk);
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(LargeSizes))]
    public void Embeddings_loss_and_streams_have_the_bits_of_one_batch(string name, int rows, int chunk)
    {
        Result whole = OneBatch(name, rows, DType.Float32);
        Result cached = InChunks(name, rows, chunk, DType.Float32);
        Assert.Equal(whole.Embeddings, cached.Embeddings);
        Assert.Equal(whole.Loss, cached.Loss);
        Assert.Equal(whole.Position, cached.Position);
        Assert.Equal(whole.Buffers, cached.Buffers);
        Close(whole.Gradients, cached.Gradients, 2e-5);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Small_chunks_differ_by_rounding_alone(string name, int rows, int chunk)
    {
        Result whole = OneBatch(name, rows, DType.Float32);
        Result cached = InChunks(name, rows, chunk, DType.Float32);
        Close(whole.Embeddings, cached.Embeddings, 1e-6);
        Close(whole.Gradients, cached.Gradients, 2e-5);
        Assert.Equal(whole.Loss, cached.Loss, 1e-5);
        Assert.Equal(whole.Position, cached.Position);
        Assert.Equal(whole.Buffers, cached.Buffers);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Gradients_of_parameters_differ_by_rounding_alone(string name, int rows, int chunk) =>
        Close(OneBatch(name, rows, DType.Float64).Gradients, InChunks(name, rows, chunk, DType.Float64).Gradients, 1e-12);

    [Fact]
    public void Results_have_the_same_bits_on_any_number_of_threads()
    {
        int before = Compute.Threads;
        try
        {
            Compute.Threads = 1;
            Result one = InChunks("images", 65, 16, DType.Float32);
            Compute.Threads = 3;
            Result three = InChunks("images", 65, 16, DType.Float32);
            Assert.Equal(one.Gradients, three.Gradients);
            Assert.Equal(one.Loss, three.Loss);
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    [Fact]
    public void Every_row_reaches_the_gradient_once_also_where_the_last_chunk_overlaps()
    {
        Linear encoder = new(2, 2, bias: false, random: new(1));
        Tensor input = Tensor.Randn([5, 2], random: new(2));
        new GradientCache(2).Backward(encoder, input, static rows => rows.Sum());
        double[] expected = [.. input.Sum(0).ToArray<float>(), .. input.Sum(0).ToArray<float>()];
        Close(expected, Doubles(encoder.Weight.Grad!), 1e-6);
    }

    [Fact]
    public void Gradients_add_to_those_that_are_there()
    {
        Linear encoder = new(2, 2, random: new(1));
        Tensor input = Tensor.Randn([5, 2], random: new(2));
        GradientCache cache = new(2);
        cache.Backward(encoder, input, Loss);
        double[] once = Doubles(encoder.Weight.Grad!);
        cache.Backward(encoder, input, Loss);
        Close([.. once.Select(static x => 2 * x)], Doubles(encoder.Weight.Grad!), 1e-5);
    }

    [Fact]
    public void Two_encoders_and_a_loss_with_parameters_get_their_gradients()
    {
        (double[] gradients, double loss, ulong position) whole = Pair(cached: false);
        (double[] gradients, double loss, ulong position) cached = Pair(cached: true);
        Assert.Equal(whole.loss, cached.loss, 1e-12);
        Assert.Equal(whole.position, cached.position);
        Close(whole.gradients, cached.gradients, 1e-12);
    }

    [Fact]
    public void The_input_may_be_a_leaf_that_requires_a_gradient()
    {
        Tensor input = Tensor.Randn([5, 12], DType.Float64, new(2), requiresGrad: true);
        Module encoder = Encoders["linear"](new(1)).To(DType.Float64);
        Loss(encoder.Forward(input)).Backward();
        double[] expected = Doubles(input.Grad!);
        input.Grad = null;
        new GradientCache(2).Backward(encoder, input, Loss);
        Close(expected, Doubles(input.Grad!), 1e-12);
    }

    [Fact]
    public void An_encoder_that_returns_its_input_leaves_it_as_it_was()
    {
        Tensor input = Tensor.Ones([4, 2]);
        new GradientCache(4).Backward(new Identity(), input, Loss);
        new GradientCache(2).Backward(new Identity(), input, Loss);
        Assert.False(input.RequiresGrad);
        Assert.Null(input.Grad);
    }

    [Fact]
    public void A_frozen_encoder_gets_no_gradient()
    {
        Module encoder = Encoders["linear"](new(1)).Freeze();
        Tensor loss = new GradientCache(2).Backward(encoder, Tensor.Randn([5, 12], random: new(2)), Loss);
        Assert.Equal(Loss(encoder.Forward(Tensor.Randn([5, 12], random: new(2)))).Item(), loss.Item(), 1e-5);
        Assert.All(encoder.Parameters(), static parameter => Assert.Null(parameter.Grad));
    }

    [Fact]
    public void Layers_that_mix_rows_are_refused_in_training_and_allowed_in_evaluation()
    {
        Sequential encoder = [new Linear(12, 4, random: new(1)), new BatchNorm1d(4)];
        Tensor input = Tensor.Randn([6, 12], random: new(2));
        BatchCouplingException error = Assert.Throws<BatchCouplingException>(() => new GradientCache(2).Backward(encoder, input, Loss));
        Assert.Equal("BatchNorm1d", error.Layer);
        Assert.Contains("GradientCache", error.Message, StringComparison.Ordinal);
        new GradientCache(2).Backward(encoder.Eval(), input, Loss);
        Assert.NotNull(encoder.Parameters()[0].Grad);
        encoder.Train();
        BatchCoupling.Declare("allowed again");
    }

    [Fact]
    public void Buffers_that_depend_on_the_rows_are_refused()
    {
        Sequential encoder = [new Reshape12(), new InstanceNorm2d(1, trackRunningStats: true), new Flatten()];
        Tensor input = Tensor.Randn([6, 12], random: new(2), requiresGrad: true);
        AutogradException error = Assert.Throws<AutogradException>(() => new GradientCache(2).Backward(encoder, input, Loss));
        Assert.Contains("'1.running_mean' of the encoder depends on the rows", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Invalid_batches_are_refused()
    {
        Linear encoder = new(2, 2, random: new(1));
        GradientCache cache = new(2);
        Tensor leaf = Tensor.Ones([3, 2], requiresGrad: true);
        Assert.Contains("part of a graph", Assert.Throws<AutogradException>(
            () => cache.Backward(encoder, leaf * 2, Loss)).Message, StringComparison.Ordinal);
        Assert.Contains("must have rows", Assert.Throws<ShapeException>(
            () => cache.Backward(encoder, Tensor.Ones([0, 2]), Loss)).Message, StringComparison.Ordinal);
        Assert.Contains("returned [] for 2 rows", Wrong(static x => x.Sum()), StringComparison.Ordinal);
        Assert.Contains("returned [1, 2] for 2 rows", Wrong(static x => x.Sum(0, keepDim: true)), StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new GradientCache(1));
        Assert.Throws<AutogradException>(() => cache.Backward(encoder, Tensor.Ones([3, 2]), static rows => rows.Detach().Sum()));

        string Wrong(Func<Tensor, Tensor> forward) => Assert.Throws<ShapeException>(
            () => cache.Backward(new Function(forward), Tensor.Ones([4, 2]), Loss)).Message;
    }

    [Fact]
    public void An_encoder_that_does_not_repeat_itself_is_refused()
    {
        Random hidden = new(1);
        Function encoder = new(x => x * hidden.NextDouble());
        Tensor input = Tensor.Ones([6, 2], requiresGrad: true);
        Assert.Contains("returned other embeddings when it computed a chunk again", Assert.Throws<AutogradException>(
            () => new GradientCache(4).Backward(encoder, input, Loss)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NaN_reaches_the_loss_and_the_gradients()
    {
        Linear encoder = new(2, 2, random: new(1));
        Tensor input = Tensor.Ones([5, 2]);
        input.AsSpan<float>()[9] = float.NaN;
        Assert.True(double.IsNaN(new GradientCache(2).Backward(encoder, input, Loss).Item()));
        Assert.Contains(encoder.Weight.Grad!.ToArray<float>(), float.IsNaN);
    }

    [Fact]
    public void Draws_of_the_rows_of_a_batch_are_those_of_the_whole_batch_in_both_types()
    {
        foreach (DType type in (DType[])[DType.Float32, DType.Float64])
        {
            foreach (int chunk in (int[])[2, 3, 5, 10, 11])
            {
                Module encoder = new Noisy(new RandomStream(3)).To(type);
                Tensor input = Tensor.Zeros([11, 12], type);
                Tensor? seen = null;
                new GradientCache(chunk).Backward(encoder, input, rows => (seen = rows.Detach().Clone()) is null ? rows : rows.Sum());
                Close(Doubles(new Noisy(new RandomStream(3)).To(type).Forward(input)), Doubles(seen!), 1e-6);
            }
        }
    }

    /// <summary>Memory grows with the chunk, not with the batch.</summary>
    [Fact]
    public void Activations_of_one_chunk_are_in_memory_at_a_time()
    {
        Counting encoder = new();
        new GradientCache(10).Backward(encoder, Tensor.Ones([95, 4], requiresGrad: true), static rows => rows.Sum());
        Assert.Equal(20, encoder.Calls);
        Assert.Equal(10, encoder.Largest);
    }

    [Fact]
    public void A_large_batch_takes_the_memory_of_a_chunk()
    {
        const int rows = 4096;
        const int hidden = 3000;
        Sequential encoder = [new Linear(12, hidden, random: new(1)), new Tanh(), new Linear(hidden, 5, random: new(2))];
        Tensor input = Tensor.Randn([rows, 12], random: new(3));
        long before = Taken();
        using (new TensorScope())
        {
            new GradientCache(64).Backward(encoder, input, static embeddings => embeddings.Square().Mean());
        }

        // One activation of the whole batch has 49 MB.
        Assert.InRange(Taken() - before, 0, 12_000_000);
        Assert.NotNull(encoder.Parameters()[0].Grad);
    }

    [Fact]
    public void A_warm_step_takes_no_memory()
    {
        RandomStream random = new(3);
        Module encoder = Encoders["images"](random);
        Adam optimizer = new(encoder.Parameters());
        GradientCache cache = new(16);
        int threads = Compute.Threads;
        long warm = 0;
        try
        {
            Compute.Threads = 1;
            for (int i = 0; i < 8; i++)
            {
                warm = i == 3 ? Taken() : warm;
                using TensorScope scope = new();
                optimizer.ZeroGrad();
                cache.Backward(encoder, Input(70, DType.Float32), Loss);
                optimizer.Step();
            }
        }
        finally
        {
            Compute.Threads = threads;
        }

        Assert.Equal(0, Taken() - warm);
    }

    static long Taken() => BufferPool<float>.AllocatedBytes + BufferPool<double>.AllocatedBytes + BufferPool<long>.AllocatedBytes
        + BufferPool<int>.AllocatedBytes + BufferPool<byte>.AllocatedBytes + BufferPool<bool>.AllocatedBytes;

    record struct Result(double[] Embeddings, double Loss, ulong Position, double[] Buffers, double[] Gradients);

    static Result OneBatch(string name, int rows, DType type)
    {
        RandomStream random = new(11);
        Module encoder = Encoders[name](random).To(type);
        Tensor embeddings = encoder.Forward(Input(rows, type));
        Tensor loss = Loss(embeddings);
        loss.Backward();
        return Of(encoder, random, embeddings, loss);
    }

    static Result InChunks(string name, int rows, int chunk, DType type)
    {
        RandomStream random = new(11);
        Module encoder = Encoders[name](random).To(type);
        Tensor? embeddings = null;
        using TensorScope scope = new();
        Tensor loss = new GradientCache(chunk).Backward(encoder, Input(rows, type), rows =>
        {
            embeddings = rows.Detach().Clone();
            return Loss(rows);
        });
        return Of(encoder, random, embeddings!, loss);
    }

    static Result Of(Module encoder, RandomStream random, Tensor embeddings, Tensor loss) => new(
        Doubles(embeddings),
        loss.Item(),
        random.Position,
        [.. encoder.NamedBuffers().SelectMany(static named => Doubles(named.Value))],
        [.. encoder.Parameters().SelectMany(static parameter => Doubles(parameter.Grad!))]);

    static (double[] Gradients, double Loss, ulong Position) Pair(bool cached)
    {
        RandomStream random = new(11);
        Module first = Encoders["dropout"](random).To(DType.Float64);
        Module second = Encoders["noise"](random).To(DType.Float64);
        Tensor scale = Tensor.Full([], 1.5, DType.Float64);
        scale.RequiresGrad = true;
        (Tensor x, Tensor y) = (Input(9, DType.Float64), Input(13, DType.Float64) * 2);
        Tensor loss;
        if (cached)
        {
            loss = new GradientCache(4).Backward([(first, x), (second, y), (first, y)], All);
        }
        else
        {
            loss = All([first.Forward(x), second.Forward(y), first.Forward(y)]);
            loss.Backward();
        }

        return ([.. first.Parameters().Concat(second.Parameters()).Append(scale).SelectMany(static p => Doubles(p.Grad!))], loss.Item(),
            random.Position);

        Tensor All(IReadOnlyList<Tensor> rows) =>
            (rows[0].MatMul((rows[1] + rows[2]).Transpose()) * scale
                + Tensor.Rand([9, 13], DType.Float64, random)).LogSumExp(1).Mean();
    }

    static Tensor Input(int rows, DType type) => Tensor.Randn([rows, 12], DType.Float32, new RandomStream(5)).To(type);

    static Tensor Loss(Tensor rows) => rows.MatMul(rows.Transpose()).LogSumExp(1).Mean() - (rows * rows).Mean();

    static double[] Doubles(Tensor tensor) => tensor.Detach().To(DType.Float64).ToArray<double>();

    static void Close(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = Math.Max(1e-30, expected.Max(Math.Abs));
        Assert.All(expected.Zip(actual), pair => Assert.True(
            Math.Abs(pair.First - pair.Second) <= tolerance * scale,
            string.Create(CultureInfo.InvariantCulture, $"{pair.First} and {pair.Second} of {scale}")));
    }

    /// <summary>Adds noise of the rows, noise shared by the batch, and a random integer for each row.</summary>
    sealed class Noisy : Module
    {
        readonly Module _linear = new Linear(12, 5, random: new(1));
        readonly RandomStream _random;

        public Noisy(RandomStream random) => (_random, _linear) = (Stream(random), Child("linear", _linear));

        public override Tensor Forward(Tensor input)
        {
            int rows = input.Shape[0];
            Tensor noise = Tensor.Randn(input.Shape, input.DType, _random) + Tensor.Rand([rows, 1], input.DType, _random);
            Tensor shared = Tensor.Rand([1, 12], input.DType, _random).Expand(input.Shape) * _random.NextDouble();
            Tensor whole = Tensor.RandInt(0, 1000, [rows, 1], _random).To(input.DType) / 1000;
            Tensor mask = Tensor.Bernoulli(Tensor.Full(input.Shape, 0.5, input.DType), _random);
            return _linear.Forward((input + noise + shared + whole) * mask);
        }
    }

    sealed class Reshape12 : Module
    {
        public override Tensor Forward(Tensor input) => input.Reshape([input.Shape[0], 1, 3, 4]);
    }

    sealed class Function(Func<Tensor, Tensor> forward) : Module
    {
        public override Tensor Forward(Tensor input) => forward(input);
    }

    sealed class Counting : Module
    {
        public int Calls { get; private set; }

        public int Largest { get; private set; }

        public override Tensor Forward(Tensor input)
        {
            (Calls, Largest) = (Calls + 1, Math.Max(Largest, input.Shape[0]));
            return input * 2;
        }
    }
}
