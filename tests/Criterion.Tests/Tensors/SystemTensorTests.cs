using System.Buffers;
using System.Runtime.CompilerServices;

namespace Criterion.Tests.Tensors;

/// <summary>Tensors over the memory of a <see cref="System.Numerics.Tensors.Tensor{T}"/>.</summary>
public class SystemTensorTests
{
    [Fact]
    public void Changes_of_either_are_seen_in_both()
    {
        var system = System.Numerics.Tensors.Tensor.Create<float>([1, 2, 3, 4], [2, 2]);
        Tensor tensor = Tensor.From(system);
        system[0, 1] = 9;
        tensor.AsSpan<float>()[3] = 7;
        Assert.Equal([1, 9, 3, 7], tensor.ToArray<float>());
        Assert.Equal(7, system[1, 1]);
    }

    /// <summary>A span outlives both tensors: it alone keeps the memory.</summary>
    [Fact]
    public void A_span_keeps_the_memory_alive()
    {
        ReadOnlySpan<double> span = SpanOfNothingElse(1 << 16);
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            double[] others = new double[1 << 16];
            Array.Fill(others, -1);
            GC.KeepAlive(others);
        }

        for (int i = 0; i < span.Length; i++)
        {
            Assert.Equal(i, span[i]);
        }
    }

    [Fact]
    public unsafe void Memory_can_be_pinned_from_any_element_on()
    {
        var system = System.Numerics.Tensors.Tensor.Create<long>([5, 6, 7], [3]);
        using MemoryHandle handle = new SystemTensorMemory<long>(system, 3).Pin(1);
        Assert.Equal(6, *(long*)handle.Pointer);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SystemTensorMemory<long>(system, 3).Pin(4));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static ReadOnlySpan<double> SpanOfNothingElse(int count)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = i;
        }

        return Tensor.From(System.Numerics.Tensors.Tensor.Create(values, [count])).AsReadOnlySpan<double>();
    }
}
