using Criterion.Memory;
using Criterion.Metrics;
using Criterion.Tests.Kernels;

namespace Criterion.Tests.Metrics;

/// <summary>The memory of an evaluation, which no other test may use meanwhile.</summary>
[Collection(nameof(ThreadCollection))]
public class RetrievalMemoryTests
{
    [Fact]
    public void Memory_does_not_grow_with_the_number_of_pairs()
    {
        const int count = 8192;
        Tensor rows = MetricGolden.Normal(count, 2, 10);
        Tensor labels = Tensor.From([.. Enumerable.Range(0, count).Select(static i => (long)(i % 400))]);
        long pooled = BufferPool<double>.AllocatedBytes;
        long managed = GC.GetTotalAllocatedBytes();
        new RetrievalEvaluator().Evaluate(rows, labels);

        // All pairs are 537 MB in Float64.
        Assert.InRange(BufferPool<double>.AllocatedBytes - pooled + GC.GetTotalAllocatedBytes() - managed, 0, 100_000_000);
    }
}
