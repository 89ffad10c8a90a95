using Criterion.Memory;
using Criterion.Nn;
using Criterion.Tests.Golden;
using Criterion.Tests.Kernels;

namespace Criterion.Tests.Nn;

/// <summary>Attention without a graph. Memory is that of the whole process.</summary>
[Collection(nameof(ThreadCollection))]
public class SelfAttentionMemoryTests
{
    [Fact]
    public void Attention_without_a_graph_is_that_with_one_and_needs_no_square_of_the_pixels()
    {
        SelfAttention2d layer = new(8, random: new RandomStream(1));
        Init.Constant(layer.Gamma, 0.7);
        Tensor x = Tensor.Randn([1, 8, 64, 64], random: new RandomStream(2));
        Tensor graph = layer.Forward(x).Detach();
        using (Criterion.Autograd.NoGrad())
        {
            GoldenAssert.Close(graph, layer.Forward(x), "output", 1e-4);
            Tensor large = Tensor.Randn([2, 8, 64, 64], random: new RandomStream(3));
            long before = Allocated();
            layer.Forward(large);
            Assert.InRange(Allocated() - before, 0, (2L * 4096 * 4096 * sizeof(float)) - 1);
        }
    }

    static long Allocated() => BufferPool<float>.AllocatedBytes + GC.GetTotalAllocatedBytes();
}
