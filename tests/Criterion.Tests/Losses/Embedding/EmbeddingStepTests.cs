using Criterion.Kernels;
using Criterion.Losses;
using Criterion.Memory;
using Criterion.Tests.Kernels;

namespace Criterion.Tests.Losses.Embedding;

/// <summary>Steps with losses of embeddings: the same bits on any number of threads, and no memory taken once warm.</summary>
[Collection(nameof(ThreadCollection))]
public class EmbeddingStepTests
{
    const int Rows = 300;
    const int Width = 8;
    const int Classes = 4104;

    /// <summary>Losses of embeddings, labels in [0, 3), and class weights, of which there are more than in a tile.</summary>
    static readonly Dictionary<string, Func<Tensor, Tensor, Tensor, Tensor>> Losses = new()
    {
        [nameof(NormalizedSoftmaxLoss)] = new NormalizedSoftmaxLoss().Forward,
        [nameof(CosFaceLoss)] = new CosFaceLoss().Forward,
        [nameof(ArcFaceLoss)] = new ArcFaceLoss(scale: 8).Forward,
        ["sub-centres"] = new ArcFaceLoss(scale: 8, centres: 3).Forward,
        [nameof(ProxyNcaLoss)] = new ProxyNcaLoss().Forward,
        [nameof(ProxyAnchorLoss)] = new ProxyAnchorLoss().Forward,
        [nameof(LinearCrossEntropyLoss)] = static (x, labels, w) =>
            new LinearCrossEntropyLoss(labelSmoothing: 0.1).Forward(x, labels, w, w.Detach().Sum(1)),
        [nameof(UniformityLoss)] = static (x, _, w) => new UniformityLoss().Forward(w) + x.Sum(),
        [nameof(KoLeoLoss)] = static (x, _, w) => new KoLeoLoss().Forward(w) + x.Sum(),
        [nameof(VicRegLoss)] = static (x, _, w) => new VicRegLoss().Forward(x, w.Narrow(0, 0, Rows)),
        [nameof(BarlowTwinsLoss)] = static (x, _, w) => new BarlowTwinsLoss().Forward(x, w.Narrow(0, 0, Rows)),
        [nameof(CosentLoss)] = static (x, labels, w) => new CosentLoss().Forward(x, w.Narrow(0, 0, Rows), labels),
        [nameof(AngleLoss)] = static (x, labels, w) => new AngleLoss(cosineWeight: 1).Forward(x, w.Narrow(0, 0, Rows), labels),
        [nameof(MatryoshkaLoss)] = static (x, labels, w) => new MatryoshkaLoss(levels: 2).Forward(
            cut => new CosFaceLoss().Forward(cut, labels, w.Narrow(1, 0, cut.Shape[1])), x),
    };

    public static TheoryData<string> Names => [.. Losses.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_bits_on_any_number_of_threads(string name)
    {
        (float[] Value, float[] X, float[] W) one = On(1, () => Step(name));
        foreach (int threads in (int[])[2, 3, 5])
        {
            (float[] Value, float[] X, float[] W) several = On(threads, () => Step(name));
            Assert.Equal(one.Value, several.Value);
            Assert.Equal(one.X, several.X);
            Assert.Equal(one.W, several.W);
        }
    }

    // On one thread: which of several threads rents how much at a time is up to the operating system.
    [Theory]
    [MemberData(nameof(Names))]
    public void A_warm_step_takes_no_memory(string name)
    {
        (Tensor x, Tensor labels, Tensor w) = Draw();
        long taken = On(1, () =>
        {
            long warm = 0;
            for (int i = 0; i < 6; i++)
            {
                warm = i == 3 ? Taken() : warm;
                using TensorScope scope = new();
                (x.Grad, w.Grad) = (null, null);
                Losses[name](x, labels, w).Backward();
            }

            return Taken() - warm;
        });

        // The gradients of leaves outlive the scope and are not cleared by an optimizer here.
        long gradients = 3L * 2 * sizeof(float) * (x.Count + w.Count);
        Assert.True(taken <= gradients, $"{taken} bytes in 3 steps, where {gradients} are those of gradients");
    }

    static (float[] Value, float[] X, float[] W) Step(string name)
    {
        (Tensor x, Tensor labels, Tensor w) = Draw();
        Tensor loss = Losses[name](x, labels, w);
        loss.Backward();
        return ([(float)loss.Item()], x.Grad!.ToArray<float>(), w.Grad!.ToArray<float>());
    }

    static (Tensor X, Tensor Labels, Tensor W) Draw()
    {
        RandomStream random = new(17);
        Tensor x = Tensor.Randn([Rows, Width], random: random);
        Tensor w = Tensor.Randn([Classes, Width], random: random);
        (x.RequiresGrad, w.RequiresGrad) = (true, true);
        return (x, Tensor.RandInt(0, 3, [Rows], random), w);
    }

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

    static long Taken() => BufferPool<float>.AllocatedBytes + BufferPool<double>.AllocatedBytes + BufferPool<long>.AllocatedBytes;
}
