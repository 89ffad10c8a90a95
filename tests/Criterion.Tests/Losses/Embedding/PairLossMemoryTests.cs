using Criterion.Drivers;
using Criterion.Losses;
using Criterion.Memory;
using Criterion.Tests.Kernels;

namespace Criterion.Tests.Losses.Embedding;

/// <summary>The memory of a loss of all pairs, which no other test may use meanwhile.</summary>
[Collection(nameof(ThreadCollection))]
public class PairLossMemoryTests
{
    [Fact]
    public void Memory_does_not_grow_with_the_number_of_pairs()
    {
        const int count = 16_384;
        Tensor x = Tensor.Randn([count, 4], random: new RandomStream(3));
        x.RequiresGrad = true;
        Tensor labels = Tensor.From([.. Enumerable.Range(0, count).Select(static i => (long)(i % 400))]);
        long before = Allocated();
        Tensor gradient = Autograd.Grad(new NcaLoss(distance: EmbeddingDistance.Cosine).Forward(x, labels), x);

        // One matrix of all pairs is 1,074 MB in Float32.
        Assert.InRange(Allocated() - before, 0, 100_000_000);
        Assert.Contains(gradient.ToArray<float>(), static g => g != 0);
    }

    /// <summary>
    /// At most 150 MB beyond inputs of 17 MB each: unit rows and gradients take 101 MB for both sides of InfoNCE, and 84 MB for SupCon.
    /// Memory that the pool has from earlier tests, a tile and its packed operands, counts for nothing.
    /// </summary>
    [Fact]
    public void SupCon_of_16384_rows_of_256_allocates_less_than_150_MB() => AllocatesLessThan150MB(nameof(SupConLoss));

    /// <summary>Explicit for its time: two sets have twice the products of one.</summary>
    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public void InfoNce_of_16384_rows_of_256_allocates_less_than_150_MB() => AllocatesLessThan150MB(nameof(InfoNceLoss));

    static void AllocatesLessThan150MB(string loss)
    {
        const int count = 16_384;
        Tensor x = Tensor.Randn([count, 256], random: new RandomStream(3));
        Tensor y = Tensor.Randn([count, 256], random: new RandomStream(4));
        Tensor labels = Tensor.From([.. Enumerable.Range(0, count).Select(static i => (long)(i / 8))]);
        (x.RequiresGrad, y.RequiresGrad) = (true, true);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Tensor[] gradients = loss == nameof(InfoNceLoss)
            ? Autograd.Grad([new InfoNceLoss().Forward(x, y)], [x, y])
            : [Autograd.Grad(new SupConLoss().Forward(x, labels), x)];
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 150_000_000);
        Assert.All(gradients, static gradient => Assert.Contains(gradient.ToArray<float>(), static g => g != 0));
    }

    static long Allocated() => BufferPool<float>.AllocatedBytes + BufferPool<double>.AllocatedBytes + BufferPool<bool>.AllocatedBytes
        + BufferPool<PairKind>.AllocatedBytes + GC.GetTotalAllocatedBytes();
}
