using Criterion.Kernels;
using Criterion.Memory;
using Criterion.Nn;
using Criterion.Optim;
using Criterion.Tests.Kernels;

namespace Criterion.Tests.Nn;

/// <summary>Whole training steps: no memory taken once warm, and the same bits on any number of threads.</summary>
[Collection(nameof(ThreadCollection))]
public class TrainingStepTests
{
    static Sequential ConvNet() =>
    [
        new Conv2d(1, 8, 4, stride: 2, padding: 1, random: new(1)), new BatchNorm2d(8), new LeakyReLU(0.2),
        new ConvTranspose2d(8, 4, 4, stride: 2, padding: 1, random: new(2)), new BatchNorm2d(4), new ReLU(), new Dropout(0.2, new(3)),
        new SpectralNorm(new Conv2d(4, 4, 3, padding: 1, random: new(4)), random: new(5)), new InstanceNorm2d(4, affine: true),
        new Flatten(), new Linear(4 * 16 * 16, 8, random: new(6)), new LayerNorm([8]), new GELU(), new Linear(8, 1, random: new(7)),
    ];

    public static TheoryData<string, Func<IEnumerable<Tensor>, Optimizer>> Optimizers => new()
    {
        { "Adam", static p => new Adam(p, 1e-3) },
        { "Adam AMSGrad", static p => new Adam(p, 1e-3, weightDecay: 0.1, amsGrad: true, maximize: true) },
        {
            "groups", static p => new AdamW(
                [new ParameterGroup(p.Take(3)) { LearningRate = 1e-4 }, new ParameterGroup(p.Skip(3)) { WeightDecay = 0 }], 1e-3)
        },
        { "SGD", static p => new SGD(p, 1e-3, momentum: 0.9, nesterov: true, weightDecay: 0.1) },
        { "RMSprop", static p => new RMSprop(p, 1e-3, weightDecay: 0.1, momentum: 0.5, centered: true) },
    };

    [Theory]
    [MemberData(nameof(Optimizers), DisableDiscoveryEnumeration = true)]
    public void A_warm_step_takes_no_memory(string name, Func<IEnumerable<Tensor>, Optimizer> make)
    {
        Sequential net = ConvNet();
        Optimizer optimizer = make(net.Parameters());
        ExponentialMovingAverage average = new(net);
        RandomStream random = new(8);
        long taken = TakenWhenWarm(() => Step(net, optimizer, random, average));
        Assert.True(taken == 0, $"{name}: {taken} bytes in 5 steps");
    }

    /// <summary>What is left are the objects of the graph: their size does not depend on that of the tensors.</summary>
    [Fact]
    public void A_warm_step_leaves_the_garbage_collector_little()
    {
        Sequential net =
        [
            new Conv2d(1, 8, 4, stride: 2, padding: 1), new BatchNorm2d(8), new LeakyReLU(0.2), new Conv2d(8, 16, 4, stride: 2, padding: 1),
            new BatchNorm2d(16), new LeakyReLU(0.2), new Conv2d(16, 1, 4), new Flatten(0),
        ];
        Adam optimizer = new(net.Parameters());
        Tensor images = Tensor.Randn([4, 1, 16, 16]);
        long bytes = On(1, () =>
        {
            long before = 0;
            for (int i = 0; i < 30; i++)
            {
                before = i == 20 ? GC.GetAllocatedBytesForCurrentThread() : before;
                using TensorScope scope = new();
                optimizer.ZeroGrad();
                net.Forward(images).Softplus().Mean().Backward();
                optimizer.Step();
            }

            return (GC.GetAllocatedBytesForCurrentThread() - before) / 10;
        });
        Assert.InRange(bytes, 0, 64 * 1024);
    }

    [Fact]
    public void Gradients_that_add_up_take_no_memory_either()
    {
        Sequential net = ConvNet();
        Adam optimizer = new(net.Parameters());
        Tensor x = Tensor.Randn([4, 1, 16, 16]);
        Assert.Equal(0, TakenWhenWarm(() =>
        {
            using TensorScope scope = new();
            optimizer.ZeroGrad();
            net.Forward(x).Mean().Backward();
            net.Forward(x).Pow(2).Mean().Backward();
            optimizer.Step();
        }));
    }

    [Fact]
    public void A_gradient_that_was_kept_survives_being_cleared()
    {
        Tensor x = Tensor.Ones([100]);
        x.RequiresGrad = true;
        Tensor kept;
        using (TensorScope scope = new())
        {
            x.Pow(2).Sum().Backward();
            kept = scope.Keep(x.Grad!);
            new SGD([x], 0.1).ZeroGrad();
        }

        Assert.Equal(2, kept[0].Item());
    }

    [Fact]
    public void The_same_bits_on_any_number_of_threads()
    {
        float[][] results = [.. new[] { 1, 2, 5 }.Select(threads => On(threads, Train))];
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    static float[] Train()
    {
        Sequential net = ConvNet();
        Adam optimizer = new(net.Parameters());
        RandomStream random = new(9);
        for (int i = 0; i < 3; i++)
        {
            Step(net, optimizer, random);
        }

        return [.. net.StateDict().Values.SelectMany(static value => value.To(DType.Float32).ToArray<float>())];
    }

    static void Step(Sequential net, Optimizer optimizer, RandomStream random, ExponentialMovingAverage? average = null)
    {
        using TensorScope scope = new();
        Tensor x = Tensor.Randn([16, 1, 16, 16], random: random);
        optimizer.ZeroGrad();
        (net.Forward(x) - x.Mean([1, 2, 3]).Unsqueeze(1)).Pow(2).Mean().Backward();
        GradientClip.ByNorm(net.Parameters(), 1);
        optimizer.Step();
        average?.Update();
    }

    // On one thread: which of several threads rents how much at a time is up to the operating system.
    static long TakenWhenWarm(Action step) => On(1, () =>
    {
        long warm = 0;
        for (int i = 0; i < 8; i++)
        {
            warm = i == 3 ? Taken() : warm;
            step();
        }

        return Taken() - warm;
    });

    static T On<T>(int threads, Func<T> work)
    {
        int before = ParallelFor.Threads;
        try
        {
            ParallelFor.Threads = threads;
            return work();
        }
        finally
        {
            ParallelFor.Threads = before;
        }
    }

    static long Taken() => BufferPool<float>.AllocatedBytes + BufferPool<double>.AllocatedBytes + BufferPool<long>.AllocatedBytes
        + BufferPool<int>.AllocatedBytes + BufferPool<byte>.AllocatedBytes + BufferPool<bool>.AllocatedBytes;
}
