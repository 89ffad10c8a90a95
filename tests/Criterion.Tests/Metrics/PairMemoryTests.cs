using Criterion.Losses;
using Criterion.Metrics;
using Criterion.Tests.Kernels;

namespace Criterion.Tests.Metrics;

/// <summary>The memory of metrics of all pairs, which no other test may use meanwhile.</summary>
[Collection(nameof(ThreadCollection))]
public class PairMemoryTests
{
    [Fact]
    public void Memory_does_not_grow_with_the_number_of_pairs()
    {
        const int count = 8192;
        Tensor rows = MetricGolden.Normal(count, 2, 10);
        Tensor labels = Tensor.From([.. Enumerable.Range(0, count).Select(static i => (long)(i % 400))]);
        long managed = GC.GetTotalAllocatedBytes();
        new RetrievalEvaluator().Evaluate(rows, labels);

        // All pairs are 537 MB in Float64.
        Assert.InRange(GC.GetTotalAllocatedBytes() - managed, 0, 60_000_000);
    }

    [Fact]
    public void Kernels_and_neighbours_of_all_pairs_are_computed_in_tiles()
    {
        (Tensor real, Tensor fake) = (MetricGolden.Normal(6000, 2, 11), MetricGolden.Normal(6000, 2, 12));
        long before = GC.GetTotalAllocatedBytes();
        KernelDistance.Unbiased(real, fake);
        PrecisionRecall.Between(real, fake);
        DensityCoverage.Between(real, fake);

        // All pairs are 288 MB in Float64, each time.
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 150_000_000);
    }

    [Fact]
    public void A_penalty_of_many_encodings_needs_no_square_of_their_number()
    {
        Tensor encodings = MetricGolden.Normal(8192, 8, 13);
        encodings.RequiresGrad = true;
        long before = GC.GetTotalAllocatedBytes();
        using (TensorScope scope = new())
        {
            new PullingAwayPenalty().Forward(encodings).Backward();
        }

        // All pairs are 537 MB in Float64.
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 20_000_000);
    }
}
