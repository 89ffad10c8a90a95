using Criterion.Losses;
using Criterion.Tests.Kernels;
using Criterion.Tests.Metrics;

namespace Criterion.Tests.Losses.Embedding;

/// <summary>The memory of value and gradient, which no other test may use meanwhile.</summary>
[Collection(nameof(ThreadCollection))]
public class LabeledRowsMemoryTests
{
    public static TheoryData<LabeledRowsLoss> All =>
    [
        new BatchTripletLoss(),
        new BatchTripletLoss(0.2, PositiveMining.Hardest, NegativeMining.Hardest, distance: EmbeddingDistance.Euclidean),
        new BatchContrastiveLoss(distance: EmbeddingDistance.UnitEuclidean),
    ];

    [Theory]
    [MemberData(nameof(All))]
    public void It_does_not_grow_with_the_number_of_pairs(LabeledRowsLoss loss)
    {
        const int count = 8192;
        Tensor x = MetricGolden.Normal(count, 16, 41).To(DType.Float32);
        x.RequiresGrad = true;
        Tensor labels = Tensor.From([.. Enumerable.Range(0, count).Select(static i => (long)(i / 4))]);
        long before = GC.GetTotalAllocatedBytes();
        using (TensorScope scope = new())
        {
            loss.Forward(x, labels).Backward();
        }

        // All pairs are 268 MB in Float32.
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 60_000_000);
        Assert.True(double.IsFinite(x.Grad!.Sum().Item()));
    }
}
